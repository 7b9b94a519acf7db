/* Goes to the login page when the stream of news is refused, which means that the login has ended.
   On the connection to /live; the first refusal comes as htmx:response:error, a later one as htmx:sse:error.
   Needs JavaScript because htmx would ask again for ever. */
(() => {
  "use strict";
  const leave = (event) => {
    const status = event.detail?.status ?? event.detail?.ctx?.response?.status;
    const url = event.detail?.ctx?.request?.action ?? "";
    if (status !== 401 && status !== 403) return;
    if (event.type !== "htmx:sse:error" && !url.endsWith("/live")) return;
    location.href = "/login?expired=1&next=" + encodeURIComponent(location.pathname);
  };
  document.addEventListener("htmx:sse:error", leave);
  document.addEventListener("htmx:response:error", leave);
})();

/* Goes to the login page when the stream of news is refused, which means that the login has ended; but never away from
   words that nothing else keeps: then it says so, and they can be sent after a login in another tab.
   On the connection to /live; the first refusal comes as htmx:response:error, a later one as htmx:sse:error.
   Needs JavaScript because htmx would ask again for ever. */
(() => {
  "use strict";
  const TYPED = "textarea:not([data-draft], [readonly]), input:is([type=text], [type=checkbox], [type=radio])";
  const differs = (field) => field.value !== field.defaultValue || field.checked !== field.defaultChecked;
  const typed = () => [...document.querySelectorAll(TYPED)].some(differs);
  const leave = (event) => {
    const status = event.detail?.status ?? event.detail?.ctx?.response?.status;
    const url = event.detail?.ctx?.request?.action ?? "";
    if (status !== 401 && status !== 403) return;
    if (event.type !== "htmx:sse:error" && !url.endsWith("/live")) return;
    if (typed()) document.dispatchEvent(new CustomEvent("toast", { detail: "ended" }));
    else location.href = "/login?expired=1&next=" + encodeURIComponent(location.pathname + location.search);
  };
  document.addEventListener("htmx:sse:error", leave);
  document.addEventListener("htmx:response:error", leave);
})();

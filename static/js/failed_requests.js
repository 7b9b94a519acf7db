/* Says that a request of htmx failed: an error on our side, or no connection.
   On every request of htmx; toasts.js shows the sentence.
   Needs JavaScript because htmx leaves the page as it is, and the person would wait for nothing. */
(() => {
  "use strict";
  const say = (what) => document.dispatchEvent(new CustomEvent("toast", { detail: what }));

  document.addEventListener("htmx:response:error", (event) => {
    if ((event.detail?.ctx?.response?.status ?? 0) >= 500) say("trouble");
  });
  document.addEventListener("htmx:error", (event) => {
    if (String(event.detail?.error ?? "").includes("fetch")) say("offline");
  });
})();

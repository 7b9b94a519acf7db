/* Goes to the login page when a part of this page, or its stream of news, is refused because the login has ended. Never
   away from words that nothing else keeps, unless a press asked for it: then it says so, and they can be sent after a login
   in another tab.
   On every request of htmx; the first refusal of /live comes as htmx:response:error, a later one as htmx:sse:error.
   Needs JavaScript because only the page knows whether somebody pressed or it asked by itself, and what is typed. */
(() => {
  "use strict";
  const TYPED = "textarea:not([data-draft], [readonly]), input:is([type=text], [type=checkbox], [type=radio])";
  const differs = (field) => field.value !== field.defaultValue || field.checked !== field.defaultChecked;
  const typed = () => [...document.querySelectorAll(TYPED)].some(differs);
  const leave = (event) => {
    const { ctx, status = ctx?.response?.status } = event.detail ?? {};
    const pressed = ctx?.sourceEvent?.type === "submit"; // its words are kept until the login
    if (status !== 401) return;
    if (!pressed && typed()) document.dispatchEvent(new CustomEvent("toast", { detail: "ended" }));
    else {
      const here = encodeURIComponent(location.pathname + location.search);
      location.href = `/login?expired=${pressed ? 2 : 1}&next=${here}`;
    }
  };
  document.addEventListener("htmx:sse:error", leave);
  document.addEventListener("htmx:response:error", leave);
})();

/* Stops a form that is on its way from being sent a second time; after Back it can be sent again.
   On every form with method="post" that htmx does not send; such a form has data-sent for three seconds.
   Needs JavaScript because a browser sends a form again on a second click; the server refuses most of these too. */
(() => {
  "use strict";
  const ON_ITS_WAY = 3000; // milliseconds
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.matches("[hx-post]")) return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
    setTimeout(() => delete form.dataset.sent, ON_ITS_WAY);
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });
})();

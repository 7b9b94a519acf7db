/* Ignores a press that was meant for the card or the page before, so that no card is sent unread.
   On the button with the id "send", which has data-unread for a moment after its card has come onto the screen.
   Needs JavaScript because the next card appears under the thumb while it is still moving. */
(() => {
  "use strict";
  const TOO_SOON = 400; // milliseconds
  const send = () => document.getElementById("send");
  const card = () => send()?.form?.elements.client_message_id?.value ?? "";
  let shown = "", since = 0;

  const note = () => {
    const button = send();
    if (!button || card() === shown) return;
    shown = card();
    since = performance.now();
    button.dataset.unread = "";
    setTimeout(() => delete button.dataset.unread, TOO_SOON);
  };

  document.addEventListener("click", (event) => {
    if (!event.target.closest("#send")) return;
    note();
    if (performance.now() - since < TOO_SOON) event.preventDefault();
  }, true);
  document.addEventListener("htmx:after:swap", note);
  window.addEventListener("pageshow", (event) => { // after Back the page is as it was, and new to the eye
    if (event.persisted) shown = "";
    note();
  });
  note();
})();

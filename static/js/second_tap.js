/* Ignores a second tap that was meant for the card before, so that no card is sent unread.
   On the button with the id "send", which has data-unread for a moment after its card has changed.
   Needs JavaScript because JavaScript (htmx) puts the next card under the thumb without loading a page. */
(() => {
  "use strict";
  const TOO_SOON = 400; // milliseconds
  const send = () => document.getElementById("send");
  const card = () => send()?.form?.elements.client_message_id?.value ?? "";
  let shown = card();

  document.addEventListener("click", (event) => {
    if (event.target.closest("#send[data-unread]")) event.preventDefault();
  }, true);
  document.addEventListener("htmx:after:swap", () => {
    const button = send();
    if (!button || card() === shown) return;
    shown = card();
    button.dataset.unread = "";
    setTimeout(() => delete button.dataset.unread, TOO_SOON);
  });
})();

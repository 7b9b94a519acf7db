/* Keeps the focus on Send, so that the next text is one key or one tap away.
   On the button with the id "send", after htmx has put in the next card.
   Needs JavaScript because the focus is lost with the card that is replaced. */
(() => {
  "use strict";
  document.addEventListener("htmx:after:swap", () => {
    if (document.activeElement?.matches("input, textarea, select, button")) return;
    document.getElementById("send")?.focus({ preventScroll: true });
  });
})();

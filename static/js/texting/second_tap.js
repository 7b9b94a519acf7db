/* Ignores a press that was meant for the card or the page before, so that no card is sent unread.
   On the button with the id "send", which comes with data-unread and loses it a moment after it is on the screen.
   Needs JavaScript because the next card appears under the thumb while it is still moving. */
(() => {
  "use strict";
  const TOO_SOON = 400; // milliseconds
  const send = () => document.getElementById("send");
  const unread = () => send()?.dataset.unread !== undefined;
  let seen, timer;

  const note = () => {
    if (!unread() || seen === send()) return;
    seen = send();
    clearTimeout(timer);
    timer = setTimeout(() => delete send()?.dataset.unread, TOO_SOON);
  };

  document.addEventListener("click", (event) => {
    if (!event.target.closest("#send") || !unread()) return;
    event.preventDefault();
    note();
  }, true);
  document.addEventListener("htmx:after:swap", note);
  document.addEventListener("card-shown", () => {
    seen = undefined;
    note();
  });
  window.addEventListener("pageshow", (event) => { // after Back the page is as it was, and new to the eye
    if (event.persisted && send()) {
      seen = undefined;
      send().dataset.unread = "";
    }
    note();
  });
  note();
})();

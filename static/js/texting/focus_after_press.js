/* Puts the focus where one goes on after a press: on Send, so that the next text is one key or one tap away; on what was
   refused; where nothing can be sent any more, on the sentence that says so. Where no answer came, back on the button.
   On forms that htmx sends: the field with aria-invalid, the buttons "send" and "answer", then the element with data-focus.
   Needs JavaScript because the focus is lost with the part of the page that is replaced. */
(() => {
  "use strict";
  const NEXT = ['#thread [aria-invalid="true"]', "#send:enabled, #answer:enabled", "[data-focus]"];
  const lost = () => !document.activeElement?.matches(":is(input, textarea, select, button):enabled");
  const pressed = (event) => event.detail?.ctx?.sourceEvent?.type === "submit";

  document.addEventListener("htmx:after:swap", (event) => {
    if (!pressed(event) || !lost()) return;
    const next = NEXT.map((place) => document.querySelector(place)).find(Boolean);
    next?.focus({ preventScroll: true });
  });
  document.addEventListener("htmx:finally:request", (event) => {
    const button = pressed(event) && event.detail.ctx.request.submitter;
    setTimeout(() => { if (button?.isConnected && document.activeElement === document.body) button.focus(); });
  });
})();

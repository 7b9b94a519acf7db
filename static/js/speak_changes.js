/* Tells a screen reader what has come onto the page: the next card, a confirmation, a new text.
   On elements with data-spoken, which names what they say: one with a name that was not on the page before is read out
   by the element with the id "spoken", after htmx or deck.js has changed the page.
   Needs JavaScript because a live region that is put in together with its words is not read out. */
(() => {
  "use strict";
  const parts = () => [...document.querySelectorAll("[data-spoken]")];
  const names = () => new Set(parts().map((part) => part.dataset.spoken));
  const words = (part) => part.textContent.replace(/\s+/g, " ").trim();
  const sentence = (part) => words(part).replace(/([^.!?…])$/, "$1.");
  const SPOKEN = 5000; // milliseconds; whoever reads on finds nothing old there
  let known = names(), clearing = 0;

  const speak = () => {
    const fresh = parts().filter((part) => !known.has(part.dataset.spoken));
    const place = document.getElementById("spoken");
    known = names();
    if (!fresh.length || !place) return;
    place.textContent = fresh.map(sentence).join(" ");
    clearTimeout(clearing);
    clearing = setTimeout(() => place.replaceChildren(), SPOKEN);
  };
  for (const event of ["htmx:after:swap", "card-shown"]) document.addEventListener(event, speak);
})();

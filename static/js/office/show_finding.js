/* Selects the part of a script that a finding is about.
   On buttons with data-show ("start-end", in characters as Python counts them) and data-into (the textarea's id).
   Needs JavaScript because nothing else selects text in a textarea. */
(() => {
  "use strict";
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-show]");
    const area = button && document.getElementById(button.dataset.into);
    if (!area) return;
    const before = area.value.length - area.value.trimStart().length;
    const characters = [...area.value.slice(before)]; // a textarea counts in UTF-16 units
    const [start, end] = button.dataset.show.split("-").map((n) => before + characters.slice(0, n).join("").length);
    area.focus();
    area.setSelectionRange(start, end);
  });
})();

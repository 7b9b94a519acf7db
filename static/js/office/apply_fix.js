/* Puts the corrected text that a finding offers into the script, to be read before it is saved.
   On buttons with data-fixed (the corrected text) and data-into (the textarea's id).
   Without JavaScript the button sends the form, and the page comes back with the corrected text. */
(() => {
  "use strict";
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-fixed]");
    const area = button && document.getElementById(button.dataset.into);
    if (!area) return;
    event.preventDefault();
    area.value = button.dataset.fixed;
    area.focus();
    area.dispatchEvent(new Event("input", { bubbles: true }));
  });
})();

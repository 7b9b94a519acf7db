/* Lets the keys 1 to 9 choose a response script; Enter then sends it.
   On radio buttons with data-key (the digit), while no text field has the focus.
   Needs JavaScript because HTML has no keys of a page's own without a modifier. */
(() => {
  "use strict";
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !/^[1-9]$/.test(event.key)) return;
    if (event.target.matches("input:not([type=radio]), textarea, select")) return;
    const choice = document.querySelector(`[data-key="${event.key}"]:not(:disabled)`);
    if (!choice) return;
    event.preventDefault();
    choice.checked = true;
    choice.focus();
  });
})();

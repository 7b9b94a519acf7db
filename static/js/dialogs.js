/* Opens and closes dialogs in browsers that do not know how a button does that (before 2025).
   On buttons with command ("show-modal" or "close") and commandfor (the dialog's id).
   Needs JavaScript because such a button does nothing there. */
(() => {
  "use strict";
  if ("commandForElement" in HTMLButtonElement.prototype) return;
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[commandfor]");
    const dialog = button && document.getElementById(button.getAttribute("commandfor"));
    if (button?.getAttribute("command") === "show-modal") dialog?.showModal();
    else dialog?.close();
  });
})();

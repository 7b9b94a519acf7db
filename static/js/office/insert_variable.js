/* Inserts a variable into a script where the cursor is, and closes the menu it was chosen from.
   On buttons with data-insert (the variable) and data-into (the textarea's id).
   Needs JavaScript because only it knows where the cursor is; without it a variable is typed. */
(() => {
  "use strict";
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-insert]");
    const area = button && document.getElementById(button.dataset.into);
    if (!area) return;
    area.setRangeText(button.dataset.insert, area.selectionStart, area.selectionEnd, "end");
    button.closest("[popover]")?.hidePopover();
    area.focus();
    area.dispatchEvent(new Event("input", { bubbles: true }));
  });
})();

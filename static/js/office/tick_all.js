/* Ticks or unticks every row of a table.
   On checkboxes with data-all (the name of the boxes of the rows), within their form.
   Needs JavaScript because one box can't set others; without it the rows are ticked one by one. */
(() => {
  "use strict";
  document.addEventListener("change", (event) => {
    const all = event.target.closest("[data-all]");
    if (!all) return;
    for (const box of all.closest("form").querySelectorAll(`[name="${all.dataset.all}"]`)) box.checked = all.checked;
  });
})();

/* Lets the key / lead to the search of the campaign: to its field where one is in sight, else to its page.
   On [data-slash], the field of the search, while no field has the focus and no dialog is open.
   Needs JavaScript because HTML has no keys of a page's own without a modifier. */
(() => {
  "use strict";
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest("input, textarea, select, [contenteditable]") || document.querySelector("dialog[open]")) return;
    const fields = [...document.querySelectorAll("[data-slash]")];
    if (!fields.length) return;
    event.preventDefault();
    const field = fields.find((one) => one.getClientRects().length);
    if (!field) return location.assign(fields[0].form.action);
    field.focus();
    field.select();
  });
})();

/* Keeps a reply that is not sent yet, so that it is still there after a look at the scripts.
   On the textarea with data-draft (the name it is kept under), in this browser tab alone, until it is sent.
   Needs JavaScript because going to another page empties a form. */
(() => {
  "use strict";
  const draft = () => document.querySelector("textarea[data-draft]");

  const recall = () => {
    const area = draft();
    const kept = area && sessionStorage.getItem(area.dataset.draft);
    if (!kept || area.value) return;
    area.value = kept;
    area.dispatchEvent(new Event("input", { bubbles: true }));
  };

  document.addEventListener("input", (event) => {
    if (event.target === draft()) sessionStorage.setItem(event.target.dataset.draft, event.target.value);
  });
  document.addEventListener("submit", (event) => {
    const area = event.target.querySelector("textarea[data-draft]");
    if (area) sessionStorage.removeItem(area.dataset.draft);
  });
  document.addEventListener("htmx:after:swap", recall);
  recall();
})();

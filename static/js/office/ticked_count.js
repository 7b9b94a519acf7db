/* Says how many rows are ticked, where one chooses what to do with them.
   On elements with data-ticked (the name of the boxes) and the words: data-none, data-one, data-some (# is the number).
   Needs JavaScript because CSS can't count into a sentence that is read aloud and translated. */
(() => {
  "use strict";
  document.addEventListener("change", () => {
    for (const label of document.querySelectorAll("[data-ticked]")) {
      const { ticked, none, one, some } = label.dataset;
      const number = document.querySelectorAll(`[name="${ticked}"]:checked`).length;
      label.textContent = number > 1 ? some.replace("#", number) : number ? one : none;
    }
  });
})();

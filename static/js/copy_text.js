/* Copies a link with one press, and says so on the button.
   On a button with data-copy, and data-copied for afterwards. Needs JavaScript because only a script may copy. */
(() => {
  "use strict";
  document.addEventListener("click", async ({ target }) => {
    if (!target.dataset.copy) return;
    await navigator.clipboard.writeText(target.dataset.copy);
    target.textContent = target.dataset.copied;
  });
})();

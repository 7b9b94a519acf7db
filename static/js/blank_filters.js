/* Leaves empty fields out of the address a filter leads to, so that the address can be read and shared.
   On every form with method="get".
   Needs JavaScript because a browser sends empty fields too. */
(() => {
  "use strict";
  document.addEventListener("submit", (event) => {
    if (event.target.method !== "get") return;
    const blank = [...event.target.elements].filter((field) => field.name && !field.disabled && field.value === "");
    for (const field of blank) field.disabled = true;
    setTimeout(() => { for (const field of blank) field.disabled = false; });
  });
})();

/* Shows a sentence at the foot of the page for eight seconds.
   On the element with the id "toasts", whose data-trouble and data-offline hold the sentences. Another file asks for
   one by the event "toast" on the document, with "trouble" or "offline" as its detail.
   Needs JavaScript because it tells of requests that JavaScript made. */
(() => {
  "use strict";
  const SHOWN = 8000; // milliseconds
  document.addEventListener("toast", (event) => {
    const place = document.getElementById("toasts");
    if (!place) return;
    const box = document.createElement("div");
    box.className = "toast warning";
    box.textContent = place.dataset[event.detail];
    place.append(box);
    setTimeout(() => box.remove(), SHOWN);
  });
})();

/* Shows a sentence at the foot of the page for eight seconds; "slow" stays until the answer is there.
   On the element with the id "toasts", whose data-* hold the sentences. Another file asks for one by the event "toast" on
   the document, with its name as detail, or "answered". The server may put one in too, where it refuses a request.
   Needs JavaScript because it tells of requests that JavaScript made. */
(() => {
  "use strict";
  const SHOWN = 8000; // milliseconds
  const place = document.getElementById("toasts");
  if (!place) return;
  const boxes = new Map(); // name -> its box, shown or not any more

  document.addEventListener("toast", (event) => {
    if (event.detail === "answered") boxes.get("slow")?.remove();
    if (!place.dataset[event.detail] || boxes.get(event.detail)?.isConnected) return;
    const box = document.createElement("div");
    box.className = "toast warning";
    box.textContent = place.dataset[event.detail];
    boxes.set(event.detail, box);
    place.append(box);
  });
  new MutationObserver((changes) => {
    for (const box of changes.flatMap((change) => [...change.addedNodes])) {
      if (box !== boxes.get("slow") && box.remove) setTimeout(() => box.remove(), SHOWN);
    }
  }).observe(place, { childList: true });
})();

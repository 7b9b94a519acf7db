/* Puts response scripts in another order, by dragging or by the arrows, and keeps what is typed meanwhile.
   An order that is refused is put back, with the answer's sentence as a toast.
   On a list with data-order (where the order is stored): each row has data-script (its id), the arrows have
   data-move ("-1" or "1"), the handle has data-drag; the row that is dragged has the class "dragged".
   Needs JavaScript to drag, and to move without loading the page; without it the arrows send their form. */
(() => {
  "use strict";
  const say = (what) => document.dispatchEvent(new CustomEvent("toast", { detail: what }));
  let stored = Promise.resolve();
  const orders = new WeakMap(); // list -> its rows as they are stored
  let dragged = null, before = null;

  const remember = (list) => { if (!orders.has(list)) orders.set(list, [...list.children]); };
  const enable = (rows) => {
    for (const [at, row] of rows.entries()) {
      row.querySelector('[data-move="-1"]').disabled = at === 0;
      row.querySelector('[data-move="1"]').disabled = at === rows.length - 1;
    }
  };
  const putBack = (list) => {
    list.append(...orders.get(list));
    enable(orders.get(list));
  };
  const tell = (sentence) => {
    const box = document.createElement("div");
    box.className = "toast warning";
    box.textContent = sentence;
    document.getElementById("toasts")?.append(box);
  };

  const store = (list) => {
    const rows = [...list.children], form = new FormData();
    for (const row of rows) form.append("script", row.dataset.script);
    enable(rows);
    const request = { method: "POST", body: form, headers: { "hx-request": "true" } };
    stored = stored.then(async () => { // one after the other, so that the newest order is the last
      const answer = await fetch(list.dataset.order, request).catch(() => null);
      if (answer?.ok) return orders.set(list, rows);
      putBack(list);
      if (answer?.status === 422) tell(await answer.text());
      else say(answer ? "trouble" : "offline");
    });
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move]");
    const row = button?.closest("[data-script]");
    if (!row) return;
    event.preventDefault();
    remember(row.parentElement);
    if (button.dataset.move === "1") row.nextElementSibling?.after(row);
    else row.previousElementSibling?.before(row);
    store(row.parentElement);
    (button.disabled ? row.querySelector("[data-move]:not(:disabled)") : button)?.focus();
  });

  document.addEventListener("dragstart", (event) => {
    dragged = event.target.closest?.("[data-drag]")?.closest("[data-script]") ?? null;
    if (!dragged) return;
    before = dragged.nextElementSibling;
    remember(dragged.parentElement);
    dragged.classList.add("dragged");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", "");
  });
  document.addEventListener("drop", (event) => { if (dragged) event.preventDefault(); });
  document.addEventListener("dragover", (event) => {
    const over = dragged && event.target.closest("[data-script]");
    if (!over || over.parentElement !== dragged.parentElement) return;
    event.preventDefault();
    const box = over.getBoundingClientRect();
    if (over !== dragged) over[event.clientY > box.top + box.height / 2 ? "after" : "before"](dragged);
  });
  document.addEventListener("dragend", (event) => {
    if (!dragged) return;
    dragged.classList.remove("dragged");
    const givenUp = event.dataTransfer.dropEffect === "none"; // with Escape, or dropped elsewhere
    if (givenUp) dragged.parentElement.insertBefore(dragged, before);
    else store(dragged.parentElement);
    dragged = null;
  });
})();

/* Says how many texts of theirs have come into the open thread, and notes in the reply which of them could be read, so
   that the server can refuse an answer to what they have taken back since.
   On the link with data-news ("# new"), the texts in .theirs (their id ends in their number), the fields named "seen".
   Needs JavaScript because only it knows what is on the screen. */
(() => {
  "use strict";
  const READ = 1000, GONE = 8000; // milliseconds on the screen until a text counts as read; then until it is not new
  const texts = () => [...document.querySelectorAll("#thread .theirs")];
  const known = new Set(texts().map((text) => text.id));
  const fresh = new Set();
  const timers = new Map();
  const covered = document.querySelector("#composer .composer:last-child")?.offsetHeight ?? 0;

  const show = () => {
    for (const link of document.querySelectorAll("[data-news]")) {
      link.hidden = !fresh.size;
      link.querySelector("span").textContent = link.dataset.news.replace("#", fresh.size);
      if (fresh.size) link.dataset.spoken = `news-${[...fresh].pop()}`;
    }
  };
  const read = (id) => {
    for (const field of document.querySelectorAll('#thread [name="seen"]')) {
      field.value = Math.max(field.value, id.split("-").pop());
    }
    setTimeout(() => { if (fresh.delete(id)) show(); }, GONE);
  };
  const watch = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      clearTimeout(timers.get(target.id));
      if (isIntersecting) timers.set(target.id, setTimeout(read, READ, target.id));
    }
  }, { rootMargin: `0px 0px -${covered}px 0px` });

  document.addEventListener("htmx:after:swap", (event) => {
    if (event.detail?.ctx?.sourceEvent?.type === "submit") fresh.clear();
    for (const text of texts()) {
      if (known.has(text.id)) continue;
      known.add(text.id);
      fresh.add(text.id);
      watch.observe(text);
    }
    show();
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-news]")) return;
    for (const id of fresh) read(id);
    fresh.clear();
    show();
  });
})();

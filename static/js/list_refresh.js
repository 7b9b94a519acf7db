/* Fetches a list again when there is news, but never moves what is under the thumb: only at the top of the page and
   when nobody has pressed for a moment. Otherwise it shows the offer to look, the element with the id "news".
   On elements with data-refresh, which fetch themselves on the event "refresh".
   Needs JavaScript because htmx can't tell where the page is scrolled to. */
(() => {
  "use strict";
  const TOP = 60; // pixels
  const QUIET = 1500; // milliseconds since the last press
  let pressed = 0;
  document.addEventListener("pointerdown", () => { pressed = Date.now(); }, true);

  const refresh = () => {
    const news = document.getElementById("news");
    for (const list of document.querySelectorAll("[data-refresh]")) {
      const now = window.scrollY < TOP && Date.now() - pressed > QUIET;
      if (now) list.dispatchEvent(new Event("refresh"));
      if (news) news.hidden = now;
    }
  };
  for (const event of ["inbox-changed", "catch-up"]) document.addEventListener(event, refresh, true);
  window.addEventListener("online", refresh);
})();

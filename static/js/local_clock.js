/* Keeps the local time on an open page true.
   On time elements with data-clock (a time zone), whose datetime is the site's time when they were made.
   Needs JavaScript because a page that stays open for an hour would show the time of an hour ago. */
(() => {
  "use strict";
  const EVERY = 5000; // milliseconds
  const made = new WeakMap();
  const language = document.documentElement.lang === "es" ? "es-US" : "en-US";

  const tick = () => {
    for (const time of document.querySelectorAll("time[data-clock]")) {
      if (made.get(time)?.at !== time.dateTime) made.set(time, { at: time.dateTime, seen: Date.now() });
      const { at, seen } = made.get(time), now = new Date(Date.parse(at) + Date.now() - seen);
      try {
        const words = now.toLocaleTimeString(language, { timeStyle: "short", timeZone: time.dataset.clock });
        if (Date.now() - seen >= EVERY) time.textContent = words.replace(/\s/g, " ");
      } catch { /* a zone that this browser does not know: the time stays as it was made */ }
    }
  };

  document.addEventListener("htmx:after:swap", tick);
  document.addEventListener("visibilitychange", tick);
  setInterval(tick, EVERY);
  tick();
})();

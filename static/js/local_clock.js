/* Keeps the local time on an open page true: "9:42 AM or 10:42 AM" where a person may be on either.
   On time elements with data-clock (time zones), whose datetime is the site's time when they were made.
   Needs JavaScript because a page that stays open for an hour would show the time of an hour ago. */
(() => {
  "use strict";
  const EVERY = 5000; // milliseconds
  const made = new WeakMap();
  const language = document.documentElement.lang === "es" ? "es-US" : "en-US";
  const either = new Intl.ListFormat(language, { type: "disjunction", style: "short" });

  const words = (now, zones) => {
    const local = (timeZone) => now.toLocaleString("sv-SE", { timeZone }); // 2026-11-03 09:42:00, so that it sorts
    const shown = (timeZone) => now.toLocaleTimeString(language, { timeStyle: "short", timeZone });
    const times = zones.sort((a, b) => local(a).localeCompare(local(b))).map(shown);
    return either.format(new Set(times)).replace(/\s/g, " ");
  };
  const tick = () => {
    for (const time of document.querySelectorAll("time[data-clock]")) {
      if (made.get(time)?.at !== time.dateTime) made.set(time, { at: time.dateTime, seen: Date.now() });
      const { at, seen } = made.get(time), passed = Date.now() - seen;
      try {
        if (passed >= EVERY) time.textContent = words(new Date(Date.parse(at) + passed), time.dataset.clock.split(" "));
      } catch { /* a zone that this browser does not know: the time stays as it was made */ }
    }
  };

  document.addEventListener("htmx:after:swap", tick);
  document.addEventListener("visibilitychange", tick);
  setInterval(tick, EVERY);
  tick();
})();

/* Says that a request of htmx got no answer, or is slow, and says "nothing was sent" only where that is known.
   On every request of htmx; toasts.js shows the sentence. A refusal (4xx) brings its own sentence from the server.
   Needs JavaScript because htmx leaves the page as it is, and the person would wait for nothing. */
(() => {
  "use strict";
  const SLOW = 5000; // milliseconds
  const say = (what) => document.dispatchEvent(new CustomEvent("toast", { detail: what }));
  const waiting = new WeakMap();
  const ctx = (event) => event.detail?.ctx ?? {};
  const pressed = (event) => ctx(event).sourceEvent?.type === "submit";

  document.addEventListener("htmx:before:request", (event) => {
    ctx(event).cutOff = navigator.onLine === false; // then no request leaves this device
    if (pressed(event)) waiting.set(ctx(event), setTimeout(() => say("slow"), SLOW));
  });
  document.addEventListener("htmx:finally:request", (event) => {
    clearTimeout(waiting.get(ctx(event)));
    if (pressed(event)) say("answered");
  });
  document.addEventListener("htmx:response:error", (event) => {
    if ((ctx(event).response?.status ?? 0) >= 500) say(pressed(event) ? "trouble" : "stale");
  });
  document.addEventListener("htmx:error", (event) => {
    const why = String(event.detail?.error ?? "");
    if (!/fetch|timeout|network|load failed/i.test(why)) return; // an error of the page itself
    if (!pressed(event)) say("old");
    else say(ctx(event).cutOff ? "unsent" : why.includes("timeout") ? "silent" : "offline");
  });
})();

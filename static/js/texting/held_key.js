/* Lets a key that is held down press nothing: one press of a key is one press of a button.
   On Enter everywhere but in a text of several lines, and on the space bar over buttons.
   Needs JavaScript because a browser repeats a held key, and each repeat would send the next card unread. */
(() => {
  "use strict";
  document.addEventListener("keydown", (event) => {
    if (!event.repeat) return;
    const enters = event.key === "Enter" && !event.target.matches("textarea");
    const spaces = event.key === " " && event.target.matches("button, summary, [type=submit], [type=checkbox]");
    if (enters || spaces) event.preventDefault();
  }, true);
})();

/* Loads the page anew when its user's access changed: suspended, removed, approved, another role. The server then answers
   with what they may see.
   On the connection to /live.
   Needs JavaScript because an open page learns nothing otherwise. */
(() => {
  "use strict";
  document.addEventListener("access-changed", () => { location.reload(); }, true);
})();

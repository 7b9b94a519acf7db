/* Loads the page again when its user's access changed: suspended, removed, approved, another role. The server then answers
   with what they may see.
   On the connection to /live.
   Needs JavaScript because an open page learns nothing otherwise. */
(() => {
  "use strict";
  let going = false; // to another page: one who leaves a campaign gets this news before the answer to the press
  addEventListener("beforeunload", () => { going = true; setTimeout(() => { going = false; }, 5000); });
  const reload = () => { if (going) setTimeout(reload, 1000); else location.replace(location.pathname + location.search); }; // no form is posted again
  document.addEventListener("access-changed", reload, true);
})();

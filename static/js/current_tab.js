/* Scrolls a row of tabs until the tab of this page is in sight.
   On the element with data-tabs, once, when the page has loaded.
   Needs JavaScript because a scrolling row starts at its first tab. */
(() => {
  "use strict";
  document.querySelector("[data-tabs] [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
})();

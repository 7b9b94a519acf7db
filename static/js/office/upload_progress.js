/* Shows how much of a large file has been sent; without a connection it can be sent again.
   On forms with data-upload, for files over 1 MB: the bar has data-progress, the button data-send.
   Needs JavaScript because a browser says nothing about an upload. */
(() => {
  "use strict";
  const LARGE = 1_000_000; // bytes

  const show = (request) => {
    if (request.status < 400) location.href = request.getResponseHeader("hx-redirect") || request.responseURL;
    else {
      const page = new DOMParser().parseFromString(request.responseText, "text/html");
      document.querySelector("main").replaceWith(page.querySelector("main"));
    }
  };

  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-upload]");
    const file = form?.elements.file?.files?.[0];
    if (!file || file.size < LARGE) return;
    event.preventDefault();
    const bar = form.querySelector("[data-progress]"), button = form.querySelector("[data-send]");
    const waiting = (yes) => { bar.hidden = !yes; button.disabled = yes; };
    const request = new XMLHttpRequest();
    request.upload.addEventListener("progress", (at) => {
      bar.value = at.lengthComputable ? (100 * at.loaded) / at.total : 0;
    });
    request.addEventListener("load", () => show(request));
    request.addEventListener("error", () => {
      waiting(false);
      document.dispatchEvent(new CustomEvent("toast", { detail: "offline" }));
    });
    request.open("POST", form.action);
    request.setRequestHeader("hx-request", "true");
    waiting(true);
    request.send(new FormData(form));
  });
})();

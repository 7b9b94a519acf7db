/* Our own script: small conveniences. Everything works without it. */
"use strict";

const toasts = () => document.getElementById("toasts");

function toast(text) {
  const box = document.createElement("div");
  box.className = "toast warning";
  box.textContent = text;
  toasts()?.append(box);
  setTimeout(() => box.remove(), 8000);
}

/* News never moves what is under the thumb: the list refreshes itself only at the top and when nobody is pressing. */
let pressed = 0;
document.addEventListener("pointerdown", () => { pressed = Date.now(); }, true);

function refreshLists() {
  for (const list of document.querySelectorAll("[data-refresh]")) {
    const news = document.getElementById("news");
    if (window.scrollY < 60 && Date.now() - pressed > 1500) {
      list.dispatchEvent(new Event("refresh"));
      if (news) news.hidden = true;
    } else if (news) {
      news.hidden = false;
    }
  }
}
for (const event of ["inbox-changed", "catch-up"]) {
  document.addEventListener(event, refreshLists, true);
}
window.addEventListener("online", refreshLists);

/* A stream that is refused means the login has ended. */
function loggedOut(event) {
  const status = event.detail?.status ?? event.detail?.ctx?.response?.status;
  const url = event.detail?.ctx?.request?.action ?? "";
  if ((status === 401 || status === 403) && (event.type === "htmx:sse:error" || url.endsWith("/live"))) {
    location.href = "/login?expired=1&next=" + encodeURIComponent(location.pathname);
  }
}
document.addEventListener("htmx:sse:error", loggedOut);
document.addEventListener("htmx:response:error", (event) => {
  loggedOut(event);
  const status = event.detail?.ctx?.response?.status ?? 0;
  if (status >= 500) toast(toasts()?.dataset.trouble);
});
document.addEventListener("htmx:error", (event) => {
  if (String(event.detail?.error ?? "").includes("fetch")) toast(toasts()?.dataset.offline);
});

/* A second tap meant for the card before does not send the next one unread. */
const TOO_SOON = 400; // milliseconds
const cardOf = (send) => send?.form?.elements.client_message_id?.value ?? "";
let shown = cardOf(document.getElementById("send"));
document.addEventListener("click", (event) => {
  if (event.target.closest("#send[data-unread]")) event.preventDefault();
}, true);

function newCard(send) {
  if (cardOf(send) === shown) return;
  shown = cardOf(send);
  send.dataset.unread = "";
  setTimeout(() => delete send.dataset.unread, TOO_SOON);
}

/* The focus stays on Send, so that the next text is one key or one tap away. */
document.addEventListener("htmx:after:swap", () => {
  const send = document.getElementById("send");
  if (send) newCard(send);
  if (send && !document.activeElement?.matches("input, textarea, select, button")) send.focus({ preventScroll: true });
});

/* Insert a variable where the cursor is. */
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-insert]");
  if (!button) return;
  const area = document.getElementById(button.dataset.into);
  if (!area) return;
  area.setRangeText(button.dataset.insert, area.selectionStart, area.selectionEnd, "end");
  button.closest("[popover]")?.hidePopover();
  area.focus();
  area.dispatchEvent(new Event("input", { bubbles: true }));
});

/* Tick or untick the whole page of a table. */
document.addEventListener("change", (event) => {
  const all = event.target.closest("[data-all]");
  if (!all) return;
  for (const box of all.closest("form").querySelectorAll(`[name="${all.dataset.all}"]`)) box.checked = all.checked;
});

/* How many are ticked stands where one says what to do with them. */
document.addEventListener("change", () => {
  for (const shown of document.querySelectorAll("[data-ticked]")) {
    const number = document.querySelectorAll(`[name="${shown.dataset.ticked}"]:checked`).length;
    shown.textContent = number > 1 ? shown.dataset.some.replace("#", number) : number ? shown.dataset.one : shown.dataset.none;
  }
});

/* Filters that are not set stay out of the address, so that it can be read and shared. */
document.addEventListener("submit", (event) => {
  if (event.target.method !== "get") return;
  const blank = [...event.target.elements].filter((field) => field.name && !field.disabled && field.value === "");
  for (const field of blank) field.disabled = true;
  setTimeout(() => { for (const field of blank) field.disabled = false; });
});

/* Drop a file on the upload page. */
for (const drop of document.querySelectorAll(".drop")) {
  const input = drop.querySelector("[type=file]");
  for (const name of ["dragover", "dragleave", "drop"]) {
    drop.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.toggle("over", name === "dragover");
      if (name === "drop" && event.dataTransfer.files.length) input.files = event.dataTransfer.files;
    });
  }
}

/* Mend a script with one tap. */
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-mend]");
  const area = button && document.getElementById(button.dataset.into);
  if (!area) return;
  event.preventDefault();
  area.value = button.dataset.mend;
  area.focus();
  area.dispatchEvent(new Event("input", { bubbles: true }));
});

/* A form that is on its way is not sent a second time; Back makes it new. */
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.method !== "post" || event.target.matches("[hx-post]")) return;
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "1";
  setTimeout(() => delete event.target.dataset.sent, 3000);
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

/* A large file shows how far it has come; without a network it can be sent again. */
document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-upload]");
  const file = form?.elements.file?.files?.[0];
  if (!file || file.size < 1000000) return;
  event.preventDefault();
  const bar = form.querySelector(".upload-progress"), button = form.querySelector("button.primary");
  const request = new XMLHttpRequest();
  const again = () => { bar.hidden = true; button.disabled = false; toast(toasts()?.dataset.offline); };
  request.upload.addEventListener("progress", (at) => { bar.value = at.lengthComputable ? (100 * at.loaded) / at.total : 0; });
  request.addEventListener("load", () => {
    if (request.status < 400) location.href = request.getResponseHeader("hx-redirect") || request.responseURL;
    else document.querySelector("main").replaceWith(new DOMParser().parseFromString(request.responseText, "text/html").querySelector("main"));
  });
  request.addEventListener("error", again);
  request.open("POST", form.action);
  request.setRequestHeader("hx-request", "true");
  bar.hidden = false;
  button.disabled = true;
  request.send(new FormData(form));
});

/* On a keyboard 1 to 9 choose a response script, and Enter sends it. */
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !/^[1-9]$/.test(event.key)) return;
  if (event.target.matches("input:not([type=radio]), textarea, select")) return;
  const choice = document.querySelector(`[data-key="${event.key}"]:not(:disabled)`);
  if (!choice) return;
  event.preventDefault();
  choice.checked = true;
  choice.focus();
});

/* Show where in a script a finding stands. Python counts characters, a textarea counts UTF-16 units. */
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-show]");
  const area = button && document.getElementById(button.dataset.into);
  if (!area) return;
  const before = area.value.length - area.value.trimStart().length;
  const characters = [...area.value.slice(before)];
  const [start, end] = button.dataset.show.split("-").map((n) => before + characters.slice(0, n).join("").length);
  area.focus();
  area.setSelectionRange(start, end);
});

/* Response scripts in another order, by drag or by the arrows, without losing what is typed meanwhile. */
let kept = Promise.resolve();
function keepOrder(list) {
  const rows = [...list.children], form = new FormData();
  for (const row of rows) form.append("script", row.dataset.script);
  for (const [at, row] of rows.entries()) {
    row.querySelector('[data-move="-1"]').disabled = at === 0;
    row.querySelector('[data-move="1"]').disabled = at === rows.length - 1;
  }
  kept = kept.then(async () => { // one after the other, so that the newest order is the last
    const answer = await fetch(list.dataset.order, { method: "POST", body: form, headers: { "hx-request": "true" } }).catch(() => null);
    if (!answer?.ok) toast(answer ? toasts()?.dataset.trouble : toasts()?.dataset.offline);
  });
}
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-move]");
  const row = button?.closest("[data-script]");
  const next = button?.dataset.move === "1" ? row?.nextElementSibling : row?.previousElementSibling;
  if (!row) return;
  event.preventDefault();
  if (next) next[button.dataset.move === "1" ? "after" : "before"](row);
  keepOrder(row.parentElement);
  (button.disabled ? row.querySelector("[data-move]:not(:disabled)") : button)?.focus();
});
let dragged = null, before = null;
document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.("[data-drag]")?.closest("[data-script]") ?? null;
  if (!dragged) return;
  before = dragged.nextElementSibling;
  dragged.classList.add("dragged");
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", "");
});
document.addEventListener("drop", (event) => { if (dragged) event.preventDefault(); });
document.addEventListener("dragover", (event) => {
  const over = dragged && event.target.closest("[data-script]");
  if (!over || over.parentElement !== dragged.parentElement) return;
  event.preventDefault();
  const box = over.getBoundingClientRect();
  if (over !== dragged) over[event.clientY > box.top + box.height / 2 ? "after" : "before"](dragged);
});
document.addEventListener("dragend", (event) => {
  if (!dragged) return;
  dragged.classList.remove("dragged");
  if (event.dataTransfer.dropEffect === "none") dragged.parentElement.insertBefore(dragged, before); // given up with Escape
  else keepOrder(dragged.parentElement);
  dragged = null;
});

/* Leaving with words typed and not saved asks first. */
let leaving = null;
document.addEventListener("submit", (event) => { leaving = event.submitter?.formAction.endsWith("/archive") ? null : event.target; });
window.addEventListener("beforeunload", (event) => {
  const unsaved = [...document.querySelectorAll("form[data-unsaved]")].some((form) => form !== leaving &&
    ("dirty" in form.dataset || [...form.querySelectorAll("textarea, input[type=text]")].some((field) => field.value !== field.defaultValue)));
  if (unsaved) event.preventDefault();
  leaving = null;
});

/* The tab one is on is in sight, however many there are. */
document.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

/* A reply half typed is still there after a look at the scripts. */
const draft = () => document.querySelector("textarea[data-draft]");
function recallDraft() {
  const area = draft(), kept = area && sessionStorage.getItem(area.dataset.draft);
  if (kept && !area.value) { area.value = kept; area.dispatchEvent(new Event("input", { bubbles: true })); }
}
document.addEventListener("input", (event) => {
  if (event.target === draft()) sessionStorage.setItem(event.target.dataset.draft, event.target.value);
});
document.addEventListener("submit", (event) => {
  const area = event.target.querySelector("textarea[data-draft]");
  if (area) sessionStorage.removeItem(area.dataset.draft);
});
recallDraft();
document.addEventListener("htmx:after:swap", recallDraft);

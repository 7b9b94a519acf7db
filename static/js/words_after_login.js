/* Brings back what was typed or ticked in a form that was sent after the login had ended.
   On every form with method="post" inside a campaign; in this browser tab alone, never passwords or files. It is kept when
   the form is sent, and filled in after the login, on the page with that form.
   Without JavaScript the page /login/words shows them instead (access/kept_words.py). */
(() => {
  "use strict";
  const KEPT = "words-after-login";
  const HELD = ":is(textarea:not([data-draft]), select, input:not([type=hidden], [type=password], [type=file]))[name]";
  const address = (form) => form.getAttribute("action") ?? "";
  const alike = (form) => [...document.forms].filter((other) => address(other) === address(form));
  const ticks = (field) => field.type === "checkbox" || field.type === "radio";
  const held = (form) => [...form.elements].filter((field) => field.matches(HELD));
  const state = (field) => [field.name, field.value, ticks(field) && field.checked];

  const keep = (form) => {
    const values = held(form).map(state);
    const kept = { path: location.pathname, address: address(form), place: alike(form).indexOf(form), values };
    if (values.length) sessionStorage.setItem(KEPT, JSON.stringify(kept));
    else sessionStorage.removeItem(KEPT);
  };
  const fill = (form, values) => {
    for (const field of held(form)) {
      const at = values.findIndex(([name, value]) => name === field.name && (!ticks(field) || value === field.value));
      const [[, value, checked]] = at < 0 ? [state(field)] : values.splice(at, 1);
      if (ticks(field)) field.checked = checked;
      else field.value = value;
    }
    form.closest("details")?.setAttribute("open", "");
    form.dispatchEvent(new Event("input", { bubbles: true }));
    document.dispatchEvent(new CustomEvent("toast", { detail: "back" }));
  };
  const bringBack = () => {
    const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
    const ended = new URLSearchParams(location.search).get("expired") === "2";
    if (!kept) return;
    if (location.pathname === "/login") {
      if (ended) sessionStorage.setItem(KEPT, JSON.stringify({ ...kept, ended }));
      return;
    }
    sessionStorage.removeItem(KEPT);
    const form = [...document.forms].filter((one) => address(one) === kept.address)[kept.place];
    if (kept.ended && form && location.pathname === kept.path) fill(form, kept.values);
  };

  document.addEventListener("submit", (event) => {
    if (event.target.method === "post" && location.pathname.startsWith("/c/")) keep(event.target);
  }, true);
  bringBack();
})();

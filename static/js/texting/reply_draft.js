/* Keeps a reply until the thread shows it as sent: over a look at the scripts, a lost connection, a login that ended.
   On textareas with data-draft (the name it is kept under), in this browser tab alone. What is sent is in the thread with
   data-sent, the id its form had; the words come back with that id, so that sending them again is the same text.
   Needs JavaScript because going to another page empties a form. */
(() => {
  "use strict";
  const drafts = () => document.querySelectorAll("textarea[data-draft]");
  const id = (area) => area.form?.elements.client_message_id;
  const kept = (area) => JSON.parse(sessionStorage.getItem(area.dataset.draft) ?? "null");

  const keep = (area) => {
    if (!area.value) sessionStorage.removeItem(area.dataset.draft);
    else sessionStorage.setItem(area.dataset.draft, JSON.stringify({ words: area.value, form: id(area)?.value }));
  };
  const recall = (area) => {
    const draft = kept(area);
    if (draft?.form && document.querySelector(`[data-sent="${draft.form}"]`)) {
      sessionStorage.removeItem(area.dataset.draft);
    } else if (draft && !area.value) {
      area.value = draft.words;
      if (id(area) && draft.form) id(area).value = draft.form;
      area.closest("[hidden]")?.removeAttribute("hidden");
      area.dispatchEvent(new Event("input", { bubbles: true }));
    }
    if (area.value && !area.readOnly) keep(area);
  };
  const recallAll = () => { for (const area of drafts()) recall(area); };

  document.addEventListener("input", (event) => {
    if (event.target.matches("textarea[data-draft]")) keep(event.target);
  });
  document.addEventListener("htmx:after:swap", recallAll);
  recallAll();
})();

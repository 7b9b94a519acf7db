/* Asks before one leaves a page with words typed and not saved.
   On forms with data-unsaved; data-dirty on one says that it came back from the server unsaved.
   Needs JavaScript because only the event "beforeunload" can hold a page. */
(() => {
  "use strict";
  let leaving = null; // the form that is being sent: its words are on their way
  const differs = (field) => field.value !== field.defaultValue;
  const unsaved = (form) => form !== leaving &&
    ("dirty" in form.dataset || [...form.querySelectorAll("textarea, input[type=text]")].some(differs));

  document.addEventListener("submit", (event) => {
    const archives = event.submitter?.formAction.endsWith("/archive"); // sends none of the words
    leaving = archives ? null : event.target;
  });
  window.addEventListener("beforeunload", (event) => {
    if ([...document.querySelectorAll("form[data-unsaved]")].some(unsaved)) event.preventDefault();
    leaving = null;
  });
})();

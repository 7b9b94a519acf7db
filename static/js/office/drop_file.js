/* Takes a file that is dropped on the upload page.
   On the element with data-drop, which holds the file field; it has the class "over" while a file hovers there.
   Needs JavaScript because a browser takes a drop only on the field itself, and opens the file elsewhere. */
(() => {
  "use strict";
  for (const name of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(name, (event) => {
      const place = event.target.closest?.("[data-drop]");
      if (!place) return;
      event.preventDefault();
      place.classList.toggle("over", name === "dragover");
      const files = event.dataTransfer.files;
      if (name === "drop" && files.length) place.querySelector("[type=file]").files = files;
    });
  }
})();

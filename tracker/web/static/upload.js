/* Says at once that a file is too large, and sends nothing with it: neither the file, nor the rest as if none had been
   chosen. Without scripts the server says the same. */

function isTooLarge(field) {
  return [...field.files].some((file) => file.size > Number(field.dataset.largest));
}

function noteBelow(field) {
  let note = field.parentElement.querySelector("[data-too-large]");
  if (!note) {
    note = document.createElement("div");
    note.dataset.tooLarge = "";
    const said = document.createElement("p");
    said.className = "field-error";
    said.setAttribute("role", "alert");
    const without = document.createElement("button");
    without.type = "button";
    without.className = "button is-secondary is-small";
    without.textContent = "Go on without this file";
    without.addEventListener("click", () => {
      field.value = "";
      check(field);
      field.focus();
    });
    note.append(said, without);
    field.after(note);
  }
  return note;
}

function check(field) {
  const isBad = isTooLarge(field);
  const note = noteBelow(field);
  const most = Number(field.dataset.largest) / 1e6;
  note.hidden = !isBad;
  note.firstChild.textContent = isBad
    ? `This file is larger than ${most} MB and cannot be kept. Scan the paper with fewer dots, or in grey.`
    : "";
}

const fields = [...document.querySelectorAll("input[type=file][data-largest]")];
for (const field of fields) {
  field.addEventListener("change", () => check(field));
  field.form.addEventListener("submit", (event) => {
    if (!isTooLarge(field)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    check(field);
    field.focus();
  }, { capture: true });
}

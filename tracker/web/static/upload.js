/* Says at once that a file is too large, before it is sent. Without it the server says the same. */

for (const field of document.querySelectorAll("input[type=file][data-largest]")) {
  field.addEventListener("change", () => {
    const most = Number(field.dataset.largest);
    const isTooLarge = [...field.files].some((file) => file.size > most);
    let said = field.parentElement.querySelector("[data-too-large]");
    if (!said) {
      said = document.createElement("p");
      said.className = "field-error";
      said.dataset.tooLarge = "";
      said.setAttribute("role", "alert");
      field.after(said);
    }
    said.textContent = isTooLarge ? `This file is larger than ${most / 1e6} MB. Scan the paper with fewer dots, or in grey.` : "";
    said.hidden = !isTooLarge;
    if (isTooLarge) field.value = "";
  });
}

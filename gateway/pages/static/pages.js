// All pages: a form is sent once, however often its button is pressed.
"use strict";

const PATIENCE = 8000; // after this long without an answer the button may be pressed again

function free(form) {
  delete form.dataset.sent;
  for (const button of form.querySelectorAll("button")) button.disabled = false;
}

document.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  const form = event.target;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  // Only after the browser has gathered the fields, among them the button that was pressed.
  setTimeout(() => {
    for (const button of form.querySelectorAll("button")) button.disabled = true;
  });
  setTimeout(() => free(form), PATIENCE);
});

// A page that comes back from the browser's memory can be sent again.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) document.querySelectorAll("form").forEach(free);
});

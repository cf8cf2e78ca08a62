// The pages of statements: answers are saved as they are given, and the keys 1 to 5 answer.
// Without this script the pages work too: the buttons then save.
"use strict";

const PACE = 2000; // at most one request in this time; quick answers share one
const SLOWEST = 15000;
const form = document.getElementById("questions");
const status = document.getElementById("status");
const bar = document.getElementById("progress");
const statements = [...form.querySelectorAll("fieldset")];
const calm = window.matchMedia("(prefers-reduced-motion: reduce)");

const unsaved = new Map();
let sending = false;
let stopped = false;
let failures = 0;
let lastSent = 0;
let timer = 0;
let waiting = null; // the button that was pressed while answers were on their way

function tell(what) {
  status.dataset.state = what;
  if (status.textContent !== status.dataset[what]) status.textContent = status.dataset[what];
}

function send(answers) {
  return fetch(form.dataset.answers, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ answers: [...answers].map(([item, value]) => ({ item, value })) }),
    credentials: "omit",
    redirect: "error",
    keepalive: true,
    signal: AbortSignal.timeout?.(10000),
  });
}

async function flush() {
  if (sending || stopped || !unsaved.size) return;
  sending = true;
  lastSent = Date.now();
  const batch = new Map(unsaved);
  let response = null;
  try {
    response = await send(batch);
  } catch {
    // No connection; the answers stay in the queue.
  }
  sending = false;
  if (response?.ok) saved(batch);
  else if (!response || response.status >= 500 || response.status === 429 || response.status === 408) again(response);
  else stop();
  if (waiting && !unsaved.size) goOn();
}

function saved(batch) {
  failures = 0;
  for (const [item, value] of batch) if (unsaved.get(item) === value) unsaved.delete(item);
  if (unsaved.size) soon();
  else tell("saved");
}

function again(response) {
  failures += 1;
  tell("retrying");
  const asked = Number(response?.headers.get("Retry-After") ?? 0) * 1000;
  later(Math.max(asked, Math.min(1000 * 2 ** (failures - 1), SLOWEST)));
}

function stop() {
  stopped = true;
  unsaved.clear();
  tell("stopped");
}

function later(wait) {
  clearTimeout(timer);
  timer = setTimeout(flush, wait);
}

function soon() {
  if (!sending && !failures) later(waiting ? 0 : Math.max(0, lastSent + PACE - Date.now()));
}

function goOn() {
  const button = waiting;
  waiting = null;
  button?.removeAttribute("aria-busy");
  form.requestSubmit(button);
}

function showProgress() {
  const before = Number(bar.dataset.elsewhere);
  const here = statements.filter((statement) => statement.querySelector("input:checked")).length;
  bar.value = before + here;
  const percent = Math.floor(((before + here) / bar.max) * 100);
  document.getElementById("progress-text").textContent = bar.dataset.text.replace("{percent}", percent);
}

function unmark(statement) {
  statement.classList.remove("open");
  statement.removeAttribute("aria-describedby");
  statement.querySelector(".error")?.remove();
}

form.addEventListener("change", (event) => {
  unsaved.set(event.target.name, Number(event.target.value));
  unmark(event.target.closest("fieldset"));
  showProgress();
  soon();
});

form.addEventListener("keydown", (event) => {
  const statement = event.target.closest("fieldset");
  if (!statement || event.altKey || event.ctrlKey || event.metaKey || !/^[1-5]$/.test(event.key)) return;
  event.preventDefault();
  const radio = statement.querySelector(`input[value="${event.key}"]`);
  if (!radio.checked) {
    radio.checked = true;
    radio.dispatchEvent(new Event("change", { bubbles: true }));
  }
  const next = statements[statements.indexOf(statement) + 1];
  const target = next ? next.querySelector("input:checked") ?? next.querySelector("input") : form.querySelector("button");
  target.focus({ preventScroll: true });
  (next ?? target).scrollIntoView({ block: "center", behavior: calm.matches ? "auto" : "smooth" });
});

form.addEventListener("submit", (event) => {
  // An answer on its way must not arrive after the form and undo what the form says. Without a connection the page
  // waits for one; whoever presses again goes without it.
  if (sending || (failures && unsaved.size && !waiting)) {
    event.preventDefault();
    waiting = event.submitter;
    waiting?.setAttribute("aria-busy", "true");
    later(0);
    return;
  }
  clearTimeout(timer);
  unsaved.clear(); // the form carries every answer of the page
});

window.addEventListener("online", () => later(0));
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") flush();
});

// What a browser restores by itself after going back may differ from what the server knew when it sent the page.
window.addEventListener("pageshow", () => {
  for (const radio of form.querySelectorAll("input:checked")) {
    if (!radio.defaultChecked) radio.dispatchEvent(new Event("change", { bubbles: true }));
  }
});

bar.dataset.elsewhere = bar.value - statements.filter((statement) => statement.querySelector("input[checked]")).length;
form.querySelector(".keys").hidden = !window.matchMedia("(hover: hover) and (pointer: fine)").matches;

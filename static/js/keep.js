/* Forms without autosave: form[data-keep="key"]. What is typed stays in this browser until the server has it, so that
   an ended session, a closed tab or the back button loses nothing. `row_version` in the form tells whether it arrived. */
import { markEmpty } from "./fields.js";
import { inBrowser } from "./kept.js";

const PAUSE = 400;
const OTHER = ["hidden", "submit", "button", "reset", "password", "file"];

for (const form of document.querySelectorAll("form[data-keep]")) start(form);

function start(form) {
  const key = form.dataset.keep;
  const version = form.elements.row_version?.value ?? "";
  let timer;
  const keep = (submitted) => {
    clearTimeout(timer);
    inBrowser.set(key, { at: new Date().toISOString(), version, values: read(form), submitted });
  };
  offer(form, key, version);
  form.addEventListener("input", (event) => {
    markEmpty(event.target);
    clearTimeout(timer);
    timer = setTimeout(() => keep(false), PAUSE);
  });
  form.addEventListener("submit", () => keep(true));
  window.addEventListener("pagehide", () => { if (timer && !form.dataset.sent) keep(false); });
}

function typed(form) {
  return [...form.elements].filter((control) => control.name && !OTHER.includes(control.type));
}

function ticked(control) {
  return control.type === "checkbox" || control.type === "radio";
}

function read(form) {
  const found = {};
  for (const control of typed(form)) {
    found[control.name] ??= [];
    if (!ticked(control) || control.checked) found[control.name].push(control.value);
  }
  return found;
}

function write(form, values) {
  for (const control of typed(form)) {
    const kept = values[control.name];
    if (!kept) continue;
    if (ticked(control)) control.checked = kept.includes(control.value);
    else control.value = kept[0] ?? "";
    control.dispatchEvent(new Event("filled-in")); // see rows.js
    markEmpty(control);
  }
}

function offer(form, key, version) {
  const kept = inBrowser.get(key);
  if (!kept?.values) return;
  const arrived = kept.submitted && kept.version !== version;
  if (arrived || JSON.stringify(kept.values) === JSON.stringify(read(form))) { inBrowser.remove(key); return; }
  const at = new Date(kept.at).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
  const moved = kept.version === version ? "" : " What is saved has changed since then.";
  const box = made("section", "notice");
  const actions = made("p", "actions");
  actions.append(
    button("Use the kept text", "button", () => { write(form, kept.values); box.remove(); form.dispatchEvent(new Event("input")); }),
    button("Leave it out", "button secondary", () => { inBrowser.remove(key); box.remove(); }),
  );
  box.append(
    made("h2", "", "Text kept in this browser"),
    made("p", "", `You typed this on ${at} and it did not reach the server.${moved}`),
    actions,
  );
  form.before(box);
}

function made(name, className, text = "") {
  const element = document.createElement(name);
  if (className) element.className = className;
  if (text) element.textContent = text;
  return element;
}

function button(text, className, act) {
  const element = made("button", className, text);
  element.type = "button";
  element.addEventListener("click", act);
  return element;
}

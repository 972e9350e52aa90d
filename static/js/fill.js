/* Fill workspace. Without it: the form saves with its button and the preview is as of the last save.
   With it: autosave with a visible state, live preview, jumps between blanks and fields, Ctrl+Enter, Ctrl+S. */
import { bare, controlFor, controls, fieldOf, markEmpty, showProblem } from "./fields.js";
import { offerKept, settleConflict } from "./notices.js";
import { showPane, startPanes } from "./panes.js";
import { Preview } from "./preview.js";
import { Saving } from "./saving.js";
import { speak } from "./speak.js";

const form = document.querySelector("form[data-autosave]");
if (form) start(form);

function start(form) {
  const workspace = document.querySelector(".fill");
  const notice = document.querySelector("[data-notice]") ?? form.parentElement.insertBefore(document.createElement("div"), form);
  const pane = document.getElementById("preview");
  const saving = new Saving(form, { show, saved, conflict });
  const preview = pane && new Preview(pane, form, { jump });
  let loud = true; // the first save and every recovery are announced, later saves are only shown

  function show(state, words = "") {
    const place = document.querySelector("[data-save-state]");
    if (!place) return;
    const text = {
      unsaved: "Not saved yet",
      saving: "Saving…",
      partly: `Saved at ${words}, but not what is marked; it is kept in this browser`,
      saved: words ? `Saved at ${words}` : "Saved",
      retrying: "Not saved, retrying; your text is kept in this browser",
      refused: `Not saved. ${words}`,
      "signed-out": "You are signed out; your text is kept in this browser",
      conflict: words || "Changed by someone else: choose below",
    }[state];
    place.dataset.state = state;
    place.replaceChildren(text);
    if (state === "signed-out") {
      const again = document.createElement("a");
      again.href = location.href;
      again.textContent = "Sign in again";
      again.addEventListener("click", () => saving.leaving());
      place.append(". ", again);
    }
    if (state === "saved" && loud) { speak(text); loud = false; }
    if (["retrying", "refused", "signed-out", "conflict"].includes(state)) { if (!loud) speak(text); loud = true; }
  }

  function saved(data) {
    setText("[data-filled]", data.filled);
    setText("[data-total]", data.total);
    for (const [slug, group] of Object.entries(data.groups ?? {})) {
      const state = document.querySelector(`[data-group="${CSS.escape(slug)}"]`);
      if (!state) continue;
      state.textContent = group.label ?? `${group.filled} of ${group.total}`;
      state.toggleAttribute("data-open", group.open ?? group.filled < group.total);
    }
    const [problems, warnings] = [data.problems, data.warnings].map((told) =>
      Object.fromEntries(Object.entries(told ?? {}).map(([name, text]) => [bare(name), text])));
    for (const control of controls(form)) {
      const field = fieldOf(control);
      const name = bare(control.name);
      const isRed = field?.classList.contains("has-error"); // stays red for what is wrong, not for what is unusual
      if (field) showProblem(field, control, problems[name] ?? (isRed ? "" : warnings[name]) ?? "");
    }
    preview?.refresh();
  }

  function setText(selector, value) {
    if (value === undefined) return;
    for (const place of document.querySelectorAll(selector)) place.textContent = value;
  }

  function conflict(data) {
    showPane(workspace, "form");
    settleConflict(notice, form, saving, data, () => preview?.refresh());
  }

  /** To the field of a variable: here, or in the group that has it. */
  async function jump(variable) {
    const control = controlFor(form, variable);
    if (control) {
      showPane(workspace, "form");
      control.focus();
      return;
    }
    if (form.dataset.fieldUrl) go(form.dataset.fieldUrl + encodeURIComponent(variable));
  }

  async function go(url) {
    if (saving.unsaved) await saving.now();
    saving.leaving();
    location.assign(url);
  }

  function nextUnfilled() {
    const waiting = [...form.querySelectorAll(".field[data-needed].is-empty")];
    const from = document.activeElement?.closest?.(".field");
    const next = waiting.find((field) => from && from.compareDocumentPosition(field) & Node.DOCUMENT_POSITION_FOLLOWING)
      ?? waiting.find((field) => field !== from);
    if (next) { showPane(workspace, "form"); next.querySelector("input, select, textarea").focus(); return; }
    if (form.dataset.nextUrl && !waiting.length) go(form.dataset.nextUrl);
    else speak(waiting.length ? "This is the only unfilled field in this group" : "Every field in this group is filled");
  }

  form.addEventListener("input", (event) => markEmpty(event.target));
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    if (event.key === "Enter") { event.preventDefault(); nextUnfilled(); }
    if (event.key.toLowerCase() === "s") { event.preventDefault(); loud = true; saving.now(); }
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (!link || !saving.unsaved || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (link.target || link.origin !== location.origin || link.getAttribute("href").startsWith("#")) return;
    event.preventDefault();
    go(link.href);
  });

  startPanes(workspace);
  offerKept(notice, form, saving);
  const wanted = new URLSearchParams(location.search).get("field");
  if (wanted) jump(wanted);
}

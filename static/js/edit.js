/* The template editor. Without it: a text area, forms for variables, problems and preview as of the last save.
   With it: CodeMirror over the same text, problems and preview as it is typed, changes to variables in place. */
import { inBrowser } from "./kept.js";
import { startPanes } from "./panes.js";
import { speak } from "./speak.js";
import { Checking } from "./editor/checking.js";
import { insertBlock, insertRecord, insertVariable } from "./editor/blocks.js";
import { Dialogs } from "./editor/dialogs.js";
import { startMenu } from "./editor/menu.js";
import { Panel } from "./editor/panel.js";
import { openEditor } from "./editor/view.js";
import { Saving } from "./editor/saving.js";

const desk = document.querySelector("[data-edit]");
if (desk) start(desk);

function start(desk) {
  const form = document.getElementById("editor");
  const area = form.elements.text;
  const editor = openEditor(desk.querySelector("[data-frame]"), area, { edited, save: () => saving.now(), loud: speak });
  const checking = new Checking(desk, form, editor, told);
  const saving = new Saving(form, editor, area);
  const dialogs = new Dialogs(desk, form, editor, checking);
  const panel = new Panel(desk, editor, dialogs);
  let problems = null;

  function edited() {
    saving.edited();
    checking.soon();
  }

  function told(found) {
    editor.show(found);
    panel.show(found);
    dialogs.know(found);
    if (problems !== null && problems !== found.problems.length) speak(panel.words(found.problems.length));
    problems = found.problems.length;
  }

  for (const hidden of desk.querySelectorAll(".edit-tools, [data-frame], [data-keys], [data-sides]")) hidden.hidden = false;
  desk.querySelector("[data-source]").hidden = true;
  desk.classList.add("is-live");
  startMenu(desk.querySelector("[data-menu]"), (item) => {
    if (item.dataset.record) insertRecord(editor.view, item.dataset.record);
    else insertBlock(editor.view, item.dataset.insert);
  });
  desk.addEventListener("insert-variable", (event) => insertVariable(editor.view, event.detail));
  desk.querySelector("[data-optional]").addEventListener("click", () => dialogs.askCondition());
  desk.querySelector("[data-names]").addEventListener("click", (event) => {
    const names = event.currentTarget.getAttribute("aria-pressed") !== "true";
    event.currentTarget.setAttribute("aria-pressed", String(names));
    inBrowser.set("editor-names", names);
    editor.showNames(names);
  });
  if (inBrowser.get("editor-names")) desk.querySelector("[data-names]").click();
  for (const button of desk.querySelectorAll("[data-go]")) button.addEventListener("click", () => editor.go(button.dataset.go));
  startPanes(desk);
  const line = Number(new URLSearchParams(location.search).get("line"));
  if (line) editor.goToLine(line);
  checking.now();
}

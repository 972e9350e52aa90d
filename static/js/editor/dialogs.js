/* Changing one variable, and making lines optional. The server makes the new text: the same functions as without a
   script, so nothing else in the text moves. */
import { speak } from "../speak.js";
import { wrapLines } from "./blocks.js";
import { post } from "./checking.js";
import { conditions } from "./completing.js";

export class Dialogs {
  constructor(desk, form, editor, checking) {
    Object.assign(this, { form, editor, checking, url: desk.dataset.change, desk, variables: [] });
    this.dialog = document.querySelector("[data-declare]");
    this.when = document.querySelector("[data-when]");
    this.fields = this.dialog.querySelector("form");
    this.fields.addEventListener("submit", (event) => { event.preventDefault(); this.send(event.submitter?.value ?? "declare"); });
    this.fields.addEventListener("change", () => this.fit());
    for (const button of document.querySelectorAll("dialog [data-close]")) {
      button.addEventListener("click", () => button.closest("dialog").close());
    }
    this.when.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.when.close();
      wrapLines(this.editor.view, `when | ${this.when.querySelector("select").value}`);
    });
  }

  know(found) { if (found.readable) this.variables = found.variables; }

  /** Open the form of a variable; of a new one for an empty name. */
  declare(name) {
    const variable = this.variables.find((each) => each.name === name);
    if (name && !variable) return;
    this.old = name;
    this.fields.reset();
    this.refuse({});
    for (const [key, value] of Object.entries(variable?.facts ?? {})) {
      const control = this.fields.elements[key];
      if (control.type === "checkbox") control.checked = value;
      else control.value = value;
    }
    this.dialog.querySelector("h1").textContent = variable ? variable.label : "New variable";
    this.dialog.querySelector("[data-where]").textContent = variable
      ? `${variable.where}. A new name is written everywhere; nothing else in the text moves.`
      : "It is declared after the others and put into the text at the cursor.";
    this.dialog.querySelector('[value="remove"]').hidden = !variable || variable.lines.length > 0;
    this.fit();
    this.dialog.showModal();
    this.fields.elements[variable ? "label" : "name"].focus();
  }

  /** Show the fields that the chosen kind and source have. */
  fit() {
    const { kind, source } = this.fields.elements;
    const answered = ["organisation", "document"].includes(source.value);
    const show = (name, yes) => { document.getElementById(`field-${name}`).hidden = !yes; };
    show("options", kind.value === "choice" || kind.value === "choices");
    show("columns", kind.value === "table");
    for (const name of ["group", "example", "required"]) show(name, answered);
  }

  async send(what) {
    const fields = Object.fromEntries(new FormData(this.fields));
    try {
      const answer = await post(this.url, this.form, { ...fields, text: this.editor.text, old: this.old, do: what });
      const told = await answer.json();
      if (!answer.ok || told.problems) { this.refuse(told.problems ?? { "": told.sentence }); return; }
      this.dialog.close();
      this.editor.replace(told.text);
      if (!this.old) this.desk.dispatchEvent(new CustomEvent("insert-variable", { detail: fields.name }));
      speak(what === "remove" ? "Deleted" : "The text is changed");
      this.checking.now();
    } catch {
      this.refuse({ "": "The server does not answer. Try again in a moment." });
    }
  }

  /** Show sentences beside their fields, the one about no field above the form; {} clears them. */
  refuse(problems) {
    let first = null;
    for (const field of this.fields.querySelectorAll(".field")) {
      const name = field.id.replace("field-", ""), sentence = problems[name];
      const control = this.fields.elements[name];
      field.classList.toggle("has-error", Boolean(sentence));
      let told = field.querySelector(".field-error");
      if (sentence && !told) {
        told = document.createElement("div");
        told.className = "field-error";
        told.id = `${control.id}-told`;
        field.append(told);
      }
      if (told) told.textContent = sentence ?? "";
      if (told && !sentence) told.remove();
      control?.toggleAttribute("aria-invalid", Boolean(sentence));
      if (sentence) { control.setAttribute("aria-describedby", told.id); first ??= control; }
    }
    const box = this.dialog.querySelector("[data-refused]"), general = problems[""] ?? problems.__all__;
    box.hidden = !general;
    box.textContent = general ?? "";
    if (first) first.focus();
    if (general) speak(general);
  }

  askCondition() {
    const list = conditions(this.variables);
    if (!list.length) {
      speak("No variable can decide yet");
      this.declare("");
      this.fields.elements.kind.value = "yes_no";
      this.fields.elements.example.value = "yes";
      this.fit();
      this.dialog.querySelector("[data-where]").textContent = "A condition needs a variable of the kind yes or no, one of several, or some of several. Declare one first.";
      return;
    }
    this.when.querySelector("select").replaceChildren(...list.map((words) => new Option(words, words)));
    this.when.showModal();
  }
}

/* Beside the text: problems that lead to their line, variables with where they are used, optional parts. */
import { showPane } from "../panes.js";

export class Panel {
  constructor(desk, editor, dialogs) {
    Object.assign(this, { desk, editor, dialogs });
    this.sides = [...desk.querySelectorAll(".edit-part")];
    for (const tab of desk.querySelectorAll("[data-sides] a")) {
      tab.addEventListener("click", (event) => { event.preventDefault(); this.side(tab.hash.slice(1)); });
    }
    document.addEventListener("click", (event) => {
      const tab = event.target.closest(".fill-tabs a[data-show]");
      if (tab && tab.dataset.show !== "text") this.side(`${tab.dataset.show}-part`);
    }, { capture: true });
    desk.addEventListener("click", (event) => this.pressed(event));
    this.side("preview-part");
  }

  side(id) {
    for (const part of this.sides) part.hidden = part.id !== id;
    for (const tab of this.desk.querySelectorAll("[data-sides] a")) {
      if (tab.hash === `#${id}`) tab.setAttribute("aria-current", "true");
      else tab.removeAttribute("aria-current");
    }
  }

  pressed(event) {
    const button = event.target.closest("[data-line], [name='then'], .blank[data-variable], .filled[data-variable]");
    if (!button) return;
    if (button.dataset.line) {
      showPane(this.desk, "text");
      this.editor.goToLine(Number(button.dataset.line), "center", Number(button.dataset.column ?? 1));
    } else if (button.name === "then") {
      event.preventDefault();
      this.dialogs.declare(button.value === "new" ? "" : button.value);
    } else this.dialogs.declare(button.dataset.variable);
  }

  words(count) {
    return count ? `${count} problem${count === 1 ? "" : "s"}` : "No problem: this text can be published";
  }

  show(found) {
    this.problems(found);
    if (!found.readable) return;
    this.variables(found.variables);
    this.sections(found.sections);
  }

  problems({ problems, trouble }) {
    this.count("[data-problem-count]", problems.length);
    const none = this.desk.querySelector("[data-no-problem]");
    none.hidden = problems.length > 0;
    none.textContent = trouble || "None: this text can be published.";
    this.fill("[data-problems]", problems.map(({ line, column, sentence }) => {
      const place = line ? `Line ${line}${column ? `, column ${column}` : ""}: ` : "";
      return line ? row(leading(`${place}${sentence}`, line, column, "link-button")) : row(text("span", sentence));
    }));
  }

  variables(variables) {
    this.count("[data-variable-count]", variables.length);
    this.fill("[data-variables]", variables.map((each) => {
      const about = text("p", "", "meta");
      about.append(text("span", `${each.what}. `));
      if (each.lines.length) {
        about.append(`Used on ${each.lines.length === 1 ? "line" : "lines"} `);
        each.lines.forEach((line, place) => about.append(place ? ", " : "", leading(line, line, 1, "lines")));
      } else about.append(text("span", "Not used yet.", "is-idle"));
      const change = text("button", "Change", "link-button");
      Object.assign(change, { type: "button", name: "then", value: each.name });
      change.append(text("span", ` ${each.label}`, "visually-hidden"));
      const insert = text("button", "Insert", "link-button insert");
      insert.type = "button";
      insert.append(text("span", ` ${each.label}`, "visually-hidden"));
      insert.addEventListener("click", () => this.desk.dispatchEvent(new CustomEvent("insert-variable", { detail: each.name })));
      const acts = text("span", "", "row-acts");
      acts.append(insert, change);
      return row(text("b", each.label), text("span", `<${each.name}>`, "number"), about, acts);
    }));
  }

  sections(sections) {
    this.count("[data-section-count]", sections.length);
    this.fill("[data-sections]", sections.map(({ condition, line }) => {
      const where = text("span", "", "row-acts");
      where.append(leading(`Line ${line}`, line, 1, "lines"));
      return row(text("b", condition || "No condition yet"), where);
    }));
  }

  count(selector, number) { this.desk.querySelector(selector).textContent = number; }

  /** Put rows into a list; the focus stays on the row's button of the same words. */
  fill(selector, rows) {
    const list = this.desk.querySelector(selector);
    const held = list.contains(document.activeElement) ? document.activeElement.textContent : null;
    list.replaceChildren(...rows);
    if (held !== null) [...list.querySelectorAll("button")].find((button) => button.textContent === held)?.focus();
  }
}

function row(...parts) {
  const item = document.createElement("li");
  item.append(...parts);
  return item;
}

function text(name, words, className = "") {
  const element = document.createElement(name);
  if (className) element.className = className;
  element.textContent = words;
  return element;
}

function leading(words, line, column, className) {
  const button = text("button", words, className);
  button.type = "button";
  button.dataset.line = line;
  button.dataset.column = column || 1;
  return button;
}

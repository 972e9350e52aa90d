/* What the text shows of itself: placeholders as chips with the label of their variable, headings and blocks. */
import { Decoration, EditorView, RangeSetBuilder, StateEffect, StateField, ViewPlugin, WidgetType } from "../../vendor/codemirror/codemirror.js";

export const RECORDS = { DocumentControl: "Document control", RevisionHistory: "Revision history", Approvals: "Approvals", TrainingRecord: "Training record" };
const PLACEHOLDER = /<([A-Z][A-Za-z0-9]*)>/g;

/** The variables that the server found declared, from its last answer. */
export const known = StateEffect.define();
export const knowledge = StateField.define({
  create: () => ({ list: [], byName: new Map() }),
  update(value, change) {
    for (const effect of change.effects) {
      if (effect.is(known)) return { list: effect.value, byName: new Map(effect.value.map((each) => [each.name, each])) };
    }
    return value;
  },
});

/** The number of the first line of the body; the last line when the front matter is not closed. */
export function bodyLine(doc) {
  if (!doc.lines || doc.line(1).text.trimEnd() !== "---") return 1;
  for (let number = 2; number <= doc.lines; number += 1) {
    if (doc.line(number).text.trimEnd() === "---") return Math.min(number + 1, doc.lines);
  }
  return doc.lines;
}

export function isEscaped(text, place) {
  let before = place;
  while (before > 0 && text[before - 1] === "\\") before -= 1;
  return (place - before) % 2 === 1;
}

const UNDECLARED = Decoration.mark({ class: "cm-undeclared" });

class Chip extends WidgetType {
  constructor(name, label, record) {
    super();
    Object.assign(this, { name, label, record });
  }

  eq(other) { return other.name === this.name && other.label === this.label; }

  toDOM() {
    const chip = document.createElement("span");
    chip.className = this.record ? "cm-chip is-record" : "cm-chip";
    chip.textContent = this.label;
    chip.title = `<${this.name}>`;
    return chip;
  }

  ignoreEvent() { return false; }
}

function drawn(build, spec = {}) {
  return ViewPlugin.fromClass(class {
    constructor(view) { this.decorations = build(view); }

    update(update) {
      const learned = update.startState.field(knowledge) !== update.state.field(knowledge);
      if (update.docChanged || update.viewportChanged || learned) this.decorations = build(update.view);
    }
  }, { decorations: (plugin) => plugin.decorations, ...spec });
}

function* shown(view) {
  const doc = view.state.doc, body = bodyLine(doc);
  for (const { from, to } of view.visibleRanges) {
    for (let place = from; place <= to;) {
      const line = doc.lineAt(place);
      yield [line, line.number >= body];
      place = line.to + 1;
    }
  }
}

export const lines = drawn((view) => {
  const builder = new RangeSetBuilder();
  let last = -1;
  for (const [line, isBody] of shown(view)) {
    if (line.from <= last) continue;
    last = line.from;
    const kind = !isBody ? (/^---\s*$/.test(line.text) ? "cm-fence" : "cm-front")
      : /^#{2,4} /.test(line.text) ? "cm-heading"
        : /^\s*\/{3,}/.test(line.text) ? "cm-block" : "";
    if (kind) builder.add(line.from, line.from, Decoration.line({ class: kind }));
  }
  return builder.finish();
});

export const chips = drawn((view) => {
  const builder = new RangeSetBuilder(), { byName } = view.state.field(knowledge);
  let last = -1;
  for (const [line, isBody] of shown(view)) {
    if (!isBody || line.from <= last) continue;
    last = line.from;
    for (const match of line.text.matchAll(PLACEHOLDER)) {
      if (isEscaped(line.text, match.index)) continue;
      const from = line.from + match.index, name = match[1], record = RECORDS[name];
      const label = record ?? byName.get(name)?.label;
      const mark = label ? Decoration.replace({ widget: new Chip(name, label, Boolean(record)) }) : byName.size && UNDECLARED;
      if (mark) builder.add(from, from + match[0].length, mark);
    }
  }
  return builder.finish();
}, { provide: (plugin) => EditorView.atomicRanges.of((view) => wholeOnly(view.plugin(plugin)?.decorations)) });

/** Only chips are jumped over as a whole; a marked placeholder is edited letter by letter. */
function wholeOnly(decorations) {
  return decorations?.update({ filter: (from, to, value) => Boolean(value.spec.widget) }) ?? Decoration.none;
}

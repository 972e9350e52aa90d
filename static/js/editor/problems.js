/* What is wrong, at its line: a sign in the gutter and the sentence under the line. CodeMirror's own package for this
   draws its signs with images in its styles, which the content policy refuses. */
import { Decoration, EditorSelection, EditorView, GutterMarker, StateEffect, StateField, WidgetType, gutter } from "../../vendor/codemirror/codemirror.js";

export const setProblems = StateEffect.define();

class Sentence extends WidgetType {
  constructor(sentence) {
    super();
    this.sentence = sentence;
  }

  eq(other) { return other.sentence === this.sentence; }

  toDOM() {
    const told = document.createElement("div");
    told.className = "cm-problem";
    told.textContent = this.sentence;
    return told;
  }
}

class Sign extends GutterMarker {
  constructor(sentence) {
    super();
    this.sentence = sentence;
  }

  eq(other) { return other.sentence === this.sentence; }

  toDOM() {
    const sign = document.createElement("span");
    sign.className = "cm-problem-sign";
    sign.textContent = "!";
    sign.title = this.sentence;
    return sign;
  }
}

const MARK = Decoration.line({ class: "cm-problem-line" });

const found = StateField.define({
  create: () => Decoration.none,
  update(marks, change) {
    let now = marks.map(change.changes);
    for (const effect of change.effects) if (effect.is(setProblems)) now = built(change.state.doc, effect.value);
    return now;
  },
  provide: (field) => EditorView.decorations.from(field),
});

function built(doc, problems) {
  const byLine = new Map();
  for (const { line, sentence } of problems) {
    if (!line) continue;
    const number = Math.min(line, doc.lines);
    byLine.set(number, [...(byLine.get(number) ?? []), sentence]);
  }
  const marks = [];
  for (const [number, sentences] of byLine) {
    const line = doc.line(number);
    marks.push(MARK.range(line.from));
    sentences.forEach((sentence, order) => marks.push(
      Decoration.widget({ widget: new Sentence(sentence), block: true, side: 1 + order }).range(line.to),
    ));
  }
  return Decoration.set(marks, true);
}

export const problemMarks = [
  found,
  gutter({
    class: "cm-problem-gutter",
    lineMarker(view, line) {
      let sign = null;
      view.state.field(found).between(line.from, line.to, (from, to, value) => {
        if (value.spec.widget && !sign) sign = new Sign(value.spec.widget.sentence);
      });
      return sign;
    },
    lineMarkerChange: (update) => update.startState.field(found) !== update.state.field(found),
  }),
];

/** Go to the next problem after the cursor, or to the one before; round the end of the text. */
export function nextProblem(view, way, loud) {
  const places = [];
  view.state.field(found).between(0, view.state.doc.length, (from, to, value) => {
    if (value.spec.widget) places.push([from, value.spec.widget.sentence]);
  });
  if (!places.length) { loud("There is no problem"); return true; }
  const here = view.state.doc.lineAt(view.state.selection.main.head).to;
  const next = way > 0
    ? places.find(([place]) => place > here) ?? places[0]
    : places.filter(([place]) => place < here).at(-1) ?? places.at(-1);
  const line = view.state.doc.lineAt(next[0]);
  view.dispatch({ selection: EditorSelection.cursor(line.from), effects: EditorView.scrollIntoView(line.from, { y: "center" }) });
  loud(`Line ${line.number}: ${next[1]}`);
  return true;
}

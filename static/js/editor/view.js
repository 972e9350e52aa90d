/* CodeMirror over the text area's own text. It lives in a shadow root: there CodeMirror hands its styles to the page
   as constructed style sheets, which the content policy allows, while a <style> element would be refused. */
import {
  Compartment, EditorSelection, EditorState, EditorView, Prec, acceptCompletion, autocompletion, completionKeymap,
  defaultKeymap, drawSelection, dropCursor, highlightActiveLine, highlightActiveLineGutter, history, historyKeymap,
  indentWithTab, isolateHistory, keymap, lineNumbers, search, searchKeymap,
} from "../../vendor/codemirror/codemirror.js";
import { complete } from "./completing.js";
import { bodyLine, known, knowledge, lines, chips } from "./marks.js";
import { nextProblem, problemMarks, setProblems } from "./problems.js";
import { theme } from "./theme.js";

const LEAVES_WITHIN = 60_000; // milliseconds, or until another key

export function openEditor(frame, area, { edited, save, loud }) {
  const root = frame.attachShadow({ mode: "open" });
  const names = new Compartment();
  const own = keymap.of([
    { key: "Mod-s", run: () => { save(); return true; } },
    { key: "F8", run: (view) => nextProblem(view, 1, loud) },
    { key: "Shift-F8", run: (view) => nextProblem(view, -1, loud) },
    { key: "Tab", run: acceptCompletion },
    // CodeMirror lets Tab leave for two seconds after Escape: too short for a slow hand (WCAG 2.2.1). It sets that after
    // this key has been handled, so ours comes last.
    { key: "Escape", run: (view) => { queueMicrotask(() => view.setTabFocusMode(LEAVES_WITHIN)); return false; } },
    indentWithTab,
  ]);
  const state = EditorState.create({
    doc: area.value,
    extensions: [
      Prec.highest(own), lineNumbers(), problemMarks, highlightActiveLineGutter(), history(), drawSelection(), dropCursor(),
      EditorState.tabSize.of(2), EditorView.lineWrapping, highlightActiveLine(), search({ top: true }),
      autocompletion({ override: [complete], icons: false }),
      keymap.of([...completionKeymap, ...searchKeymap, ...historyKeymap, ...defaultKeymap]),
      knowledge, lines, names.of(chips), theme,
      EditorView.contentAttributes.of({ "aria-label": "Text of the template", "aria-multiline": "true", "aria-description": "Escape, then Tab leaves the text.", spellcheck: "true", tabindex: "0" }),
      EditorView.updateListener.of((update) => { if (update.docChanged) { pending = true; edited(); } }),
    ],
  });
  const view = new EditorView({ state, parent: root, root });
  let pending = false;

  const editor = {
    view,
    get text() { return view.state.doc.toString(); },

    /** Put the text into the form's own control, which is what is sent and what this browser keeps. */
    write() {
      if (!pending) return;
      pending = false;
      area.value = editor.text;
    },

    /** Put another text in the place of this one as one step that can be undone; what is the same stays. */
    replace(text) {
      const now = editor.text, last = Math.min(now.length, text.length);
      let from = 0, back = 0;
      while (from < last && now[from] === text[from]) from += 1;
      while (back < last - from && now.at(-1 - back) === text.at(-1 - back)) back += 1;
      if (from === now.length && from === text.length) return;
      view.dispatch({ changes: { from, to: now.length - back, insert: text.slice(from, text.length - back) }, annotations: isolateHistory.of("full") });
    },

    /** Show what the server said of the text. */
    show(found) {
      view.dispatch({ effects: [setProblems.of(found.problems), ...(found.readable ? [known.of(found.variables)] : [])] });
    },

    showNames(yes) { view.dispatch({ effects: names.reconfigure(yes ? [] : chips) }); },

    go(where) { editor.goToLine(where === "body" ? bodyLine(view.state.doc) : 1, "start"); },

    goToLine(number, y = "center", column = 1) {
      const line = view.state.doc.line(Math.max(1, Math.min(number, view.state.doc.lines)));
      const place = Math.min(line.to, line.from + Math.max(0, column - 1));
      view.dispatch({ selection: EditorSelection.cursor(place), effects: EditorView.scrollIntoView(place, { y }) });
      view.focus();
    },
  };
  area.form.addEventListener("input", () => { if (area.value !== editor.text && !pending) editor.replace(area.value.replace(/\r\n?/g, "\n")); });
  const start = view.state.doc.line(bodyLine(view.state.doc)).from;
  view.dispatch({ selection: EditorSelection.cursor(start), effects: EditorView.scrollIntoView(start, { y: "start" }) });
  return editor;
}

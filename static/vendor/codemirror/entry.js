/* What the editor uses of CodeMirror 6; see README.md for how it is bundled. */
export { acceptCompletion, autocompletion, completionKeymap, snippet } from "@codemirror/autocomplete";
export { defaultKeymap, history, historyKeymap, indentWithTab, isolateHistory } from "@codemirror/commands";
export { search, searchKeymap } from "@codemirror/search";
export { Compartment, EditorSelection, EditorState, Prec, RangeSetBuilder, StateEffect, StateField } from "@codemirror/state";
export {
  Decoration, EditorView, GutterMarker, ViewPlugin, WidgetType, drawSelection, dropCursor, gutter, highlightActiveLine,
  highlightActiveLineGutter, keymap, lineNumbers,
} from "@codemirror/view";

/* What the editor uses of CodeMirror 6; see README.md for how it is bundled. */
export {
  acceptCompletion, autocompletion, closeCompletion, completionKeymap, completionStatus, snippet, startCompletion,
} from "@codemirror/autocomplete";
export { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
export { openSearchPanel, search, searchKeymap } from "@codemirror/search";
export { Annotation, Compartment, EditorSelection, EditorState, Prec, RangeSetBuilder, StateEffect, StateField } from "@codemirror/state";
export {
  Decoration, EditorView, GutterMarker, ViewPlugin, WidgetType, drawSelection, dropCursor, gutter, highlightActiveLine,
  highlightActiveLineGutter, keymap, lineNumbers, placeholder,
} from "@codemirror/view";

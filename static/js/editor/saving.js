/* Saving without leaving the page: Ctrl+S and the buttons. Until then the text is kept in this browser by keep.js,
   which listens to the form's own control. */
import { inBrowser } from "../kept.js";
import { sendAgain } from "../once.js";
import { speak } from "../speak.js";
import { post } from "./checking.js";

const PAUSE = 300;

export class Saving {
  constructor(form, editor, area) {
    Object.assign(this, { form, editor, area });
    this.place = document.querySelector("[data-save-state]");
    this.edits = this.safe = 0;
    form.addEventListener("submit", (event) => this.submitted(event), { capture: true });
    window.addEventListener("beforeunload", (event) => { if (this.edits > this.safe && !this.left) event.preventDefault(); });
    window.addEventListener("pagehide", () => this.hand());
  }

  edited() {
    this.edits += 1;
    this.show("Not saved yet", "unsaved");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.hand(), PAUSE);
  }

  /** Give the text to the form's control and tell those who listen to it. */
  hand() {
    clearTimeout(this.timer);
    this.editor.write();
    this.area.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /** A button that leads elsewhere sends the form itself; plain saving stays on the page. */
  submitted(event) {
    this.hand();
    if (event.submitter?.name === "then" || this.sendsItself) { this.left = true; return; }
    event.preventDefault();
    event.stopImmediatePropagation();
    this.now();
  }

  async now() {
    if (this.busy) return;
    this.busy = true;
    this.hand();
    const edits = this.edits;
    this.show("Saving…", "saving");
    try {
      const answer = await post(this.form.action || location.href, this.form, { text: this.area.value, row_version: this.form.elements.row_version.value });
      const told = await answer.json().catch(() => ({}));
      if (answer.ok) this.saved(told, edits);
      else if (answer.status === 409) this.sendItself();
      else this.show(`Not saved. ${told.sentence ?? "Your text is kept in this browser."}`, "retrying");
    } catch {
      this.show("Not saved; your text is kept in this browser", "retrying");
    }
    this.busy = false;
    sendAgain(this.form);
  }

  saved(told, edits) {
    this.form.elements.row_version.value = told.row_version;
    this.safe = edits;
    if (this.edits === edits) {
      inBrowser.remove(this.form.dataset.keep);
      this.show(`Saved at ${told.saved_at}`, "saved");
      speak(`Saved at ${told.saved_at}`);
    } else this.show("Not saved yet", "unsaved");
  }

  /** Somebody was first: the page with both texts comes from the server. */
  sendItself() {
    this.sendsItself = true;
    this.form.requestSubmit();
  }

  show(words, state) {
    this.place.textContent = words;
    this.place.dataset.state = state;
    if (state === "retrying") speak(words);
  }
}

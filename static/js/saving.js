/* Autosave of one form: about a second after typing stops, on leaving a field, on Ctrl+S and on leaving the page.
   Text that could not be saved stays in this browser under data-draft-key and is offered back on the next load.
   States given to `show`: unsaved, saving, saved, partly, retrying, refused, signed-out, conflict. */
import { inBrowser } from "./kept.js";
import { values } from "./fields.js";

const PAUSE = 1000;
const RETRIES = [5, 10, 20, 40, 60];

export class Saving {
  constructor(form, { show, saved, conflict }) {
    Object.assign(this, { form, show, saved, conflict });
    this.key = form.dataset.draftKey;
    this.edits = 0;      // edits made in this page
    this.safe = 0;       // edits the server has
    this.failures = 0;
    this.stopped = false; // a conflict is being settled
    form.addEventListener("input", () => this.edited());
    form.addEventListener("change", () => this.soon(0));
    form.addEventListener("submit", () => this.leaving());
    window.addEventListener("beforeunload", (event) => { if (this.unsaved && !this.left) event.preventDefault(); });
    document.addEventListener("visibilitychange", () => { if (document.hidden && this.unsaved) this.now(); });
    window.addEventListener("online", () => { if (this.unsaved) this.now(); });
  }

  get unsaved() { return this.edits > this.safe; }
  get version() { return this.form.elements.row_version?.value ?? ""; }
  set version(number) { if (this.form.elements.row_version && number !== undefined) this.form.elements.row_version.value = number; }

  edited() {
    this.edits += 1;
    this.keep();
    if (this.stopped) return;
    this.show("unsaved");
    this.soon(PAUSE);
  }

  keep(more = {}) {
    return inBrowser.set(this.key, { at: new Date().toISOString(), version: this.version, values: values(this.form), ...more });
  }

  /** The page is being left on purpose, with the text sent along or kept. */
  leaving() {
    this.left = true;
    clearTimeout(this.timer);
    if (this.unsaved) this.keep({ submitted: true });
  }

  soon(pause) {
    if (!this.unsaved || this.stopped) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.now(), pause);
  }

  /** Save what is there. Resolves to true when the server has every edit. */
  async now() {
    clearTimeout(this.timer);
    if (this.stopped) return false;
    while (this.busy) { // several may have waited for the same save: only one of them may send the next
      await this.busy;
      if (this.stopped || !this.unsaved) return !this.unsaved;
    }
    this.busy = this.send().finally(() => { this.busy = null; });
    await this.busy;
    return !this.unsaved;
  }

  async send() {
    const sent = this.edits;
    this.show("saving");
    let answer;
    try {
      answer = await fetch(this.form.getAttribute("action") || location.href, {
        method: "POST",
        body: new FormData(this.form),
        headers: { Accept: "application/json", "X-Autosave": "1", "X-CSRFToken": this.form.elements.csrfmiddlewaretoken?.value ?? "" },
        redirect: "manual",
        keepalive: document.hidden,
      });
    } catch {
      return this.failed();
    }
    if (answer.type === "opaqueredirect" || answer.status === 401) return this.show("signed-out");
    const data = await answer.json().catch(() => null);
    if (answer.ok && data) return this.succeeded(data, sent);
    if (answer.status === 409 && data?.theirs) return this.clash(data);
    if (answer.status === 403 && !data?.sentence) return this.show("signed-out"); // the token of an older session
    if (answer.status >= 400 && answer.status < 500 && data?.sentence) return this.show("refused", data.sentence);
    return this.failed();
  }

  succeeded(data, sent) {
    this.safe = Math.max(this.safe, sent);
    this.failures = 0;
    this.agreed = false;
    this.version = data.row_version;
    if (this.unsaved) {
      this.keep();
      this.soon(PAUSE);
    } else if (Object.keys(data.problems ?? {}).length) {
      this.keep(); // what the server refused is nowhere else
      this.show("partly", data.saved_at);
    } else {
      inBrowser.remove(this.key);
      this.show("saved", data.saved_at);
    }
    this.saved(data);
  }

  failed() {
    this.keep();
    this.show("retrying");
    const pause = RETRIES[Math.min(this.failures, RETRIES.length - 1)];
    this.failures += 1;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.now(), pause * 1000);
  }

  clash(data) {
    this.stopped = true;
    this.keep();
    this.conflict(data);
    if (this.stopped) this.show("conflict", data.sentence);
  }

  /** Both sides hold the same answers: go on from their version. Once between two saves, so that it cannot go round. */
  agree(number) {
    if (this.agreed || number === undefined) return false;
    this.agreed = true;
    this.stopped = false;
    this.version = number;
    this.soon(0);
    return true;
  }

  /** After a conflict: go on from the version the other person saved. */
  settle(number, mine) {
    this.stopped = false;
    this.version = number;
    if (mine) {
      this.edits += 1;
      return this.now();
    }
    this.safe = this.edits;
    inBrowser.remove(this.key);
    this.show("saved");
    return Promise.resolve(true);
  }
}

/* The server's own compiler, asked a moment after typing stops; an answer to an older text is dropped. */

const PAUSE = 400;

export class Checking {
  constructor(desk, form, editor, told) {
    Object.assign(this, { form, editor, told, url: desk.dataset.check });
    this.pane = document.getElementById("preview");
    this.note = desk.querySelector("[data-preview-note]");
    this.round = 0;
  }

  soon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.now(), PAUSE);
  }

  async now() {
    clearTimeout(this.timer);
    const round = this.round += 1;
    this.asked?.abort();
    this.asked = new AbortController();
    try {
      const answer = await post(this.url, this.form, { text: this.editor.text }, this.asked.signal);
      if (round !== this.round) return;
      const found = await answer.json();
      if (!answer.ok) { this.note.textContent = found.sentence ?? ""; return; }
      this.told(found);
      this.draw(found);
    } catch (error) {
      if (error.name !== "AbortError") this.note.textContent = "The server does not answer. Your text is kept in this browser.";
    }
  }

  draw({ preview, why }) {
    this.note.textContent = why;
    this.pane.classList.toggle("is-old", Boolean(why));
    if (why) return; // the preview of the last text that could be worked out stays
    const top = this.pane.scrollTop;
    this.pane.querySelector(".document").innerHTML = preview; // the server's own cleaned HTML, values escaped
    this.pane.scrollTop = top;
  }
}

/** Send fields as a form does, asking for JSON. */
export function post(url, form, fields, signal) {
  const body = new FormData();
  body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  return fetch(url, { method: "POST", body, signal, headers: { Accept: "application/json", "X-Autosave": "1" } });
}

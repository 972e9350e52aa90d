/* The live preview: swapped after each save, and tied to the form both ways by data-variable. */
import { bare, controls } from "./fields.js";

const PLACES = ".blank[data-variable], .filled[data-variable]";

export class Preview {
  constructor(pane, form, { jump }) {
    Object.assign(this, { pane, form, jump });
    pane.addEventListener("click", (event) => {
      const place = event.target.closest(PLACES);
      if (place && !getSelection().toString()) this.jump(place.dataset.variable);
    });
    form.addEventListener("focusin", (event) => {
      if (controls(form).includes(event.target)) this.point(bare(event.target.name), true);
    });
  }

  places(variable) {
    return [...this.pane.querySelectorAll(`[data-variable="${CSS.escape(variable)}"]`)];
  }

  /** Outline every place of a variable; bring the first into view inside the pane, never moving the page. */
  point(variable, scroll) {
    this.current = variable;
    for (const old of this.pane.querySelectorAll(".is-here")) old.classList.remove("is-here");
    const places = this.places(variable);
    for (const place of places) place.classList.add("is-here");
    if (!scroll || !places.length || this.pane.scrollHeight <= this.pane.clientHeight) return;
    const top = places[0].getBoundingClientRect().top - this.pane.getBoundingClientRect().top;
    if (top > 48 && top < this.pane.clientHeight - 96) return;
    const smooth = !matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.pane.scrollBy({ top: top - this.pane.clientHeight / 3, behavior: smooth ? "smooth" : "auto" });
  }

  async refresh() {
    const url = this.form.dataset.previewUrl;
    if (!url) return;
    this.running?.abort();
    const running = new AbortController();
    this.running = running;
    this.pane.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(url, { headers: { Accept: "text/html" }, redirect: "error", signal: running.signal });
      if (answer.ok) this.swap(await answer.text());
    } catch {
      /* Offline or overtaken: the old preview stays, and the save state already says what is wrong. */
    } finally {
      if (this.running === running) this.pane.removeAttribute("aria-busy");
    }
  }

  swap(html) {
    const held = this.pane.contains(document.activeElement) ? document.activeElement.dataset.variable : null;
    const index = held ? this.places(held).indexOf(document.activeElement) : -1;
    const top = this.pane.scrollTop;
    const fresh = new DOMParser().parseFromString(html, "text/html").body;
    this.pane.replaceChildren(...fresh.childNodes);
    this.pane.scrollTop = top;
    if (this.current) this.point(this.current, false);
    if (!held) return;
    const again = this.places(held)[index] ?? this.pane;
    again.focus({ preventScroll: true });
  }
}

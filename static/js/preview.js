/* The live preview: swapped after each save, and tied to the form both ways by data-variable. */
import { bare, controls, fieldOf } from "./fields.js";

const PLACES = ".blank[data-variable], .filled[data-variable]";

export class Preview {
  constructor(pane, form, { jump }) {
    Object.assign(this, { pane, form, jump });
    pane.addEventListener("click", (event) => {
      const place = event.target.closest(PLACES);
      if (place && !getSelection().toString()) this.jump(place.dataset.variable);
    });
    pane.addEventListener("htmx:beforeSwap", () => this.hold());
    pane.addEventListener("htmx:afterSwap", () => this.settle());
    form.addEventListener("focusin", (event) => {
      // A row of a list has no name of its own: its field has one.
      const control = controls(form).find((one) => one === event.target || fieldOf(one)?.contains(event.target));
      if (control) this.point(bare(control.name), true);
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

  /** Ask for the preview anew: htmx fetches it, the newest request wins, and a failed one leaves the old preview. */
  refresh() {
    window.htmx?.trigger(this.pane, "saved");
  }

  /** Remember where the reader was, and go back there once the new preview stands. */
  hold() {
    const active = this.pane.contains(document.activeElement) ? document.activeElement : null;
    const held = active?.dataset.variable;
    this.held = { variable: held, index: held ? this.places(held).indexOf(active) : -1, top: this.pane.scrollTop };
  }

  settle() {
    const { variable, index, top } = this.held ?? {};
    this.pane.scrollTop = top ?? 0;
    if (this.current) this.point(this.current, false);
    if (variable) (this.places(variable)[index] ?? this.pane).focus({ preventScroll: true });
  }
}

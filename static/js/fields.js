/* The controls of a fill form: names v-<Variable>, values as text or lists, and the marks beside them. */

export const PREFIX = "v-";
export const bare = (name) => name.replace(/^v-/, "");

export function controls(form) {
  return [...form.elements].filter((control) => control.name?.startsWith(PREFIX));
}

export function controlFor(form, variable) {
  return controls(form).find((control) => bare(control.name) === variable) ?? null;
}

/** All answers by variable: text, or a list for groups of check boxes. */
export function values(form) {
  const found = {};
  for (const control of controls(form)) {
    const name = bare(control.name);
    if (control.type === "checkbox") {
      found[name] ??= [];
      if (control.checked) found[name].push(control.value);
    } else if (control.type === "radio") {
      found[name] ??= "";
      if (control.checked) found[name] = control.value;
    } else if (control.multiple) {
      found[name] = [...control.selectedOptions].map((option) => option.value);
    } else {
      found[name] = control.value;
    }
  }
  return found;
}

export function setValue(form, variable, value) {
  const chosen = [value ?? ""].flat().map(String);
  for (const control of controls(form)) {
    if (bare(control.name) !== variable) continue;
    if (control.type === "checkbox" || control.type === "radio") {
      control.checked = value === true ? true : chosen.includes(control.value);
    } else if (control.multiple) {
      for (const option of control.options) option.selected = chosen.includes(option.value);
    } else {
      control.value = chosen.join("\n");
      control.dispatchEvent(new Event("filled-in")); // for a control that is shown in another way, see rows.js
    }
    markEmpty(control);
  }
}

/** Values as people read them, equal when nothing a person typed differs. */
export const words = (value) => [value ?? ""].flat().join("\n").replace(/\r\n?/g, "\n").trim();

export const fieldOf = (control) => control.closest(".field");

export function labelOf(form, variable) {
  const field = controlFor(form, variable) && fieldOf(controlFor(form, variable));
  const label = field?.querySelector("label, legend")?.cloneNode(true);
  label?.querySelectorAll("span").forEach((mark) => mark.remove());
  return label?.textContent.trim() || variable;
}

export function markEmpty(control) {
  const field = control.closest?.(".field");
  if (!field) return;
  const all = [...field.querySelectorAll("input, select, textarea")];
  const filled = all.some((one) => (one.type === "checkbox" || one.type === "radio" ? one.checked : one.value.trim()));
  field.classList.toggle("is-empty", !filled);
}

/** Amber words under a field while it is being filled; a field that is already red has its red words kept true. */
export function showProblem(field, control, sentence) {
  const red = field.querySelector(".field-error");
  if (red && field.classList.contains("has-error")) {
    red.hidden = !sentence;
    if (sentence) red.lastElementChild.textContent = sentence;
    control.setAttribute("aria-invalid", String(Boolean(sentence)));
    return;
  }
  let warning = field.querySelector(".field-warning");
  if (!sentence) { warning?.remove(); return; }
  if (!warning) {
    warning = document.createElement("p");
    warning.className = "field-warning";
    warning.id = `${control.id}_live`;
    field.append(warning);
    const described = control.getAttribute("aria-describedby");
    control.setAttribute("aria-describedby", [described, warning.id].filter(Boolean).join(" "));
  }
  warning.textContent = sentence;
}

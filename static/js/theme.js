/* Colours and shortcuts, chosen per browser. An ordinary script in the head: the choice must hold before the first paint.
   Without it the page follows the system and has no single-key shortcuts. Keys: "theme" (light, dark), "shortcuts" (off). */
(() => {
  const root = document.documentElement;
  const read = (key) => { try { return localStorage.getItem(key); } catch { return null; } };
  const write = (key, value) => {
    try { value ? localStorage.setItem(key, value) : localStorage.removeItem(key); } catch { /* private window: the choice lasts for this page */ }
  };
  const apply = (theme) => {
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    else delete root.dataset.theme;
  };

  root.classList.add("js");
  apply(read("theme"));

  const labelled = (words, control, first) => {
    const label = document.createElement("label");
    label.append(...(first ? [control, words] : [words, control]));
    return label;
  };

  const themeChoice = () => {
    const select = document.createElement("select");
    for (const [value, words] of [["", "As the system"], ["light", "Light"], ["dark", "Dark"]]) {
      select.add(new Option(words, value, false, value === (read("theme") ?? "")));
    }
    select.addEventListener("change", () => { write("theme", select.value); apply(select.value); });
    return labelled("Colours", select, false);
  };

  const shortcutsSwitch = () => {
    const box = document.createElement("input");
    box.type = "checkbox";
    box.checked = read("shortcuts") !== "off";
    box.addEventListener("change", () => write("shortcuts", box.checked ? "" : "off"));
    return labelled("Single-key shortcuts", box, true);
  };

  document.addEventListener("DOMContentLoaded", () => {
    const place = document.querySelector("[data-settings]");
    if (!place) return;
    place.append(themeChoice(), shortcutsSwitch());
    place.hidden = false;
  });
})();

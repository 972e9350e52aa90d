/* A menu button: Enter, Space or arrow down opens it; arrows, Home, End and letters move in it; Esc closes it. */

export function startMenu(button, act) {
  const list = document.getElementById(button.getAttribute("aria-controls"));
  const items = [...list.querySelectorAll('[role="menuitem"]')];

  function open(place = 0) {
    list.hidden = false;
    button.setAttribute("aria-expanded", "true");
    go(place);
  }

  function go(place) {
    for (const item of items) item.tabIndex = -1;
    items.at(place).tabIndex = 0;
    items.at(place).focus();
  }

  function close(back = true) {
    list.hidden = true;
    button.setAttribute("aria-expanded", "false");
    if (back) button.focus();
  }

  button.addEventListener("click", () => { if (list.hidden) open(); else close(); });
  button.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      open(event.key === "ArrowUp" ? -1 : 0);
    }
  });
  list.addEventListener("click", (event) => {
    const item = event.target.closest('[role="menuitem"]');
    if (!item) return;
    close(false);
    act(item);
  });
  list.addEventListener("keydown", (event) => {
    const here = items.indexOf(document.activeElement);
    const to = { ArrowDown: (here + 1) % items.length, ArrowUp: here - 1, Home: 0, End: -1 }[event.key] ?? letter(event, here);
    if (to !== undefined) { event.preventDefault(); go(to); }
    if (event.key === "Escape") { event.preventDefault(); close(); }
    if (event.key === "Tab") close(false);
  });
  document.addEventListener("pointerdown", (event) => {
    if (!list.hidden && !button.parentElement.contains(event.target)) close(false);
  });

  function letter(event, here) {
    if (event.key.length !== 1 || event.ctrlKey || event.metaKey || event.altKey || event.key === " ") return undefined;
    const turn = [...items.slice(here + 1), ...items.slice(0, here + 1)];
    const found = turn.find((item) => item.textContent.trim().toLowerCase().startsWith(event.key.toLowerCase()));
    return found && items.indexOf(found);
  }
}

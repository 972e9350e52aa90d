/* Tabs at the bottom of a phone: a[data-show="name"] shows that pane of [data-pane]. Stylesheets decide what hides. */

export function showPane(workspace, name) {
  workspace.dataset.pane = name;
  for (const tab of document.querySelectorAll("a[data-show]")) {
    if (tab.dataset.show === name) tab.setAttribute("aria-current", "true");
    else tab.removeAttribute("aria-current");
  }
}

export function startPanes(workspace) {
  for (const tab of document.querySelectorAll("a[data-show]")) {
    tab.addEventListener("click", (event) => {
      event.preventDefault();
      showPane(workspace, tab.dataset.show);
      window.scrollTo(0, 0);
      const pane = document.querySelector(tab.hash);
      if (!pane) return;
      if (!pane.hasAttribute("tabindex")) pane.tabIndex = -1;
      pane.focus({ preventScroll: true });
    });
  }
}

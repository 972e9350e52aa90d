/* Contents: the section being read is marked, and following a link moves the focus to its heading. */

export function followContents(nav, onFollow) {
  const links = [...nav.querySelectorAll('a[href^="#"]')];
  const pairs = links.map((link) => [link, document.getElementById(decodeURIComponent(link.hash.slice(1)))]).filter(([, heading]) => heading);
  if (!pairs.length) return;

  for (const [link, heading] of pairs) {
    link.addEventListener("click", () => {
      onFollow();
      heading.tabIndex = -1;
      heading.focus({ preventScroll: true });
    });
  }

  let waiting = false;
  const mark = () => {
    waiting = false;
    const atEnd = innerHeight + scrollY >= document.documentElement.scrollHeight - 4 && scrollY > 0;
    const passed = pairs.filter(([, heading]) => heading.getBoundingClientRect().top < innerHeight / 4);
    const [current] = (atEnd ? pairs.at(-1) : passed.at(-1)) ?? pairs[0];
    if (current.getAttribute("aria-current") === "location") return;
    for (const link of links) link.removeAttribute("aria-current");
    current.setAttribute("aria-current", "location");
    keepInView(nav, current);
  };
  const soon = () => { if (!waiting) { waiting = true; requestAnimationFrame(mark); } };
  addEventListener("scroll", soon, { passive: true });
  addEventListener("resize", soon, { passive: true });
  mark();
}

/** Scroll the list, never the page. */
function keepInView(nav, link) {
  const box = nav.parentElement;
  if (box.scrollHeight <= box.clientHeight) return;
  const above = link.getBoundingClientRect().top - box.getBoundingClientRect().top;
  if (above < 0 || above > box.clientHeight - 48) box.scrollTop += above - box.clientHeight / 2;
}

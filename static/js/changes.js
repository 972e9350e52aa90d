/* Compared versions: Previous and Next go from change to change without a page load. The address keeps the change.
   Without this the links load the page at the next change. */
import { speak } from "./speak.js";

const bar = document.querySelector("[data-changes]");
if (bar) start(Number(bar.dataset.changes));

function start(count) {
  const steps = [...bar.querySelectorAll("[data-step]")];
  let current = Number(bar.dataset.current);

  const address = (number) => {
    const url = new URL(location.href);
    url.searchParams.set("change", number);
    url.hash = `change-${number}`;
    return url;
  };

  const go = (number) => {
    const anchor = document.getElementById(`change-${number}`);
    if (!anchor) return null;
    for (const place of document.querySelectorAll("[data-number].is-current")) place.classList.remove("is-current");
    for (const place of document.querySelectorAll(`[data-number="${number}"]`)) place.classList.add("is-current");
    current = number;
    bar.querySelector("[data-count]").textContent = `Change ${number} of ${count}`;
    for (const step of steps) step.href = address(within(number + Number(step.dataset.step)));
    anchor.scrollIntoView({ block: "center", inline: "nearest" });
    return anchor;
  };

  const within = (number) => Math.min(Math.max(number, 1), count);
  const tell = (number) => {
    const listed = document.querySelector(`[data-listed="${number}"]`);
    speak(`Change ${number} of ${count}. ${listed ? listed.textContent.replace(/\s+/g, " ").trim() : ""}`);
  };

  for (const step of steps) {
    step.addEventListener("click", (event) => {
      event.preventDefault();
      const wanted = within(current + Number(step.dataset.step));
      if (wanted === current) { speak(current === 1 ? "This is the first change." : "This is the last change."); return; }
      go(wanted);
      history.replaceState(null, "", address(wanted));
      tell(wanted);
    });
  }
  for (const link of document.querySelectorAll("[data-show-change]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      const number = Number(link.dataset.showChange);
      const anchor = go(number);
      history.replaceState(null, "", address(number));
      anchor.tabIndex = -1;
      anchor.focus({ preventScroll: true });
    });
  }

  const asked = /^#change-(\d+)$/.exec(location.hash);
  if (asked) go(within(Number(asked[1])));
}

/* Sign dialog: a[data-dialog] leads to a page with [data-dialog-content]; here that content is shown over this page.
   Anything unexpected falls back to the page itself. The form is sent once; a redirect means it worked. */
import { sendAgain, sendOnce } from "./once.js";

const box = document.createElement("dialog");
box.className = "dialog";
let opener;

async function page(url, options) {
  const answer = await fetch(url, { headers: { Accept: "text/html", "X-Dialog": "1" }, redirect: "manual", ...options });
  if (answer.type === "opaqueredirect") return null;
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

function closeButton() {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button secondary";
  button.textContent = "Close";
  button.dataset.close = "";
  return button;
}

/** Put a page's content in the dialog; a page without it (a refusal) is shown by its main part. */
function fill(found) {
  const content = found.querySelector("[data-dialog-content]");
  const whole = content ?? found.querySelector("main");
  if (!whole) return false;
  box.replaceChildren(...whole.childNodes);
  if (!content) box.append(closeButton());
  const heading = box.querySelector("h1");
  if (heading) {
    heading.id ||= "dialog-title";
    box.setAttribute("aria-labelledby", heading.id);
  }
  const form = box.querySelector("form");
  if (form) wire(form);
  return true;
}

function focusFirst() {
  const first = box.querySelector(".error-summary") ?? box.querySelector("input:not([type=hidden]), button");
  first?.focus();
}

function wire(form) {
  sendOnce(form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const url = form.getAttribute("action") || opener.href;
    try {
      const found = await page(url, { method: "POST", body: new FormData(form, event.submitter) });
      if (!found) { form.dataset.after ? location.assign(form.dataset.after) : location.reload(); return; }
      if (fill(found)) focusFirst();
    } catch {
      sendAgain(form);
      const words = document.createElement("p");
      words.className = "field-error";
      words.setAttribute("role", "alert");
      words.textContent = "The server did not answer. Check below whether your signature was recorded before you sign again.";
      form.querySelector("[role=alert].field-error")?.remove();
      form.prepend(words);
    }
  });
}

async function open(link) {
  opener = link;
  try {
    const found = await page(link.href);
    if (!found || !found.querySelector("[data-dialog-content]") || !fill(found)) throw new Error("no dialog content");
  } catch {
    location.assign(link.href);
    return;
  }
  if (!box.isConnected) document.body.append(box);
  box.showModal();
  focusFirst();
}

if (typeof box.showModal === "function") {
  document.addEventListener("click", (event) => {
    const close = event.target.closest("dialog [data-close]");
    if (close) { event.preventDefault(); box.close(); return; }
    const link = event.target.closest("a[data-dialog]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open(link);
  });
  box.addEventListener("close", () => { box.replaceChildren(); opener?.focus(); });
}

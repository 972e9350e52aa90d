/* One polite status region a page, for what changed without a page load. */

let region;

export function speak(words) {
  if (!region) {
    region = document.createElement("div");
    region.className = "visually-hidden";
    region.setAttribute("role", "status");
    document.body.append(region);
  }
  region.textContent = "";
  setTimeout(() => { region.textContent = words; }, 50); // an unchanged text is not announced again
}

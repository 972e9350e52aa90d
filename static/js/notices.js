/* The two panels above a fill form: text kept in this browser, and a change made by someone else. */
import { button, element } from "./elements.js";
import { inBrowser } from "./kept.js";
import { bare, controls, labelOf, setValue, values, words } from "./fields.js";

/** Differences as a list: label, then each side with whose it is. */
function differences(form, names, sides) {
  const list = element("dl");
  for (const name of names) {
    list.append(element("dt", labelOf(form, name)));
    for (const [whose, side] of sides) {
      const line = element("dd");
      line.append(element("b", `${whose}: `), words(side[name]) || "(empty)");
      list.append(line);
    }
  }
  return list;
}

function panel(place, title, sentence, list, buttons) {
  const box = element("section", "", "notice");
  const heading = element("h2", title);
  heading.tabIndex = -1;
  const actions = element("p", "", "actions");
  actions.append(...buttons);
  box.append(heading, element("p", sentence), list, actions);
  place.replaceChildren(box);
  return heading;
}

const differing = (one, other) => Object.keys(other).filter((name) => name in one && words(one[name]) !== words(other[name]));

/** Offer text that was typed here and never reached the server. Returns whether there was any. */
export function offerKept(place, form, saving) {
  const kept = inBrowser.get(saving.key);
  if (!kept?.values) return false;
  const now = values(form);
  const names = differing(now, kept.values);
  const arrived = kept.submitted && Number(saving.version) > Number(kept.version);
  if (!names.length || arrived) { inBrowser.remove(saving.key); return false; }
  const at = new Date(kept.at).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
  const moved = kept.version !== saving.version ? " The draft was saved again after that: compare before you choose." : "";
  const done = () => place.replaceChildren();
  panel(place, "Text kept in this browser", `You typed this on ${at} and it did not reach the server.${moved}`,
    differences(form, names, [["Kept here", kept.values], ["In the draft", now]]), [
      button("Use the kept text", "button", () => {
        for (const name of names) setValue(form, name, kept.values[name]);
        done();
        saving.edited();
        saving.now();
      }),
      button("Leave it out", "button secondary", () => { inBrowser.remove(saving.key); done(); }),
    ]);
  return true;
}

/** Someone else saved first: keep mine or take theirs. The same answers on both sides are no conflict: that is our own
 *  save whose reply was lost, and the work goes on. */
export function settleConflict(place, form, saving, data, after) {
  const theirs = Object.fromEntries(Object.entries(data.theirs ?? {}).map(([name, value]) => [bare(name), value]));
  const mine = values(form);
  const names = differing(mine, theirs);
  if (!names.length && saving.agree(data.row_version)) return;
  const them = data.by || "Someone else";
  const end = (keep) => {
    place.replaceChildren();
    if (data.row_version === undefined) { saving.leaving(); location.reload(); return; }
    if (!keep) for (const name of Object.keys(theirs)) setValue(form, name, theirs[name]);
    saving.settle(data.row_version, keep).then(after);
    controls(form)[0]?.focus();
  };
  const heading = panel(place, `Changed by ${them}${data.at ? ` at ${data.at}` : ""}`, data.sentence ?? "Choose which answers to keep. Nothing is saved until you choose.",
    differences(form, names, [["Yours", mine], [them, theirs]]), [
      button("Keep mine", "button", () => end(true)),
      button(`Take the answers of ${them}`, "button secondary", () => end(false)),
    ]);
  heading.focus();
}

// What may be done to a sweep, and the questions that come before what is final.

import { about, ask } from "./client.js";
import { announce, make, show } from "./dom.js";
import { RUN, stateOf } from "./words.js";

const DEEDS = [
  {
    name: "pause", label: "Pause",
    fits: (state, info) => state === "running" || (waits(info) && state !== "held"),
  },
  {
    name: "resume", label: "Resume",
    fits: (state, info) => ["pausing", "paused", "held"].includes(state) ||
      (["interrupted", "crashed", "failed"].includes(state) && !waits(info) && info.job?.state !== "running"),
  },
  {
    name: "extend", label: "Extend…", ask: extending,
    fits: (state, info) => ["finished", "out of time"].includes(state) && over(info),
  },
  {
    name: "retry", label: "Retry failed…", ask: retrying,
    fits: (state, info) => info.failed + info.unconfirmed + info.pruned > 0 && over(info) && !RUN.includes(info.state) && state !== "cancelled" && state !== "stopped",
  },
  {
    name: "stop", label: "Stop…", final: true, ask: stopping,
    fits: (state, info) => endable(state, info) && state !== "stopping",
  },
  { name: "cancel", label: "Cancel…", final: true, ask: cancelling, fits: endable },
];

/** Whether this one may do anything to the sweep. */
function mine(me, info) {
  return me.role === "admin" || (me.role === "submitter" && info.job?.owner === me.name);
}

function waits(info) {
  return info.job?.state === "waiting" && !RUN.includes(info.state);
}

function over(info) {
  return (info.job?.state ?? "over") === "over";
}

function endable(state) {
  return !["finished", "stopped", "cancelled", "out of time"].includes(state);
}

/** {element, show(info)} for `me`; `changed(info)` hears how the sweep stands after a deed. */
export function controls(me, changed) {
  const wrong = make("p", { class: "wrong", role: "alert", hidden: true });
  const buttons = DEEDS.map(deed => make("button", {
    type: "button", class: deed.final ? "final" : null, hidden: true, on: { click: () => done(deed) },
  }, deed.label));
  const row = make("div", { class: "buttons", role: "group", "aria-label": "Controls" }, ...buttons);
  let info = null;
  async function done(deed) {
    show(wrong, false);
    const body = deed.ask ? await deed.ask(info) : {};
    if (body === null) return;
    row.setAttribute("aria-busy", "true");
    try {
      const path = about(info.sweep_id, deed.name);
      const now = await ask(path, { method: "POST", ...(Object.keys(body).length ? { body } : {}) });
      announce(`${deed.name}: ${stateOf(now)}`);
      changed(now);
    } catch (error) {
      wrong.textContent = error.message;
      show(wrong, true);
    }
    row.removeAttribute("aria-busy");
  }
  return {
    element: make("div", {}, row, wrong),
    show(now) {
      info = now;
      const focused = buttons.indexOf(document.activeElement);
      DEEDS.forEach((deed, place) => show(buttons[place], mine(me, info) && deed.fits(stateOf(info), info)));
      if (focused < 0 || !buttons[focused].hidden) return;
      (buttons.find(one => !one.hidden) ?? document.querySelector("main h1")).focus();
    },
  };
}

function stopping(info) {
  const words = RUN.includes(info.state)
    ? "What is being trained is finished first. The trials that have not begun never will be, and results are kept."
    : "Nobody runs it at the moment: it ends as it is, and results are kept.";
  return sure(info, "Stop", words);
}

function cancelling(info) {
  const words = RUN.includes(info.state)
    ? "It ends at once: what is being trained is lost, and results that exist are kept."
    : "It ends as it is, and results that exist are kept.";
  return sure(info, "Cancel", words);
}

/** {} after a yes, null after a no. */
async function sure(info, label, words) {
  const said = [make("p", {}, words), make("p", {}, "This is final: it cannot be resumed or extended.")];
  return (await asked(`${label} ${info.name} ${info.sweep_id}?`, said, `${label} for good`, true)) ? {} : null;
}

async function extending(info) {
  const trials = make("input", { type: "number", min: 1, max: 1_000_000, step: 1, value: 10, required: true, inputmode: "numeric" });
  const field = make("label", {}, "How many trials more?", trials);
  return (await asked(`Extend ${info.name}`, [field], "Extend")) ? { trials: trials.valueAsNumber } : null;
}

async function retrying(info) {
  const found = await ask(about(info.sweep_id, "reasons?confirmations=true")).catch(() => ({}));
  if (info.pruned) found.pruned = info.pruned;
  const boxes = Object.entries(found).map(([reason, number]) => {
    const box = make("input", { type: "checkbox", value: reason, checked: reason !== "pruned" });
    return make("label", { class: "box" }, box, ` ${reason.replaceAll("_", " ")} (${number})`);
  });
  const said = [make("p", {}, "Trials that failed are trained again, with all their tries."), ...boxes];
  if (!(await asked(`Retry trials of ${info.name}`, said, "Retry"))) return null;
  const chosen = boxes.map(one => one.firstElementChild).filter(one => one.checked).map(one => one.value);
  return { reasons: chosen.length ? chosen : null };
}

/** A dialog; whether the answer was yes. Escape is a no, and the focus goes back to where it was. */
function asked(title, content, yes, final = false) {
  const head = make("h2", { id: "asked" }, title);
  const no = make("button", { type: "button", on: { click: () => dialog.close() } }, "Leave it");
  const go = make("button", { type: "submit", class: final ? "final" : "main" }, yes);
  const form = make("form", { method: "dialog", on: { submit: () => (dialog.returnValue = "yes") } },
    head, ...content, make("div", { class: "buttons" }, no, go));
  const dialog = make("dialog", { "aria-labelledby": "asked" }, form);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise(answer => dialog.addEventListener("close", () => {
    dialog.remove();
    answer(dialog.returnValue === "yes");
  }));
}

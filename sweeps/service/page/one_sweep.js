// One sweep: how it stands, its best trial, its course, what fails, what it says, and its controls.

import { chart } from "./chart.js";
import { about, ask, askText } from "./client.js";
import { controls } from "./controls.js";
import { bestOf, pace, scored } from "./course.js";
import { announce, keep, make, put, show } from "./dom.js";
import { events, repeated } from "./live.js";
import { badge, bar, elsewhere, line, workerIn } from "./parts.js";
import { capital, factsOf, figure, searchedOf, stateOf, value } from "./words.js";

const FAILURES = 5;
const LOG_LINES = 500;
const PAUSE = 2_000;

/** The view of the sweep whose id begins so: {element, title, close()}. */
export function oneSweep(typed, me, failed) {
  const [head, best, curve] = [heading(), bestTrial(), chart(true)];
  const [work, failures, log] = [atWork(), failedTrials(), spoken()];
  const doing = controls(me, told);
  const course = new Map();
  const element = make("div", {}, head.element, doing.element,
    make("section", {}, make("h2", {}, "Best so far"), best.element, curve.element),
    work.element, failures.element, log.element, described(typed));
  let info = null;
  let stream = null;

  function told(now) {
    if (!element.isConnected) return;
    if (info === null || stateOf(info) !== stateOf(now)) announce(`${now.name} is ${stateOf(now)}`);
    info = now;
    head.show(info, [...course.values()]);
    doing.show(info);
  }

  async function drawn() {
    const [{ metric, goal }] = info.objectives;
    const trials = [...course.values()];
    curve.show(trials, goal, metric);
    head.show(info, trials);
    await Promise.all([best.look(info, bestOf(scored(trials), goal)), failures.look(info, trials)]);
  }

  /** Asks how it stands; what has changed meanwhile, or is wanted `anew`, is read. */
  async function refresh(anew) {
    const first = info === null;
    told(await ask(about(typed)));
    if (info === null) return;
    const ended = [...course.values()].filter(one => one.ended_ms !== null).length;
    if (first || anew || ended !== endedOf(info)) {
      for (const one of await ask(about(info.sweep_id, "course"))) course.set(one.number, one);
      await drawn();
      log.fill(await askText(about(info.sweep_id, `log?tail=${LOG_LINES}`)));
    }
    if (stream === null && goesOn(info)) follow();
  }

  function follow() {
    const soon = gathered(() => drawn().catch(looks.now));
    stream = events(about(info.sweep_id, "events"), {
      sweep: told,
      trial: one => { course.set(one.number, passed(one)); soon(); },
      said: log.add,
      end: unfollow,
    }, () => looks.now(true));
  }

  function unfollow() {
    stream?.stop();
    stream = null;
    looks.now(true);
  }

  const looks = repeated(async anew => {
    if (anew || !stream?.open()) await refresh(anew);
    await work.look(info);
  }, PAUSE, failed);
  const close = () => { looks.stop(); stream?.stop(); };
  return { element, title: "Sweep", close };
}

/** How many of its trials have a result, confirmations among them. */
function endedOf(info) {
  return searchedOf(info) + info.confirmed + info.unconfirmed;
}

/** Whether somebody runs it, or is going to. */
function goesOn(info) {
  return info.holder !== null || (info.job?.state ?? "over") !== "over";
}

/** Calls `work` a moment after the last of several calls that come together. */
function gathered(work) {
  let timer = null;
  return () => { timer ??= setTimeout(() => { timer = null; work(); }, 250); };
}

/** A trial as a course has it, from an event. */
function passed(one) {
  return {
    number: one.number, state: one.state, score: one.result?.score ?? null, ended_ms: one.ended_ms,
    started_ms: one.started_ms, confirms: one.confirms !== null,
  };
}

function heading() {
  const name = make("bdi", {}, "Sweep");
  const id = make("span", { class: "id" });
  const state = badge();
  const gone = bar();
  const facts = make("p");
  const cause = make("p", { class: "wrong", hidden: true });
  const links = make("p", { class: "links" });
  return {
    element: make("div", {}, make("p", {}, make("a", { href: "#/" }, "← All sweeps")),
      make("h1", { tabindex: -1 }, name, " ", id), make("p", {}, state.element), gone.element, facts, cause, links),
    show(info, trials) {
      document.title = `${info.name} ${info.sweep_id}: ${stateOf(info)}`;
      put(name, info.name);
      put(id, info.sweep_id);
      state.show(info);
      gone.show(info);
      put(facts, capital(factsOf(info, pace(trials, Date.now())).join(", ")));
      put(cause, info.cause ?? "");
      show(cause, info.cause !== null);
      if (!links.children.length) links.append(...elsewhere(info));
    },
  };
}

function bestTrial() {
  const title = make("p", { class: "score" }, "No trial has a score yet.");
  const rows = make("dl");
  let seen = null;
  return {
    element: make("div", {}, title, rows),
    async look(info, top) {
      if (top === null || top.number === seen) return;
      const [{ metric }, ...further] = info.objectives;
      const { config } = await ask(about(info.sweep_id, `trials/${top.number}`));
      const front = further.length ? "; one of several objectives, so look at its front in the report" : "";
      put(title, `${metric} ${figure(top.score)}, trial ${top.number}${front}`);
      rows.replaceChildren(...Object.entries(config).flatMap(([name, one]) => [make("dt", {}, name), make("dd", {}, value(one))]));
      seen = top.number;
    },
  };
}

function failedTrials() {
  const rows = make("ul", { class: "plain" });
  const element = make("section", { hidden: true }, make("h2", {}, "Last failures"), rows);
  const known = new Map();
  return {
    element,
    async look(info, trials) {
      const failed = trials.filter(one => one.state === "failed").sort((one, other) => other.ended_ms - one.ended_ms).slice(0, FAILURES);
      for (const { number } of failed) {
        if (!known.has(number)) known.set(number, errorIn(await ask(about(info.sweep_id, `trials/${number}`))));
      }
      show(element, failed.length > 0);
      keep(rows, failed, one => one.number, line(one => `trial ${one.number}: ${known.get(one.number)}`));
    },
  };
}

function errorIn({ result }) {
  return result?.error ? `${result.error.reason.replaceAll("_", " ")}: ${result.error.message}` : "failed";
}

function atWork() {
  const rows = make("ul", { class: "plain" });
  const element = make("section", { hidden: true }, make("h2", {}, "At work"), rows);
  return {
    element,
    async look(info) {
      const found = info.holder ? await ask(about(info.sweep_id, "at-work")) : [];
      show(element, found.length > 0);
      keep(rows, found, one => one.slot, line(workerIn));
    },
  };
}

function spoken() {
  const text = make("pre", { class: "log", tabindex: 0, role: "region", "aria-label": "Log" });
  const element = make("section", { hidden: true }, make("h2", {}, "Log"), text);
  let lines = [];
  let filled = new Set();
  function shown() {
    const atEnd = text.scrollTop + text.clientHeight >= text.scrollHeight - 8;
    show(element, lines.length > 0);
    put(text, lines.join("\n"));
    if (atEnd) text.scrollTop = text.scrollHeight;
  }
  return {
    element,
    fill(all) {
      lines = all.split("\n").filter(one => one !== "");
      filled = new Set(lines);
      shown();
    },
    /** A line that was told while the others were read may be among them. */
    add(one) {
      if (!filled.has(one)) lines = [...lines, one].slice(-LOG_LINES);
      shown();
    },
  };
}

/** The description that the sweep was submitted with, read when somebody looks. */
function described(typed) {
  const text = make("pre", { tabindex: 0 }, "…");
  async function opened() {
    if (!element.open || text.dataset.read) return;
    const found = await ask(about(typed, "document")).catch(error => error.message);
    put(text, JSON.stringify(found, null, 2));
    text.dataset.read = "yes";
  }
  const element = make("details", { on: { toggle: opened } }, make("summary", {}, "The sweep's description"), text);
  return element;
}

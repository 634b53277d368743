// The front page: what runs, what waits, who works, what has ended.

import { chart } from "./chart.js";
import { about, ask } from "./client.js";
import { bestOf, scored } from "./course.js";
import { keep, make, put, set, show } from "./dom.js";
import { repeated } from "./live.js";
import { capital, count, duration, figure, moment, number, progressOf, stateOf } from "./words.js";

const PAUSE = 2_000;
const MOST_AT_A_TIME = 20;
const RUNNING = ["running", "pausing", "paused", "stopping"];

/** The view: {element, title, close()}. `failed` hears of what went wrong. */
export function overview(failed) {
  const parts = [running(), queue(), workers(), ended(() => looks.now())];
  const element = make("div", {}, make("h1", { tabindex: -1 }, "Sweeps"), ...parts.map(part => part.element));
  const looks = repeated(() => Promise.all(parts.map(part => part.look())), PAUSE, failed);
  return { element, title: "Sweeps", close: looks.stop };
}

function section(title, none, ...children) {
  const head = make("h2", {}, title);
  const empty = make("p", { class: "quiet", hidden: true }, none);
  const element = make("section", {}, head, empty, ...children);
  return {
    element,
    filled(many) {
      put(head, many ? `${title} (${number(many)})` : title);
      show(empty, !many);
      children.forEach(child => show(child, many > 0));
    },
  };
}

function running() {
  const cards = make("ul", { class: "cards" });
  const part = section("Running", "Nothing runs at the moment.", cards);
  return {
    element: part.element,
    async look() {
      const found = await Promise.all(RUNNING.map(state => ask(`/v1/sweeps?state=${state}&limit=100`)));
      const items = found.flatMap(one => one.items).sort((one, other) => other.created_ms - one.created_ms);
      keep(cards, items, one => one.sweep_id, card);
      part.filled(items.length);
      await Promise.all([...cards.kept.values()].map(one => one.look()));
    },
  };
}

/** One sweep that runs; its course is read when it has got further. */
function card() {
  const name = make("a", { class: "name" });
  const state = badge();
  const facts = make("p", {});
  const best = make("p", { class: "score" });
  const bar = make("progress", {});
  const curve = chart(false);
  let info = null;
  let seen = "";
  return {
    element: make("li", { class: "card" }, make("div", { class: "head" }, make("h3", {}, name), state.element), best, curve.element, bar, facts),
    show(now) {
      info = now;
      named(name, info);
      state.show(info);
      gone(bar, info);
      const by = info.job ? `, ${info.job.owner}` : "";
      put(facts, `${progressOf(info)}, ${duration(info.spent_seconds)}${by}`);
    },
    async look() {
      const now = `${info.done} ${info.failed} ${info.pruned}`;
      if (now === seen) return;
      const course = await ask(about(info.sweep_id, "course"));
      const [{ metric, goal }] = info.objectives;
      const found = bestOf(scored(course), goal);
      put(best, found ? `${metric} ${figure(found.score)}` : "no trial has a score yet");
      curve.show(course, goal, metric);
      seen = now;
    },
  };
}

function queue() {
  const rows = make("tbody");
  const heads = ["place", "sweep", "owner", "takes", "waits since"];
  const part = section("Queue", "Nothing waits.", table("Queue", heads, rows));
  return {
    element: part.element,
    async look() {
      const { jobs } = await ask("/v1/queue");
      const waiting = jobs.filter(job => job.state === "waiting" || job.state === "held");
      keep(rows, waiting, job => job.sweep_id, waits);
      part.filled(waiting.length);
    },
  };
}

function waits() {
  const name = make("a", { class: "name" });
  const cells = [0, 1, 2, 3].map(() => make("td"));
  const [place, owner, takes, since] = cells;
  return {
    element: make("tr", {}, place, make("th", { scope: "row" }, name), owner, takes, since),
    show(job) {
      named(name, job);
      put(place, job.state === "held" ? "held" : String(job.position ?? ""));
      put(owner, job.owner);
      const gpus = job.gpus ? `, ${count(job.gpus, "GPU")}` : "";
      put(takes, count(job.workers, "worker") + gpus);
      put(since, moment(job.submitted_ms));
    },
  };
}

function workers() {
  const slots = make("p");
  const rows = make("ul", { class: "plain" });
  const nodes = make("ul", { class: "plain" });
  const element = make("section", {}, make("h2", {}, "Workers"), slots, rows, nodes);
  return {
    element,
    async look() {
      const [taken, found] = await Promise.all([ask("/v1/queue"), ask("/v1/workers")]);
      put(slots, slotsIn(taken));
      keep(rows, found.workers, one => `${one.sweep_id} ${one.slot}`, line(workerIn));
      keep(nodes, found.nodes, one => one.name, line(nodeIn));
      show(rows, found.workers.length > 0);
      show(nodes, found.nodes.length > 0);
    },
  };
}

function slotsIn({ slots, used, gpus }) {
  const said = [`${number(used)} of ${count(slots, "slot")} in use`];
  const names = Object.entries(gpus);
  if (names.length) {
    const free = names.filter(([, share]) => !share).length;
    said.push(`${number(free)} of ${count(names.length, "GPU")} free`);
  }
  return said.join(", ");
}

/** `penguins, worker 0: trial 7, epoch 3 of 50, best 0.93`. */
export function workerIn(one) {
  const trials = one.trials === 1 ? `trial ${one.first}` : `trials ${one.first}-${one.last} (${number(one.trials)})`;
  const said = [trials, ...(one.part ? [one.part] : [])];
  if (one.epoch || one.epochs > 1) said.push(`epoch ${number(one.epoch)} of ${number(one.epochs)}`);
  if (one.value !== null) said.push(`now ${figure(one.value)}`);
  if (one.best !== null) said.push(`best ${figure(one.best)}`);
  return `${one.name ? `${one.name}, ` : ""}${one.slot}: ${said.join(", ")}`;
}

function nodeIn(node) {
  const said = [`${figure(node.cpus)} CPUs`, ...(node.gpus ? [`${figure(node.gpus)} GPUs`] : [])];
  return `node ${node.name}: ${node.alive ? said.join(", ") : "lost"}`;
}

/** A line of a list that says `words(item)`. */
export function line(words) {
  return () => {
    const element = make("li");
    return { element, show: item => put(element, words(item)) };
  };
}

function ended(again) {
  const rows = make("tbody");
  const heads = ["sweep", "state", "trials", "best", "began", "time", "look at"];
  const more = make("button", { type: "button", on: { click: () => { shown += MOST_AT_A_TIME; again(); } } }, "Show more");
  const part = section("Ended", "No sweep has ended yet.", table("Ended", heads, rows), make("p", {}, more));
  let shown = MOST_AT_A_TIME;
  return {
    element: part.element,
    async look() {
      const found = await endedSweeps(shown);
      keep(rows, found.items, one => one.sweep_id, row);
      part.filled(found.items.length);
      show(more, found.more);
      for (const one of rows.kept.values()) await one.look();
    },
  };
}

/** The newest that nobody runs and nobody is going to, so many of them. */
async function endedSweeps(wanted) {
  const items = [];
  let before = "";
  do {
    const page = await ask(`/v1/sweeps?limit=${Math.min(500, wanted * 2)}${before}`);
    items.push(...page.items.filter(one => !RUNNING.includes(one.state) && (one.job?.state ?? "over") === "over"));
    before = page.next ? `&before=${encodeURIComponent(page.next)}` : "";
  } while (before && items.length <= wanted);
  return { items: items.slice(0, wanted), more: items.length > wanted || before !== "" };
}

function row() {
  const name = make("a", { class: "name" });
  const state = badge();
  const links = make("td", { class: "links" });
  const [stateCell, trials, best, began, time] = [state.element, "", "", "", ""].map(one => make("td", {}, one));
  let info = null;
  let seen = "";
  return {
    element: make("tr", {}, make("th", { scope: "row" }, name), stateCell, trials, best, began, time, links),
    show(now) {
      info = now;
      named(name, info);
      state.show(info);
      put(trials, progressOf(info));
      put(began, moment(info.created_ms));
      put(time, duration(info.spent_seconds));
      if (!links.children.length) links.append(...elsewhere(info));
    },
    async look() {
      const now = `${info.state} ${info.done}`;
      if (now === seen) return;
      put(best, info.done ? bestIn(await ask(about(info.sweep_id, "best"))) : "none");
      seen = now;
    },
  };
}

function bestIn(found) {
  if (found === null) return "none";
  return found.front ? `a front of ${count(found.front.length, "trial")}` : `${found.metric} ${figure(found.score)}`;
}

/** Links to the report and into MLflow; nothing for a sweep that never began. */
export function elsewhere(info) {
  const begun = info.done + info.failed + info.pruned + info.running + info.confirmed > 0;
  if (!begun) return [];
  const link = (what, words) => make("a", {
    href: about(info.sweep_id, what), target: "_blank", rel: "noopener",
    "aria-label": `${words} of ${info.name} ${info.sweep_id}, in a new tab`,
  }, words);
  return [link("report", "report"), link("mlflow", "MLflow")];
}

function table(title, heads, rows) {
  const head = make("tr", {}, ...heads.map(one => make("th", { scope: "col" }, one)));
  return make("div", { class: "table", role: "region", tabindex: 0, "aria-label": title }, make("table", {}, make("thead", {}, head), rows));
}

function named(link, { sweep_id: id, name }) {
  set(link, "href", `#/sweeps/${encodeURIComponent(id)}`);
  if (link.childElementCount) return put(link.firstElementChild, name);
  link.append(make("bdi", {}, name), " ", make("span", { class: "id" }, id));
  return link;
}

/** A sweep's state, as a word beside a colour. */
export function badge() {
  const element = make("span", { class: "badge" });
  return {
    element,
    show(info) {
      const state = stateOf(info);
      put(element, state);
      set(element, "data-state", state);
    },
  };
}

/** How much of a sweep is done, on a bar. */
export function gone(bar, info) {
  const searched = info.done + info.failed + info.pruned;
  set(bar, "aria-label", `trials of ${info.name}`);
  set(bar, "max", info.expected ?? null);
  set(bar, "value", info.expected === null ? null : Math.min(searched, info.expected));
  show(bar, info.expected !== null);
}

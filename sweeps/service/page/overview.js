// The front page: what runs, what waits, who works, what has ended.

import { chart } from "./chart.js";
import { about, ask } from "./client.js";
import { bestOf, scored } from "./course.js";
import { keep, make, put, set, show } from "./dom.js";
import { repeated } from "./live.js";
import { badge, bar, elsewhere, line, nameLink, table, workerIn } from "./parts.js";
import { capital, count, duration, figure, moment, number, progressOf, RUN } from "./words.js";

const PAUSE = 2_000;
const AT_A_TIME = 20;
const MOST_WAITING = 100;
const MS_A_TRIAL = 5;

/** The view: {element, title, close()}. `failed` hears of what went wrong. */
export function overview(failed) {
  const [runs, waits, works] = [running(), queue(), workers()];
  const ends = ended(() => looks.now());
  const parts = [runs, waits, works, ends].map(part => part.element);
  const element = make("div", {}, make("h1", { tabindex: -1 }, "Sweeps"), ...parts);
  async function look() {
    const [jobs, found, others, ...held] = await Promise.all([
      ask("/v1/queue"),
      ask("/v1/workers"),
      notRun(ends.wanted()),
      ...RUN.map(state => ask(`/v1/sweeps?state=${state}&limit=100`)),
    ]);
    const infos = held.flatMap(one => one.items);
    runs.show(infos.sort((one, other) => other.created_ms - one.created_ms));
    waits.show(others.begin, jobs.jobs);
    works.show(jobs, found);
    ends.show(others);
    await Promise.all([runs.look(), ends.look()]);
  }
  const looks = repeated(look, PAUSE, failed);
  return { element, title: "Sweeps", close: looks.stop };
}

/** The newest that nobody runs: so many that have ended, and those that begin at this moment. */
async function notRun(wanted) {
  const [begin, over] = [[], []];
  let before = "";
  do {
    const page = await ask(`/v1/sweeps?limit=${Math.min(500, 2 * wanted)}${before}`);
    for (const info of page.items.filter(one => !RUN.includes(one.state))) {
      const state = info.job?.state ?? "over";
      if (state === "over") over.push(info);
      if (state === "running") begin.push({ ...info.job, sweep_id: info.sweep_id, name: info.name });
    }
    before = page.next === null ? "" : `&before=${encodeURIComponent(page.next)}`;
  } while (before && over.length <= wanted);
  return { begin, over: over.slice(0, wanted), more: over.length > wanted || before !== "" };
}

function section(title, none, ...children) {
  const head = make("h2", {}, title);
  const empty = make("p", { class: "quiet" }, "…");
  children.forEach(child => show(child, false));
  return {
    element: make("section", {}, head, empty, ...children),
    filled(many) {
      put(head, many ? `${title} (${number(many)})` : title);
      put(empty, none);
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
    show(infos) {
      keep(cards, infos, one => one.sweep_id, card);
      part.filled(infos.length);
    },
    look: () => Promise.all([...cards.kept.values()].map(one => one.look())),
  };
}

/** One sweep that runs; its course is read when it has got further, a long one less often. */
function card() {
  const [name, state, gone, curve] = [nameLink(), badge(), bar(), chart(false)];
  const [best, facts] = [make("p", { class: "score" }), make("p", { class: "quiet" })];
  const head = make("div", { class: "head" }, make("h3", {}, name.element), state.element);
  let [info, seen, due] = [null, "", 0];
  return {
    element: make("li", { class: "card" }, head, best, curve.element, gone.element, facts),
    show(now) {
      info = now;
      for (const part of [name, state, gone]) part.show(info);
      const by = info.job ? `, ${info.job.owner}` : "";
      put(facts, capital(`${progressOf(info)}, ${duration(info.spent_seconds)}${by}`));
    },
    async look() {
      const now = `${info.done} ${info.failed} ${info.pruned}`;
      if (now === seen || Date.now() < due) return;
      const course = await ask(about(info.sweep_id, "course"));
      const [{ metric, goal }] = info.objectives;
      const found = bestOf(scored(course), goal);
      put(best, found ? `${metric} ${figure(found.score)}` : "No trial has a score yet");
      curve.show(course, goal, metric);
      [seen, due] = [now, Date.now() + MS_A_TRIAL * course.length];
    },
  };
}

function queue() {
  const rows = make("tbody");
  const heads = ["place", "sweep", "owner", "takes", "waits since"];
  const others = make("p", { class: "quiet" });
  const part = section("Queue", "Nothing waits.", table("Queue", heads, rows), others);
  return {
    element: part.element,
    show(begin, waiting) {
      const all = new Map([...begin, ...waiting].map(job => [job.sweep_id, job]));
      keep(rows, [...all.values()].slice(0, MOST_WAITING), job => job.sweep_id, waits);
      part.filled(all.size);
      put(others, all.size > MOST_WAITING ? `and ${number(all.size - MOST_WAITING)} more` : "");
    },
  };
}

function waits() {
  const name = nameLink();
  const [place, owner, takes] = [0, 1, 2].map(() => make("td"));
  const since = make("td", { "data-narrow": "since" });
  return {
    element: make("tr", {}, place, make("th", { scope: "row" }, name.element), owner, takes, since),
    show(job) {
      name.show(job);
      const said = { held: "held", running: "begins" }[job.state];
      put(place, said ?? String(job.position ?? ""));
      set(place, "data-narrow", said || !job.position ? null : "place");
      put(owner, job.owner);
      put(takes, count(job.workers, "worker") + (job.gpus ? `, ${count(job.gpus, "GPU")}` : ""));
      put(since, moment(job.submitted_ms));
    },
  };
}

function workers() {
  const slots = make("p", {}, "…");
  const trouble = make("p", { class: "wrong", role: "alert", hidden: true });
  const [rows, nodes] = [make("ul", { class: "plain" }), make("ul", { class: "plain" })];
  return {
    element: make("section", {}, make("h2", {}, "Workers"), slots, trouble, rows, nodes),
    show(taken, found) {
      put(slots, slotsIn(taken));
      const wrong = [taken.trouble, clusterIn(found.cluster)].filter(one => one !== null);
      if (show(trouble, wrong.length > 0)) put(trouble, wrong.join("\n"));
      keep(rows, found.workers, one => `${one.sweep_id} ${one.slot}`, line(workerIn));
      keep(nodes, found.nodes, one => one.node_id ?? one.name, line(nodeIn));
    },
  };
}

function slotsIn({ slots, used, gpus, draining }) {
  const said = [`${number(used)} of ${count(slots, "slot")} in use`];
  const all = Object.values(gpus);
  const free = all.filter(sweep => sweep === null).length;
  if (all.length) said.push(`${number(free)} of ${count(all.length, "GPU")} free`);
  if (draining) said.push("the service is about to end, and begins nothing");
  return said.join(", ");
}

function clusterIn(cluster) {
  if (cluster === null || cluster.reachable) return null;
  return `The cluster at ${cluster.address} cannot be reached${cluster.cause ? `: ${cluster.cause}` : ""}`;
}

function nodeIn(node) {
  const here = node.is_here ? " (this machine)" : "";
  if (!node.alive) return `${node.name}${here}: lost`;
  const said = [part(node.cpus_free, node.cpus, "CPU")];
  if (node.gpus) said.push(part(node.gpus_free, node.gpus, "GPU"), ...node.gpu_kinds);
  if (node.memory_gb !== null) said.push(`${figure(node.memory_gb)} GB`);
  return `${node.name}${here}: ${said.join(", ")}`;
}

function part(free, all, one) {
  return free === null ? count(all, one) : `${figure(free)} of ${count(all, one)} free`;
}

function ended(again) {
  const rows = make("tbody");
  const heads = ["sweep", "state", "trials", "best", "began", "time", "look at"];
  const more = make("button", { type: "button", on: { click: asked } }, "Show more");
  const part = section("Ended", "No sweep has ended yet.", table("Ended", heads, rows), make("p", {}, more));
  let wanted = AT_A_TIME;
  function asked() {
    wanted += AT_A_TIME;
    again();
  }
  return {
    element: part.element,
    wanted: () => wanted,
    show(found) {
      keep(rows, found.over, one => one.sweep_id, row);
      part.filled(found.over.length);
      show(more, found.more);
    },
    look: () => Promise.all([...rows.kept.values()].map(one => one.look())),
  };
}

function row() {
  const [name, state] = [nameLink(), badge()];
  const [trials, best, time, links] = [0, 1, 2, 3].map(() => make("td"));
  const began = make("td", { "data-narrow": "began" });
  const first = [make("th", { scope: "row" }, name.element), make("td", {}, state.element)];
  links.className = "links";
  let info = null;
  let seen = "";
  return {
    element: make("tr", {}, ...first, trials, best, began, time, links),
    show(now) {
      info = now;
      name.show(info);
      state.show(info);
      put(trials, progressOf(info));
      put(began, moment(info.created_ms));
      put(time, duration(info.spent_seconds));
      if (!links.children.length) links.append(...elsewhere(info));
    },
    async look() {
      const now = `${info.state} ${info.done}`;
      if (now === seen) return;
      put(best, info.done ? bestIn(await ask(about(info.sweep_id, "best"))) : "no score");
      seen = now;
    },
  };
}

function bestIn(found) {
  if (found?.front) return `a front of ${count(found.front.length, "trial")}`;
  return found ? `${found.metric} ${figure(found.score)}` : "no score";
}

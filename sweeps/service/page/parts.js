// Pieces that several views are made of.

import { about } from "./client.js";
import { make, put, set, show } from "./dom.js";
import { figure, number, searchedOf, stateOf } from "./words.js";

/** A sweep's name, as a link to its view. */
export function nameLink() {
  const [name, id] = [make("bdi"), make("span", { class: "id" })];
  const element = make("a", { class: "name" }, name, " ", id);
  return {
    element,
    show(one) {
      set(element, "href", `#/sweeps/${encodeURIComponent(one.sweep_id)}`);
      put(name, one.name);
      put(id, one.sweep_id);
    },
  };
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

/** How much of a sweep is done, on a bar; none where nobody knows how much there is. */
export function bar() {
  const element = make("progress");
  return {
    element,
    show(info) {
      const known = info.expected !== null;
      set(element, "aria-label", `trials of ${info.name}`);
      set(element, "max", known && Math.max(1, info.expected));
      set(element, "value", known && Math.min(searchedOf(info), info.expected));
      show(element, known);
    },
  };
}

/** A line of a list that says `words(item)`. */
export function line(words) {
  return () => {
    const element = make("li");
    return { element, show: item => put(element, words(item)) };
  };
}

/** A table that scrolls by itself where it is wider than the page. */
export function table(title, heads, rows) {
  const head = make("tr", {}, ...heads.map(one => make("th", { scope: "col" }, one)));
  const inside = make("table", {}, make("thead", {}, head), rows);
  return make("div", { class: "table", role: "region", tabindex: 0, "aria-label": title }, inside);
}

/** `penguins, worker 0: trial 7, fold 2/5, epoch 3 of 50, now 0.91, best 0.93`. */
export function workerIn(one) {
  const many = `trials ${one.first}-${one.last} (${number(one.trials)})`;
  const said = [one.trials === 1 ? `trial ${one.first}` : many];
  if (one.part) said.push(one.part);
  if (one.epoch || one.epochs > 1) said.push(`epoch ${number(one.epoch)} of ${number(one.epochs)}`);
  if (one.value !== null) said.push(`now ${figure(one.value)}`);
  if (one.best !== null) said.push(`best ${figure(one.best)}`);
  return `${one.name ? `${one.name}, ` : ""}${one.slot}: ${said.join(", ")}`;
}

/** Links to a sweep's report and into MLflow; nothing for one that never began. */
export function elsewhere(info) {
  if (!searchedOf(info) && !info.running) return [];
  return [["report", "Report"], ["mlflow", "MLflow"]].map(([what, words]) => make("a", {
    href: about(info.sweep_id, what),
    target: "_blank",
    rel: "noopener",
    "aria-label": `${words} of ${info.name} ${info.sweep_id}, in a new tab`,
  }, words));
}

// The best score so far as a small picture: trials as dots, the best as a line above them.

import { bestSoFar, scored } from "./course.js";
import { drawn, put, set } from "./dom.js";
import { count, figure } from "./words.js";

const MOST_DOTS = 500;

/** {element, show(course, goal, metric)}; a `big` one is as wide as its place, with axes' ends. */
export function chart(big) {
  const [title, picture] = [drawn("title"), drawn("g")];
  const element = drawn("svg", { class: `chart ${big ? "big" : "small"}`, role: "img" }, title, picture);
  let [trials, best, seen] = [[], [], ""];
  function draw() {
    const [width, height] = big ? [Math.min(800, element.clientWidth || 640), 220] : [220, 56];
    const box = { left: 4, right: width - 5, top: big ? 20 : 5, bottom: height - (big ? 22 : 5) };
    set(element, "hidden", big && !trials.length);
    set(element, "viewBox", `0 0 ${width} ${height}`);
    picture.replaceChildren(...(trials.length ? parts(trials, best, box, big) : []));
  }
  if (big) new ResizeObserver(draw).observe(element);
  return {
    element,
    show(course, goal, metric) {
      trials = scored(course);
      const now = `${trials.length} ${trials.at(-1)?.number}`;
      if (now === seen) return;
      seen = now;
      best = bestSoFar(trials, goal);
      put(title, worded(trials, best, metric));
      draw();
    },
  };
}

function worded(trials, best, metric) {
  if (!trials.length) return "No trial has a score yet";
  return `${metric} after ${count(trials.length, "trial")}: best ${figure(best.at(-1))}, ` +
    `from ${figure(best[0])} at first`;
}

function parts(trials, best, box, big) {
  const [low, high] = ends(trials.map(one => one.score), best);
  const x = place => box.left + (box.right - box.left) * (place / Math.max(1, trials.length - 1));
  const y = score => {
    const inside = Math.min(high, Math.max(low, score));
    return box.bottom - (box.bottom - box.top) * (high > low ? (inside - low) / (high - low) : 1);
  };
  const step = Math.ceil(trials.length / MOST_DOTS);
  const dots = trials
    .map((one, place) => [place, one.score])
    .filter(([place]) => place % step === 0)
    .map(([place, score]) => drawn("circle", { cx: round(x(place)), cy: round(y(score)), r: big ? 2.5 : 1.5 }));
  const end = drawn("circle", { class: "end", cx: round(x(best.length - 1)), cy: round(y(best.at(-1))), r: big ? 4 : 3 });
  const line = drawn("path", { d: stairs(best, x, y) });
  return [...(big ? axes(trials, low, high, box) : []), ...dots, line, end];
}

/** What is shown: the best all of it, and the rest without outliers that would flatten it. */
function ends(scores, best) {
  const sorted = [...scores].sort((a, b) => a - b);
  const at = share => sorted[Math.round(share * (sorted.length - 1))];
  return [Math.min(at(0.05), ...best.slice(-1), best[0]), Math.max(at(0.95), ...best.slice(-1), best[0])];
}

function stairs(best, x, y) {
  let path = `M${round(x(0))} ${round(y(best[0]))}`;
  best.forEach((score, place) => {
    if (place && score !== best[place - 1]) path += `H${round(x(place))}V${round(y(score))}`;
  });
  return `${path}H${round(x(best.length - 1))}`;
}

function axes(trials, low, high, box) {
  const text = (x, y, anchor, words) => drawn("text", { x, y, "text-anchor": anchor }, words);
  const rule = y => drawn("line", { x1: box.left, x2: box.right, y1: y, y2: y });
  return [
    rule(box.top), rule(box.bottom),
    text(box.left, box.top - 6, "start", figure(high)),
    text(box.left, box.bottom + 17, "start", high > low ? figure(low) : ""),
    text(box.right, box.bottom + 17, "end", count(trials.length, "trial")),
  ];
}

function round(value) {
  return Math.round(value * 10) / 10;
}

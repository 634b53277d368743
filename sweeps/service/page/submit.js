// A sweep file is written or chosen, and sent; what is wrong with it is shown at its place.

import { ask, freshKey } from "./client.js";
import { announce, make, put, set, show } from "./dom.js";

const PLACE = /^(.*?):(\d+)(?::(\d+))?: /;
const EXAMPLE = `task: penguins
space:
  width: {low: 8, high: 128}
  learning_rate: {low: 1e-4, high: 1e-1, log: true}
search: {backend: random, trials: 20}`;

let draft = { text: "", name: "sweep.yaml" };

/** The view: {element, title, close()}. `failed` hears of a token that is good no longer. */
export function submit(me, failed) {
  if (me.role === "viewer") return looksOnly(me);
  const file = make("textarea", { id: "file", rows: 18, required: true, spellcheck: "false", autocapitalize: "off", autocomplete: "off", wrap: "off", placeholder: EXAMPLE, "aria-describedby": "wrong" });
  const chooser = make("input", { id: "chooser", type: "file", accept: ".yaml,.yml,text/yaml", on: { change: chosen } });
  const fields = furtherFields();
  const wrong = mistakes(file);
  const button = make("button", { type: "submit", class: "main" }, "Submit");
  file.value = draft.text;
  let key = freshKey();
  let sent = "";

  async function chosen() {
    const [one] = chooser.files;
    if (!one) return;
    file.value = await one.text();
    draft.name = one.name;
    wrong.clear();
  }

  async function send(event) {
    event.preventDefault();
    wrong.clear();
    draft.text = file.value;
    const body = { file: file.value, file_name: draft.name, ...fields.values() };
    // The same again, after an answer that was lost, is the same submission.
    if (JSON.stringify(body) !== sent) [key, sent] = [freshKey(), JSON.stringify(body)];
    set(button, "aria-busy", "true");
    try {
      const info = await ask("/v1/sweeps", { method: "POST", body, headers: { "idempotency-key": key } });
      draft = { text: "", name: "sweep.yaml" };
      announce(`${info.name} is in the queue`);
      location.hash = `#/sweeps/${encodeURIComponent(info.sweep_id)}`;
    } catch (error) {
      if (error.status === 401) return failed(error);
      wrong.show(error);
    }
    set(button, "aria-busy", null);
  }

  const element = make("div", {}, make("h1", { tabindex: -1 }, "Submit a sweep"),
    make("form", { on: { submit: send } },
      make("label", { for: "chooser" }, "Choose a sweep file, or write one below"), chooser,
      make("label", { for: "file" }, "Sweep file"), file, wrong.element, fields.element,
      make("div", { class: "buttons" }, button)));
  return { element, title: "Submit a sweep", close: () => (draft.text = file.value) };
}

function looksOnly(me) {
  const element = make("div", {}, make("h1", { tabindex: -1 }, "Submit a sweep"),
    make("p", {}, `The token of ${me.name} is a viewer's, which only looks.`));
  return { element, title: "Submit a sweep", close() {} };
}

function furtherFields() {
  const number = (low, high, value) => make("input", { type: "number", min: low, max: high, step: 1, value, required: true, inputmode: "numeric" });
  const [workers, gpus, priority] = [number(1, 1024, 1), number(0, 1024, 0), number(-10, 100, 0)];
  const overrides = make("textarea", { rows: 3, spellcheck: "false", autocapitalize: "off", placeholder: "search.trials=50" });
  const element = make("details", {}, make("summary", {}, "Workers, priority, overrides"),
    make("div", { class: "fields" },
      make("label", {}, "Workers", workers), make("label", {}, "GPUs", gpus), make("label", {}, "Priority", priority)),
    make("label", {}, "Overrides, one a line", overrides));
  return {
    element,
    values: () => ({
      workers: workers.valueAsNumber, gpus: gpus.valueAsNumber, priority: priority.valueAsNumber,
      set: overrides.value.split("\n").map(one => one.trim()).filter(one => one !== ""),
    }),
  };
}

/** The server's error in its own words, and the line of the file that it is about. */
function mistakes(file) {
  const words = make("p");
  const excerpt = make("pre", { hidden: true });
  const element = make("div", { id: "wrong", class: "wrong", role: "alert", hidden: true }, words, excerpt);
  return {
    element,
    clear() {
      show(element, false);
      set(file, "aria-invalid", null);
    },
    show(error) {
      put(words, error.message);
      const place = placeIn(error.message, file.value);
      show(excerpt, place !== null || Boolean(error.lines));
      put(excerpt, place === null ? error.lines ?? "" : around(place, file.value));
      show(element, true);
      if (place === null) return;
      set(file, "aria-invalid", "true");
      goTo(file, place);
    },
  };
}

function placeIn(message, text) {
  const [, , line, column] = PLACE.exec(message) ?? [];
  if (line === undefined || Number(line) > text.split("\n").length) return null;
  return { line: Number(line), column: Number(column ?? 1) };
}

/** The line and the one before it, numbered, with a mark under the column. */
function around({ line, column }, text) {
  const width = String(line).length;
  const lines = text.split("\n").slice(Math.max(0, line - 2), line);
  const numbered = lines.map((one, place) => `${String(line - lines.length + 1 + place).padStart(width)} | ${one}`);
  return [...numbered, `${" ".repeat(width)} | ${" ".repeat(Math.max(0, column - 1))}^`].join("\n");
}

function goTo(file, { line }) {
  const lines = file.value.split("\n");
  const start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  file.focus();
  file.setSelectionRange(start, start + lines[line - 1].length);
  file.scrollTop = (file.scrollHeight / lines.length) * Math.max(0, line - 4);
}

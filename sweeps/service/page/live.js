// What keeps the page up to date: looks that are repeated, and events that the service sends.

import { answered, Away } from "./client.js";
import { put, show } from "./dom.js";

const FIRST = 1_000;
const LONGEST = 15_000;
const SHOWN_AGAIN = 3_000;

const waiting = new Set();

/** Says that the service is away, once; `who` is whoever has found that out. */
function away(who) {
  if (!waiting.size) {
    const line = "The service does not answer: reconnecting";
    put(place(), `${line}…`);
    set("away");
  }
  waiting.add(who);
}

function back(who) {
  if (!waiting.delete(who) || waiting.size) return;
  put(place(), "Connected again");
  set("back");
  setTimeout(() => waiting.size || show(place(), false), SHOWN_AGAIN);
}

function set(kind) {
  place().className = kind;
  show(place(), true);
}

function place() {
  return document.getElementById("connection");
}

/** Longer and longer pauses, not all clients at one time. */
function pauseAfter(failures) {
  return Math.min(LONGEST, FIRST * 2 ** (failures - 1)) * (0.75 + Math.random() / 2);
}

/**
 * Calls `look` again and again, `pause` milliseconds after it has ended, while somebody may see the
 * page. Its failures go to `failed`, unless the service is away. {now(), stop()}.
 */
export function repeated(look, pause, failed) {
  const who = {};
  let timer = null;
  let failures = 0;
  let stopped = false;
  let looking = false;
  async function turn() {
    if (looking || stopped) return;
    clearTimeout(timer);
    looking = true;
    try {
      await look();
      failures = 0;
      back(who);
    } catch (error) {
      if (!stopped && error instanceof Away) {
        failures += 1;
        away(who);
      } else if (!stopped) failed(error);
    }
    looking = false;
    if (!stopped && !document.hidden) timer = setTimeout(turn, failures ? pauseAfter(failures) : pause);
  }
  const seen = () => document.hidden || turn();
  document.addEventListener("visibilitychange", seen);
  turn();
  return {
    now: turn,
    stop() {
      stopped = true;
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", seen);
      back(who);
    },
  };
}

/**
 * Events of a stream, by name, until one of their handlers returns true; goes on after the last one
 * when the connection is lost. `failed` hears of what will not get better.
 */
export function events(path, handlers, failed) {
  const who = {};
  const end = new AbortController();
  let failures = 0;
  let last = null;
  async function listen() {
    try {
      const headers = { accept: "text/event-stream", ...(last === null ? {} : { "last-event-id": last }) };
      const stream = await answered(path, { headers, signal: end.signal });
      failures = 0;
      back(who);
      for await (const event of parsed(stream.body)) {
        last = event.id ?? last;
        if (handlers[event.name]?.(event.data) === true) return;
      }
      throw new Away("the stream has ended");
    } catch (error) {
      if (end.signal.aborted) return;
      if (!(error instanceof Away || error instanceof TypeError)) return failed(error);
      failures += 1;
      away(who);
      setTimeout(listen, pauseAfter(failures));
    }
  }
  listen();
  return () => {
    end.abort();
    back(who);
  };
}

async function* parsed(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (true) {
    const { done, value } = await reader.read();
    if (done) return;
    text += value.replaceAll("\r", "");
    const blocks = text.split("\n\n");
    text = blocks.pop();
    for (const block of blocks) {
      const event = eventOf(block);
      if (event !== null) yield event;
    }
  }
}

function eventOf(block) {
  const event = { name: "message", id: null, data: [] };
  for (const line of block.split("\n")) {
    const [, field, value] = /^(event|id|data): ?(.*)$/.exec(line) ?? [];
    if (field === "data") event.data.push(value);
    else if (field === "event") event.name = value;
    else if (field === "id") event.id = value;
  }
  return event.data.length ? { ...event, data: JSON.parse(event.data.join("\n")) } : null;
}

// What keeps the page up to date: looks that are repeated, and events that the service sends.

import { Away } from "./client.js";
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
 * page. Its failures go to `failed`, unless the service is away. {now(anew), stop()}: what `anew`
 * is reaches the next look.
 */
export function repeated(look, pause, failed) {
  const who = {};
  let timer = null;
  let failures = 0;
  let stopped = false;
  let looking = false;
  let again = false;
  async function turn(anew = false) {
    again ||= anew;
    if (looking || stopped) return;
    clearTimeout(timer);
    looking = true;
    try {
      const wanted = again;
      again = false;
      await look(wanted);
      failures = 0;
      back(who);
    } catch (error) {
      if (!stopped && error instanceof Away) {
        failures += 1;
        away(who);
      } else if (!stopped) failed(error);
    }
    looking = false;
    if (stopped || document.hidden) return;
    timer = setTimeout(() => turn(), failures ? pauseAfter(failures) : again ? 0 : pause);
  }
  const seen = () => document.hidden || turn(true);
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
 * Events of a stream, by name. A stream that is lost or refused is opened again, sooner or later;
 * `opened` is called each time that it is there, since what came in between is not told again.
 * {open(), stop()}.
 */
export function events(path, handlers, opened) {
  let failures = 0;
  let timer = null;
  let source = null;
  function listen() {
    source = new EventSource(path);
    source.onopen = () => {
      failures = 0;
      opened();
    };
    source.onerror = () => {
      source.close();
      failures += 1;
      timer = setTimeout(listen, pauseAfter(failures));
    };
    for (const [name, heard] of Object.entries(handlers)) {
      source.addEventListener(name, event => heard(JSON.parse(event.data)));
    }
  }
  listen();
  return {
    open: () => source.readyState === EventSource.OPEN,
    stop() {
      clearTimeout(timer);
      source.close();
    },
  };
}

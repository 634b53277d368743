// Figures as a person reads them, in the words of the command line.

const UNITS = [["d", 86400, "h", 3600], ["h", 3600, "min", 60], ["min", 60, "s", 1]];

/** A score or metric: four significant digits, trailing zeros left out. */
export function figure(value) {
  if (value === null || value === undefined) return "none";
  const [digits, power] = Number(value).toPrecision(4).split("e");
  const short = digits.includes(".") ? digits.replace(/\.?0+$/, "") : digits;
  return power === undefined ? short : `${short}e${power}`;
}

/** `48 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`. */
export function duration(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  for (const [unit, size, smaller, part] of UNITS) {
    if (whole >= size) {
      const rest = Math.floor((whole % size) / part);
      return `${Math.floor(whole / size)} ${unit}` + (rest ? ` ${rest} ${smaller}` : "");
    }
  }
  return `${whole} s`;
}

/** A time since 1970 as local date and time. */
export function moment(milliseconds) {
  const two = number => String(number).padStart(2, "0");
  const at = new Date(milliseconds);
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** `1,200`. */
export function number(value) {
  return value.toLocaleString("en-GB");
}

/** `1 trial`, `2,000 trials`. */
export function count(value, one) {
  return `${number(value)} ${one}${value === 1 ? "" : "s"}`;
}

/** A value of a configuration. */
export function value(given) {
  if (typeof given === "number") return String(Number(given.toPrecision(6)));
  return typeof given === "string" ? given : JSON.stringify(given);
}

/** The states of a sweep that somebody runs. */
export const RUN = ["running", "pausing", "paused", "stopping"];

/** How many trials of the search have a result. */
export function searchedOf(info) {
  return info.done + info.failed + info.pruned;
}

/** A sweep's state as words; one in the queue that waits for a person is held. */
export function stateOf(info) {
  const held = info.job?.state === "held" && info.holder === null;
  return held ? "held" : info.state.replaceAll("_", " ");
}

/** `12 of 50 trials, 2 failed`. */
export function progressOf(info) {
  const searched = searchedOf(info);
  const total = info.expected === null ? "" : ` of ${number(info.expected)}`;
  const said = [total ? `${number(searched)}${total} trials` : count(searched, "trial")];
  const failed = info.failed + info.unconfirmed;
  if (failed) said.push(`${number(failed)} failed`);
  if (info.pruned) said.push(`${number(info.pruned)} pruned`);
  if (info.cancelled) said.push(`${number(info.cancelled)} never trained`);
  if (info.confirmed) said.push(`${number(info.confirmed)} confirmed`);
  return said.join(", ");
}

/** What there is to say of a sweep, of which `perSecond` trials end. */
export function factsOf(info, perSecond) {
  const { holder, job, state, task } = info;
  const said = [progressOf(info), duration(info.spent_seconds)];
  const left = info.expected - searchedOf(info);
  if (perSecond && state === "running" && left > 0) said.push(`about ${duration(left / perSecond)} left`);
  said.push(`${info.backend} search${task === "none" ? "" : ` on ${task}`}`);
  // A job is as new as the last resume, retry or extension.
  if (job) said.push(`${job.submitted_ms > info.created_ms ? "queued again" : "submitted"} ${moment(job.submitted_ms)} by ${job.owner}`);
  if (state !== "queued") said.push(`began ${moment(info.created_ms)}`);
  if (job?.position) said.push(`place ${job.position} in the queue`);
  if (holder) said.push(`run by ${holder}`);
  return said;
}

/** With a capital at its beginning. */
export function capital(words) {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

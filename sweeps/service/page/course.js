// How a sweep has gone: its trials in the order in which they ended, and the best so far.

/** Those that the search has scored, by the time of their end. */
export function scored(course) {
  return course
    .filter(one => one.score !== null && !one.confirms)
    .sort((one, other) => one.ended_ms - other.ended_ms || one.number - other.number);
}

/** The best score so far after each of them. */
export function bestSoFar(trials, goal) {
  const better = goal === "minimize" ? Math.min : Math.max;
  let best = goal === "minimize" ? Infinity : -Infinity;
  return trials.map(one => (best = better(best, one.score)));
}

/** The trial that has it, or null. */
export function bestOf(trials, goal) {
  const sign = goal === "minimize" ? -1 : 1;
  return trials.reduce(
    (best, one) => (best === null || sign * one.score > sign * best.score ? one : best), null);
}

/** Trials per second over the last ten minutes, or null while nobody can say. */
export function pace(course, now) {
  const ends = course.map(one => one.ended_ms).filter(end => end !== null).sort((a, b) => a - b);
  const lately = ends.slice(-200).filter(end => end >= now - 600_000);
  if (lately.length < 5 || lately.at(-1) === lately[0]) return null;
  return (1000 * (lately.length - 1)) / (lately.at(-1) - lately[0]);
}

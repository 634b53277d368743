// What the page asks of the service. Everything goes to where the page came from.

const PATIENCE = 20_000;

/** What the service answers when something is wrong, in the words of the command line. */
export class Problem extends Error {
  constructor(status, detail, lines) {
    super(detail);
    this.status = status;
    this.lines = lines;
  }
}

/** Nobody answers: the service is away, or the network is. */
export class Away extends Error {}

/** JSON for JSON. Throws Problem and Away. */
export async function ask(path, { method = "GET", body, headers = {} } = {}) {
  const answer = await answered(path, {
    method,
    headers: body === undefined ? headers : { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(PATIENCE),
  });
  return answer.status === 204 ? null : answer.json();
}

/** The same for text. */
export async function askText(path) {
  return (await answered(path, { signal: AbortSignal.timeout(PATIENCE) })).text();
}

/** An answer that is a good one. Answers that say to come back later count as none. */
async function answered(path, options) {
  let answer;
  try {
    answer = await fetch(path, { credentials: "same-origin", cache: "no-store", ...options });
  } catch {
    throw new Away("The service does not answer: try again when it is back");
  }
  if (answer.ok) return answer;
  const problem = await answer.json().catch(() => ({}));
  if ([429, 502, 503, 504].includes(answer.status)) throw new Away(problem.detail ?? answer.statusText);
  throw new Problem(answer.status, worded(problem, answer), problem.lines ?? "");
}

function worded(problem, answer) {
  if (typeof problem.detail === "string") return problem.detail;
  return `the service answered ${answer.status} ${answer.statusText}`;
}

/** The address of a sweep, or of something about it. */
export function about(id, what = "") {
  return `/v1/sweeps/${encodeURIComponent(id)}${what && `/${what}`}`;
}

/** A name for one submission, so that one that is sent twice is taken once. */
export function freshKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map(byte => byte.toString(16).padStart(2, "0")).join("");
}

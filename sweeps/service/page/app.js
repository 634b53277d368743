// Which view is shown: the part of the address behind the # says so.

import { Away, Problem } from "./client.js";
import { make } from "./dom.js";
import { repeated } from "./live.js";
import { oneSweep } from "./one_sweep.js";
import { overview } from "./overview.js";
import { showWho, signIn } from "./sign_in.js";
import { submit } from "./submit.js";

const main = document.getElementById("main");
const submission = document.querySelector('header nav a[href$="/submit"]');
let view = null;

function viewAt(address, me) {
  const [, sweep] = /^#\/sweeps\/([^/]+)$/.exec(address) ?? [];
  if (sweep !== undefined) return oneSweep(decodeURIComponent(sweep), me, failed);
  return address === "#/submit" ? submit(me, failed) : overview(failed);
}

function put(next, moved) {
  view?.close();
  view = next;
  main.replaceChildren(view.element);
  document.title = view.title;
  for (const link of document.querySelectorAll("header nav a")) {
    const here = new URL(link.href).hash === (location.hash || "#/") && link.pathname === "/";
    here ? link.setAttribute("aria-current", "page") : link.removeAttribute("aria-current");
  }
  if (moved) main.querySelector("h1")?.focus();
}

/** Shows what the address names; a service that wants a token is given one first. */
function go(moved) {
  const asks = repeated(async () => {
    const me = await showWho(() => go(true));
    asks.stop();
    submission.hidden = me?.role === "viewer";
    put(me === null ? signIn(() => go(true)) : viewAt(location.hash, me), moved);
  }, 0, error => { asks.stop(); failed(error); });
}

function failed(error) {
  if (error instanceof Problem && error.status === 401) return go(true);
  if (error instanceof Away) return undefined;
  put({
    element: make("div", {}, make("h1", { tabindex: -1 }, "That did not work"),
      make("p", { class: "wrong", role: "alert" }, error.message),
      make("p", {}, make("a", { href: "#/" }, "All sweeps"))),
    title: "That did not work",
    close() {},
  }, true);
  if (!(error instanceof Problem)) console.error(error);
  return undefined;
}

addEventListener("hashchange", () => {
  if (location.hash === "" || location.hash.startsWith("#/")) go(true);
});
document.getElementById("skip").addEventListener("click", event => {
  event.preventDefault();
  main.focus();
});
go(false);

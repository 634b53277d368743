// Who one is: a token is exchanged for a cookie that scripts cannot read.

import { ask, Problem } from "./client.js";
import { make, put, show } from "./dom.js";

/** The view that asks for a token: {element, title, close()}. `entered` is called after a good one. */
export function signIn(entered) {
  const token = make("input", { id: "token", type: "password", required: true, autocomplete: "current-password", spellcheck: "false", "aria-describedby": "refused" });
  const refused = make("p", { id: "refused", class: "wrong", role: "alert", hidden: true });
  async function send(event) {
    event.preventDefault();
    show(refused, false);
    try {
      await ask("/v1/session", { method: "POST", body: { token: token.value.trim() } });
      entered();
    } catch (error) {
      put(refused, error.message);
      show(refused, true);
      token.select();
    }
  }
  const element = make("div", {}, make("h1", { tabindex: -1 }, "Sign in"),
    make("p", {}, "This service wants a token. An admin makes one with ", make("code", {}, "sweeps token create"), "."),
    make("form", { class: "narrow", on: { submit: send } },
      make("label", { for: "token" }, "Token"), token, refused,
      make("div", { class: "buttons" }, make("button", { type: "submit", class: "main" }, "Sign in"))));
  return { element, title: "Sign in", close() {} };
}

/** Who is signed in, in the page's head; null when the service wants a token first. */
export async function showWho(left) {
  const place = document.getElementById("who");
  try {
    const me = await ask("/v1/me");
    const out = make("button", { type: "button", on: { click: () => signOut(left) } }, "Sign out");
    place.replaceChildren(make("span", {}, `${me.name} (${me.role})`), ...(me.auth ? [out] : []));
    return me;
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 401) throw error;
    place.replaceChildren();
    return null;
  }
}

async function signOut(left) {
  await ask("/v1/session", { method: "DELETE" });
  left();
}

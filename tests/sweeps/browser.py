"""Pages as a person sees them: opened in a real browser that shows no window."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

CHROMIUM = shutil.which("chromium")
QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
needs_a_browser = pytest.mark.skipif(CHROMIUM is None, reason="needs the browser chromium")
HEIGHT = 800

MEASURING = """
function small(elements, scale) {
  const found = [...elements].filter(e => e.textContent.trim() && e.getClientRects().length);
  return found.length ? Math.min(...found.map(
    e => parseFloat(e.ownerDocument.defaultView.getComputedStyle(e).fontSize) * scale(e))) : null;
}
function pictures(page) {
  return [...page.querySelectorAll("svg")].filter(s => s.getClientRects().length).map(s => {
    const box = s.getBoundingClientRect(), texts = [...s.querySelectorAll("text")];
    const rects = texts.map(t => [t.textContent, t.getBoundingClientRect()]);
    const cut = rects.filter(([, r]) => r.left < box.left - 3 || r.right > box.right + 3
      || r.top < box.top - 3 || r.bottom > box.bottom + 3).map(([t]) => t);
    const over = [];
    rects.forEach(([t, a], i) => rects.slice(i + 1).forEach(([u, b]) => {
      const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (wide > 2 && high > 4) over.push(t + " | " + u);
    }));
    return {name: s.closest("section").id, kind: s.getAttribute("class"), width: box.width,
      height: box.height, marks: s.querySelectorAll("path, use, image").length, cut, over,
      text: small(texts, t => Math.hypot(t.getScreenCTM().a, t.getScreenCTM().b))};
  });
}
function measured(frame) {
  const page = frame.contentDocument, root = page.documentElement;
  const timing = frame.contentWindow.performance.getEntriesByType("navigation")[0];
  return {width: frame.clientWidth, page: root.scrollWidth, text: small(
    page.querySelectorAll("h1, h2, p, dt, dd, li, td, th, figcaption"), () => 1),
    pictures: pictures(page), milliseconds: timing.loadEventEnd};
}
addEventListener("load", () => {
  const all = [...document.querySelectorAll("iframe")].map(measured);
  document.getElementById("found").textContent = JSON.stringify(all);
});
"""


@dataclass(frozen=True)
class Picture:
    """A picture that is shown; `text` is the smallest of it in pixels, None without any.

    `cut` are texts that leave it by more than the room that a line has around its letters, `over`
    pairs of texts that lie on each other.
    """

    name: str
    kind: str
    width: float
    height: float
    marks: int
    cut: tuple[str, ...]
    over: tuple[str, ...]
    text: float | None


@dataclass(frozen=True)
class Looked:
    """A page in a window of that width: how wide it is itself, and what is on it."""

    width: int
    page: int
    text: float
    pictures: tuple[Picture, ...]
    milliseconds: float


def rendered(link: str, profile: Path) -> str:
    """The page's document after its scripts have run."""
    said = _chromium(link, profile, "--virtual-time-budget=60000", "--timeout=90000", "--dump-dom")
    return said.stdout


def looked_at(page: Path, widths: Sequence[int], folder: Path) -> list[Looked]:
    """The page, opened from its file at each width. A message on its console is an error."""
    frames = "\n".join(
        f'<iframe src="{page.as_uri()}" width="{width}" height="{HEIGHT}" frameborder="0"></iframe>'
        for width in widths
    )
    harness = folder / "looking.html"
    harness.write_text(f"<script>{MEASURING}</script>{frames}<pre id=found></pre>")
    said = _chromium(
        harness.as_uri(),
        folder / "profile",
        "--allow-file-access-from-files",
        "--enable-logging=stderr",
        "--dump-dom",
    )
    assert "CONSOLE" not in said.stderr, said.stderr
    found = re.search(r'<pre id="found">(.*?)</pre>', said.stdout, re.DOTALL)
    assert found is not None, said.stdout[-2000:]
    return [_looked(one) for one in json.loads(html.unescape(found.group(1)))]


def _looked(document: dict[str, object]) -> Looked:
    pictures = document.pop("pictures")
    assert isinstance(pictures, list)
    shown = tuple(
        Picture(**{**one, "cut": tuple(one["cut"]), "over": tuple(one["over"])}) for one in pictures
    )
    return Looked(pictures=shown, **document)  # type: ignore[arg-type]


def photographed(link: str, file: Path, profile: Path, size: tuple[int, int]) -> None:
    """Write what a window of that size shows, as PNG, after the page's scripts have run."""
    width, height = size
    _chromium(
        link,
        profile,
        f"--screenshot={file}",
        f"--window-size={width},{height}",
        "--hide-scrollbars",
        # Frames in a sandbox would be drawn by processes that a photograph does not wait for.
        "--disable-site-isolation-trials",
        "--disable-features=IsolateSandboxedIframes",
        "--virtual-time-budget=30000",
    )


def _chromium(link: str, profile: Path, *options: str) -> subprocess.CompletedProcess[str]:
    assert CHROMIUM is not None
    command = [CHROMIUM, *QUIET, f"--user-data-dir={profile}", *options, link]
    return subprocess.run(command, capture_output=True, text=True, timeout=240, check=True)

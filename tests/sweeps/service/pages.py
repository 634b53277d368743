"""The page in a real browser: a service behind it, a window before it, and what a person does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from sweeps.ledger.jobs import change, job_of
from sweeps.service.admission.admit import admit
from sweeps.service.api_server import ApiServer, listening
from sweeps.service.guards.guard import guarded
from sweeps.service.settings import Settings
from sweeps.store import Store
from sweeps.sweep import Sweep
from tests.sweeps.browser import CHROMIUM
from tests.sweeps.service.api import SWEEP, Service, result, service

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PATIENCE_MS = 15_000
PHONE = {"width": 390, "height": 844}
HOSTILE = "<img src=x onerror=alert(1)>"
LONG = "a-name-that-somebody-typed-without-any-space-" * 3

BY_NETWORK = "Failed to load resource"
"""What a browser says of itself when an answer is an error, or nobody answers."""

WIDTHS = "[document.documentElement.scrollWidth, window.innerWidth]"
TARGETS = """() => [...document.querySelectorAll("a, button, input, textarea, summary")]
  .filter(one => one.checkVisibility() && one.id !== "skip")
  .filter(one => !one.closest("p:not(.links), dd, li:not(.card)"))
  .map(one => [one.textContent.trim() || one.id || one.type, one.getBoundingClientRect().height])
  .filter(([, height]) => height < 44)"""

LETTERS = """() => [...document.querySelectorAll("svg text")]
  .map(one => parseFloat(getComputedStyle(one).fontSize) * one.getScreenCTM().a)"""
"""The sizes of a picture's words, in pixels."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """The system's own, without a window."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


@dataclass
class Window:
    """A page under somebody's eyes, and what its console said that it should not have."""

    page: Page
    address: str
    errors: list[str] = field(default_factory=list)

    def go(self, path: str = "/") -> Page:
        self.page.goto(f"{self.address}{path}")
        return self.page

    @property
    def broken(self) -> list[str]:
        """Errors of the page's own, refused scripts and styles among them."""
        return [error for error in self.errors if BY_NETWORK not in error]


@contextmanager
def window(browser: Browser, address: str, **context: Any) -> Iterator[Window]:
    """A browser that has never been there; in the end nothing may have gone wrong in it."""
    with browser.new_context(**context) as there:
        there.set_default_timeout(PATIENCE_MS)
        found = Window(there.new_page(), address)
        found.page.on("pageerror", lambda error: found.errors.append(str(error)))
        found.page.on("console", lambda said: _heard(found, said.type, said.text))
        found.page.on("dialog", lambda dialog: found.errors.append(f"asked {dialog.message}"))
        yield found
        assert found.broken == []


def _heard(found: Window, kind: str, text: str) -> None:
    if kind in ("error", "warning"):
        found.errors.append(text)


@dataclass
class Served:
    """An API with a made-up runner, behind its guards, on a port of this machine."""

    service: Service
    settings: Settings
    _server: ApiServer | None = None

    @property
    def address(self) -> str:
        return self.settings.address

    def start(self) -> None:
        """Be there, for the first time or again."""
        app = guarded(self.service.app, self.settings, self.service.app.state.identities)
        self._server = ApiServer(app, listening(self.settings), self.settings, lambda: None)
        self._server.start()

    def leave(self) -> None:
        """Be gone, as a service that is stopped."""
        if self._server is not None:
            self._server.close()
            self._server = None


@contextmanager
def served(store: Store, **settings: Any) -> Iterator[Served]:
    """On any port that is free."""
    door = listening(Settings(store, port=0))
    port = door.getsockname()[1]
    door.close()
    behind = service(store, admit, port=port, **settings)
    found = Served(behind, behind.desk.settings)
    found.start()
    yield found
    found.leave()
    behind.ledger.close()


def named(name: str) -> Sweep:
    """The made-up sweep under another name."""
    return replace(SWEEP, name=name)


def fill(found: Served) -> None:
    behind = found.service
    scores = [0.5, 0.61, None, 0.58, 0.72, 0.7, 0.83]
    results = [result(number, score) for number, score in enumerate(scores)]
    behind.begun(behind.submitted(named(HOSTILE)), results, running=2)
    behind.submitted(named(LONG), workers=2, gpus=1)
    behind.ended(results)
    behind.ended(results[2:3], "failed")


def running(found: Served) -> str:
    return next(row.sweep_id for row in found.service.ledger.sweeps() if row.state == "running")


def waiting(found: Served) -> str:
    return next(row.sweep_id for row in found.service.ledger.sweeps() if row.state == "queued")


def hold(found: Served, sweep_id: str) -> None:
    job = job_of(found.service.ledger, sweep_id)
    assert job is not None
    assert change(found.service.ledger, job, state="held")

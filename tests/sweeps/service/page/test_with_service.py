"""The page before a whole service: what is submitted in it runs, and is stopped, in earnest."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.sweeps.browser import needs_a_browser
from tests.sweeps.service.pages import window
from tests.sweeps.service.served import Place, Serving, document, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.slow, needs_a_browser]

LONG_MS = 60_000


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return Place.made(tmp_path_factory.mktemp("service") / "here")


@pytest.fixture(scope="module")
def service(place: Place) -> Iterator[Serving]:
    with serving(place, "--no-mlflow") as found:
        yield found


def submit(page: Page, text: str) -> None:
    page.get_by_role("link", name="Submit").click()
    page.get_by_label("Sweep file", exact=True).fill(text)
    page.get_by_role("button", name="Submit").click()


def test_a_sweep_is_submitted_watched_and_its_report_read(
    browser: Browser, service: Serving
) -> None:
    with window(browser, service.address) as found:
        page = found.go()
        submit(page, document("in-the-page", 6))
        page.get_by_role("heading", name="in-the-page").wait_for()
        page.locator(".badge", has_text="finished").wait_for(timeout=LONG_MS)
        page.get_by_text(re.compile("^6 of 6 trials")).wait_for()
        page.get_by_text(re.compile(r"^error .*, trial \d$")).wait_for()
        whole = page.locator(".chart.big title", has_text="error after 6 trials")
        whole.wait_for(state="attached")  # the last trials come after the sweep's end
        page.get_by_role("button", name="Extend…").wait_for()
        assert found.errors == [], "not even an answer that was an error"
        with page.expect_popup() as opened:
            page.get_by_role("link", name=re.compile("^Report of in-the-page")).click()
        report = opened.value
        report.get_by_role("heading", name="in-the-page").wait_for()
        assert (
            report.evaluate("getComputedStyle(document.querySelector('main')).maxWidth") == "912px"
        )


def test_a_sweep_is_stopped_while_it_runs(browser: Browser, service: Serving) -> None:
    with window(browser, service.address) as found:
        page = found.go()
        submit(page, document("to-be-stopped", 500, "slow"))
        page.locator(".badge", has_text="running").wait_for(timeout=LONG_MS)
        page.get_by_text(re.compile(r"^error .*, trial \d$")).wait_for()
        page.get_by_role("link", name="All sweeps").click()
        card = page.locator(".card", has_text="to-be-stopped")
        card.get_by_text(re.compile("^error 0")).wait_for()
        card.get_by_role("link").click()
        page.get_by_role("button", name="Stop…").click()
        page.get_by_role("button", name="Stop for good").click()
        page.locator(".badge", has_text="stopped").wait_for(timeout=LONG_MS)
        page.get_by_role("link", name="All sweeps").click()
        row = page.get_by_role("row", name=re.compile("^to-be-stopped"))
        row.get_by_text("stopped", exact=True).wait_for()


def test_a_service_that_is_killed_is_seen_to_come_back(
    browser: Browser, service: Serving, place: Place
) -> None:
    port = int(service.address.rpartition(":")[2])
    with window(browser, service.address) as found:
        page = found.go()
        submit(page, document("goes-on", 40, "slow"))
        page.locator(".badge", has_text="running").wait_for(timeout=LONG_MS)
        service.send(signal.SIGKILL)
        service.process.wait()
        page.get_by_text("reconnecting").wait_for()
        with serving(place, "--no-mlflow", port=port):
            page.get_by_text("Connected again").wait_for(timeout=LONG_MS)
            page.locator(".badge", has_text="finished").wait_for(timeout=LONG_MS)
            page.get_by_text(re.compile("^40 of 40 trials")).wait_for()

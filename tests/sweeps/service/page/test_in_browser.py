"""The page as a person uses it, over an API whose runner runs nothing."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sweeps.service.settings import Limits
from sweeps.store import Store
from tests.sweeps.browser import needs_a_browser
from tests.sweeps.service.api import result
from tests.sweeps.service.pages import (
    HOSTILE,
    LETTERS,
    PHONE,
    TARGETS,
    WIDTHS,
    Served,
    Window,
    fill,
    hold,
    named,
    running,
    served,
    waiting,
    window,
)

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.slow, needs_a_browser]

VIEWS = {
    "/": "no score",
    "/#/sweeps/{running}": "trial 2: diverged: loss became nan in epoch 3",
    "/#/submit": "Workers, priority, overrides",
    "/docs": "For programs:",
}
"""Addresses, and what is shown there last."""

SAID_BEFORE = "all => all.map(one => getComputedStyle(one, '::before').content)"


def test_names_are_shown_as_text(look: Window, full: Served) -> None:
    page = look.go()
    card = page.locator(".card")
    card.get_by_text(HOSTILE).wait_for()
    card.get_by_text("val_accuracy 0.83").wait_for()
    assert page.locator("main img").count() == 0
    page.get_by_role("link", name=HOSTILE).click()
    page.get_by_role("heading", name=HOSTILE).wait_for()
    page.get_by_text("trial 2: diverged: loss became nan in epoch 3").wait_for()
    assert HOSTILE in page.title()


def test_the_front_shows_what_runs_waits_and_has_ended(look: Window, full: Served) -> None:
    page = look.go()
    for title in ("Running (1)", "Queue (1)", "Workers", "Ended (2)"):
        page.get_by_role("heading", name=title, exact=True).wait_for()
    page.get_by_text("of 2 slots in use").wait_for()
    assert page.get_by_role("progressbar").get_attribute("max") == "10"
    queued = page.get_by_role("region", name="Queue").get_by_role("row").last
    assert "2 workers, 1 GPU" in queued.inner_text()
    ended = page.get_by_role("region", name="Ended").get_by_role("row")
    ended.get_by_text("val_accuracy 0.83").wait_for()
    assert "failed" in ended.nth(1).inner_text()
    report = ended.nth(2).get_by_role("link", name=re.compile("^Report of widths"))
    assert look.errors == [], "not even an answer that was an error"
    assert report.get_attribute("target") == "_blank"
    assert "noopener" in (report.get_attribute("rel") or "")


def test_what_happens_is_seen_and_the_focus_stays(look: Window, full: Served) -> None:
    page = look.go()
    page.get_by_role("heading", name="Queue (1)").wait_for()
    full.service.submitted(named("came later"))
    page.get_by_role("link", name="came later").focus()
    hold(full, waiting(full))
    page.get_by_role("cell", name="held").wait_for()
    places = page.get_by_role("region", name="Queue").get_by_role("row")
    assert "came later" in places.nth(1).inner_text(), "what is held goes last"
    assert page.evaluate("document.activeElement.textContent").startswith("came later")


def test_a_sweep_is_asked_about_where_there_is_no_stream(tmp_path: Path, browser: Browser) -> None:
    store = Store.at(tmp_path / "store")
    with served(store, limits=Limits(streams=0)) as found:
        fill(found)
        with window(browser, found.address) as there:
            page = there.go(f"/#/sweeps/{waiting(found)}")
            page.locator(".badge", has_text="queued").wait_for()
            hold(found, waiting(found))
            page.locator(".badge", has_text="held").wait_for()
            assert not page.locator("#connection").is_visible()


def test_there_is_something_to_read_without_scripts(browser: Browser, empty: Served) -> None:
    with window(browser, empty.address, java_script_enabled=False) as found:
        page = found.go()
        assert "sweeps watch ID --server" in page.locator("body").inner_text()
        assert page.get_by_role("heading", name="Sweeps").is_visible()


def test_an_empty_service_says_so(browser: Browser, empty: Served) -> None:
    with window(browser, empty.address) as found:
        page = found.go()
        for said in ("Nothing runs at the moment.", "Nothing waits.", "No sweep has ended yet."):
            page.get_by_text(said).wait_for()
        page.get_by_text("0 of 2 slots in use").wait_for()


@pytest.mark.parametrize("path", VIEWS)
def test_a_phone_scrolls_down_only_and_fingers_find_what_they_touch(
    browser: Browser, full: Served, path: str
) -> None:
    with window(browser, full.address, viewport=PHONE, has_touch=True) as found:
        page = found.go(path.format(running=running(full)))
        page.get_by_text(VIEWS[path]).last.wait_for()
        wide, window_width = page.evaluate(WIDTHS)
        assert wide <= window_width == PHONE["width"]
        assert page.evaluate(TARGETS) == []
        assert min(page.evaluate(LETTERS), default=12) >= 12


def test_what_waits_was_submitted_and_only_what_runs_has_time_left(
    look: Window, full: Served
) -> None:
    sweep_id = full.service.submitted(named("timed"))
    page = look.go(f"/#/sweeps/{sweep_id}")
    facts = page.locator("main > div > div > p", has_text="of 10 trials")
    facts.get_by_text(re.compile(r"submitted \d{4}-.* by local, place 2 in")).wait_for()
    assert "began" not in facts.inner_text()
    assert not page.locator(".chart").is_visible(), "there is nothing to draw"
    ledger = full.service.ledger
    claim = full.service.begun(sweep_id)
    for number in range(5):
        ledger.begin(claim, [result(number).trial], {"next": 2})
        ledger.commit(claim, [(result(number), 1)], {"next": 2}, spent=1.5)
    facts.get_by_text(re.compile("about .* left.* began ")).wait_for()
    height = page.locator(".chart .end").get_attribute("cy")
    assert height == page.locator(".chart line").first.get_attribute("y1"), "where 0.5 is written"
    assert ledger.show(claim, "paused")
    page.locator(".badge", has_text="paused").wait_for()
    assert "left" not in facts.inner_text()


def test_a_phone_says_what_a_place_and_a_time_are(browser: Browser, full: Served) -> None:
    with window(browser, full.address, viewport=PHONE) as found:
        page = found.go()
        cells = page.get_by_role("region", name="Queue").get_by_role("row").last.locator("td")
        cells.first.wait_for()
        assert cells.evaluate_all(SAID_BEFORE) == ['"place "', "none", "none", '"since "']
        hold(full, waiting(full))
        cells.first.get_by_text("held").wait_for()
        assert cells.evaluate_all(SAID_BEFORE)[0] == "none"


def test_the_service_goes_and_comes_back(look: Window, full: Served) -> None:
    page = look.go()
    page.get_by_role("heading", name="Queue (1)").wait_for()
    full.leave()
    banner = page.get_by_text("reconnecting")
    banner.wait_for()
    full.service.submitted(named("while away"))
    full.start()
    page.get_by_role("link", name="while away").wait_for()
    page.get_by_text("Connected again").wait_for()
    banner.wait_for(state="hidden")


def test_a_sweep_that_is_not_there(look: Window) -> None:
    page = look.go("/#/sweeps/zzz")
    page.get_by_role("alert").get_by_text("zzz").wait_for()
    page.get_by_role("link", name="All sweeps").click()
    page.get_by_role("heading", name="Running (1)").wait_for()

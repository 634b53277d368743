"""The page as a person uses it, over an API whose runner runs nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sweeps import ledger_tokens
from sweeps.ledger_jobs import change, job_of
from sweeps.service.settings import Limits
from sweeps.store import Store
from tests.sweeps.browser import needs_a_browser
from tests.sweeps.service.api import FILE, result
from tests.sweeps.service.pages import (
    LETTERS,
    PHONE,
    TARGETS,
    WIDTHS,
    Served,
    Window,
    chromium,
    named,
    served,
    window,
)

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Route

pytestmark = [pytest.mark.slow, needs_a_browser]

HOSTILE = "<img src=x onerror=alert(1)>"
LONG = "a-name-that-somebody-typed-without-any-space-" * 3
VIEWS = {
    "/": "no score",
    "/#/sweeps/{running}": "trial 2: diverged: loss became nan in epoch 3",
    "/#/submit": "Workers, priority, overrides",
    "/docs": "For programs:",
}
"""Addresses, and what is shown there last."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def full(tmp_path: Path) -> Iterator[Served]:
    """Sweeps of every sort: one runs, one waits, others have ended; names as bad as can be."""
    with served(Store.at(tmp_path / "store")) as found:
        fill(found)
        yield found


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Served]:
    with served(Store.at(tmp_path / "store")) as found:
        yield found


def fill(found: Served) -> None:
    behind = found.service
    scores = [0.5, 0.61, None, 0.58, 0.72, 0.7, 0.83]
    results = [result(number, score) for number, score in enumerate(scores)]
    behind.begun(behind.submitted(named(HOSTILE)), results, running=2)
    behind.submitted(named(LONG), workers=2, gpus=1)
    behind.ended(results)
    behind.ended(results[2:3], "failed")


@pytest.fixture
def look(full: Served, browser: Browser) -> Iterator[Window]:
    with window(browser, full.address) as found:
        yield found


def running(found: Served) -> str:
    return next(row.sweep_id for row in found.service.ledger.sweeps() if row.state == "running")


def waiting(found: Served) -> str:
    return next(row.sweep_id for row in found.service.ledger.sweeps() if row.state == "queued")


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


def hold(found: Served, sweep_id: str) -> None:
    job = job_of(found.service.ledger, sweep_id)
    assert job is not None
    assert change(found.service.ledger, job, state="held")


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


def test_a_mistake_is_shown_at_its_place(look: Window) -> None:
    page = look.go("/#/submit")
    file = page.get_by_label("Sweep file", exact=True)
    file.fill(FILE.replace("low: 1,", "low: 900,"))
    page.get_by_role("button", name="Submit").click()
    wrong = page.get_by_role("alert").filter(has_text="sweep.yaml:4")
    wrong.wait_for()
    assert "low 900 is above high 500" in wrong.inner_text()
    assert "4 |   width: {low: 900, high: 500}" in wrong.inner_text()
    chosen = file.evaluate("one => one.value.slice(one.selectionStart, one.selectionEnd)")
    assert chosen == "  width: {low: 900, high: 500}"
    assert file.get_attribute("aria-invalid") == "true"


def test_a_chosen_file_is_submitted_under_its_name(
    look: Window, full: Served, tmp_path: Path
) -> None:
    page = look.go("/#/submit")
    (tmp_path / "mine.yaml").write_text(FILE.replace("widths", "from a file"))
    page.get_by_label("Choose a sweep file").set_input_files(tmp_path / "mine.yaml")
    page.get_by_text("Workers, priority, overrides").click()
    page.get_by_label("Workers", exact=True).fill("2")
    page.get_by_role("button", name="Submit").click()
    page.get_by_role("heading", name="from a file").wait_for()
    row = full.service.ledger.sweeps()[-1]
    job = job_of(full.service.ledger, row.sweep_id)
    assert job is not None
    assert (row.name, job.order.workers) == ("from a file", 2)


def test_a_submission_whose_answer_is_lost_is_sent_again_as_the_same(
    look: Window, full: Served
) -> None:
    page = look.go("/#/submit")
    page.get_by_label("Sweep file", exact=True).fill(FILE.replace("widths", "once"))

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/v1/sweeps", lose)
    page.get_by_role("button", name="Submit").click()
    page.get_by_role("alert").get_by_text("does not answer: try again").wait_for()
    page.unroute("**/v1/sweeps")
    page.get_by_role("button", name="Submit").click()
    page.get_by_role("heading", name="once").wait_for()
    assert [row.name for row in full.service.ledger.sweeps()].count("once") == 1


def test_what_is_final_is_asked_about(look: Window, full: Served) -> None:
    sweep_id = waiting(full)
    page = look.go(f"/#/sweeps/{sweep_id}")
    page.get_by_role("button", name="Cancel…").click()
    dialog = page.get_by_role("dialog")
    assert "This is final" in dialog.inner_text()
    assert page.evaluate("document.activeElement.textContent") == "Leave it"
    page.keyboard.press("Escape")
    dialog.wait_for(state="detached")
    assert page.evaluate("document.activeElement.textContent") == "Cancel…"
    assert full.service.ledger.sweep(sweep_id).state == "queued"
    page.get_by_role("button", name="Cancel…").click()
    dialog.get_by_role("button", name="Cancel for good").click()
    page.locator(".badge", has_text="cancelled").wait_for()
    assert full.service.ledger.sweep(sweep_id).state == "cancelled"
    assert page.get_by_role("group", name="Controls").get_by_role("button").count() == 0


def test_a_sweep_that_waits_is_held_and_let_go(look: Window, full: Served) -> None:
    page = look.go(f"/#/sweeps/{waiting(full)}")
    page.get_by_role("button", name="Pause").click()
    page.locator(".badge", has_text="held").wait_for()
    page.get_by_role("button", name="Resume").click()
    page.locator(".badge", has_text="queued").wait_for()


def test_more_trials_and_failed_ones_again(look: Window, full: Served) -> None:
    ended = next(row for row in full.service.ledger.sweeps() if row.state == "finished")
    page = look.go(f"/#/sweeps/{ended.sweep_id}")
    page.get_by_role("button", name="Retry failed…").click()
    page.get_by_role("dialog").get_by_label("diverged (1)").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Extend…").click()
    page.get_by_label("How many trials more?").fill("5")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Extend…").wait_for(state="hidden")
    job = job_of(full.service.ledger, ended.sweep_id)
    assert job is not None
    assert (job.wanted, job.arguments, job.state) == ("extend", {"trials": 5}, "waiting")


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


def test_signing_in_and_out(browser: Browser, full: Served) -> None:
    _, token = ledger_tokens.create(full.service.ledger, "anna", "submitter", None)
    with window(browser, full.address) as found:
        page = found.go(f"/#/sweeps/{waiting(full)}")
        page.get_by_label("Token").fill("swp_wrong_token")
        page.keyboard.press("Enter")
        page.get_by_role("alert").get_by_text("token").wait_for()
        page.get_by_label("Token").fill(token)
        page.keyboard.press("Enter")
        page.get_by_role("heading", name=LONG).wait_for()
        page.get_by_text("anna (submitter)").wait_for()
        assert page.get_by_role("button", name="Cancel…").count() == 0, "it is somebody else's"
        assert "sweeps_token" not in page.evaluate("document.cookie")
        page.get_by_role("button", name="Sign out").click()
        page.get_by_role("heading", name="Sign in").wait_for()
        assert page.context.cookies() == []


def test_a_token_that_is_revoked_asks_for_another(browser: Browser, full: Served) -> None:
    made, text = ledger_tokens.create(full.service.ledger, "anna", "viewer", None)
    with window(browser, full.address) as found:
        page = found.go()
        page.get_by_label("Token").fill(text)
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Running (1)").wait_for()
        assert page.get_by_role("link", name="Submit").count() == 0, "viewers submit nothing"
        ledger_tokens.revoke(full.service.ledger, made.id)
        page.get_by_role("heading", name="Sign in").wait_for()


def test_the_keyboard_reaches_everything(browser: Browser, full: Served) -> None:
    """From the top: skip link, pages, what runs; submitted and cancelled without a mouse."""
    with window(browser, full.address) as found:
        page = found.go()
        page.get_by_role("heading", name="Running (1)").wait_for()
        page.keyboard.press("Tab")
        assert focused(page) == "Skip to content"
        assert page.locator("#skip").bounding_box()["y"] >= 0
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert focused(page).startswith(HOSTILE)
        reach(page, "Submit", "Shift+Tab")
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Submit a sweep").wait_for()
        reach(page, "file")
        page.keyboard.insert_text(FILE.replace("widths", "typed"))
        reach(page, "Submit")
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="typed").wait_for()
        page.get_by_role("button", name="Stop…").wait_for()
        reach(page, "Stop…")
        page.keyboard.press("Enter")
        page.get_by_role("dialog").wait_for()
        reach(page, "Stop for good")
        page.keyboard.press("Enter")
        page.locator(".badge", has_text="stopped").wait_for()
    assert full.service.ledger.sweeps()[-1].state == "stopped"


def focused(page: object) -> str:
    said = page.evaluate(  # type: ignore[attr-defined]
        "document.activeElement.id === 'file' ? 'file' : document.activeElement.textContent"
    )
    return str(said)


def reach(page: object, name: str, key: str = "Tab") -> None:
    """Press the key until the focus is there."""
    for _ in range(40):
        page.keyboard.press(key)  # type: ignore[attr-defined]
        if focused(page) == name:
            return
    raise AssertionError(f"{name} is never reached")

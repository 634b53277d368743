"""Sweeps submitted, controlled and asked for in the page, and who may do so."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sweeps.ledger import tokens as ledger_tokens
from sweeps.ledger.jobs import job_of
from tests.sweeps.browser import needs_a_browser
from tests.sweeps.service.api import FILE
from tests.sweeps.service.pages import (
    HOSTILE,
    LONG,
    Served,
    Window,
    waiting,
    window,
)

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Route

pytestmark = [pytest.mark.slow, needs_a_browser]


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
    assert page.evaluate("document.activeElement.tagName") == "H1", "no button is left to have it"


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


def test_a_token_that_is_good_no_longer_loses_no_draft(browser: Browser, full: Served) -> None:
    _, token = ledger_tokens.create(full.service.ledger, "anna", "submitter", None)
    with window(browser, full.address) as found:
        page = found.go("/#/submit")
        page.get_by_label("Token").fill(token)
        page.keyboard.press("Enter")
        page.get_by_label("Sweep file", exact=True).fill(FILE.replace("widths", "drafted"))
        page.context.clear_cookies()
        page.get_by_role("button", name="Submit").click()
        page.get_by_label("Token").fill(token)
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Submit").click()
        page.get_by_role("heading", name="drafted").wait_for()


def test_a_viewer_is_told_that_it_submits_nothing(browser: Browser, full: Served) -> None:
    _, token = ledger_tokens.create(full.service.ledger, "anna", "viewer", None)
    with window(browser, full.address) as found:
        page = found.go("/#/submit")
        page.get_by_label("Token").fill(token)
        page.keyboard.press("Enter")
        page.get_by_text("The token of anna is a viewer's").wait_for()
        assert page.get_by_role("button", name="Submit").count() == 0


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

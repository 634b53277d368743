from __future__ import annotations

import os
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from sweeps.service.problems import ProblemError
from sweeps.service.report_pages import FRESH, PAGE, Children, Draw, ReportPages
from tests.sweeps.service.api import Service, result

LONG = 30.0


class Drawing:
    """Draws nothing but how often it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.let_go = threading.Event()
        self.let_go.set()
        self.anything = True

    def __call__(self, sweep_id: str, folder: Path) -> bool:
        self.asked.append(sweep_id)
        assert self.let_go.wait(LONG)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / PAGE).write_text(f"{len(self.asked)}")
        return self.anything


@pytest.fixture
def drawing() -> Drawing:
    return Drawing()


@pytest.fixture
def pages(api: Service, drawing: Drawing) -> ReportPages:
    return ReportPages(api.store, drawing, patience=LONG)


def test_a_page_is_drawn_once_until_its_sweep_has_changed(
    api: Service, pages: ReportPages, drawing: Drawing
) -> None:
    row = api.ledger.sweep(api.ended([result(0)]))
    assert [pages.page(row) for _ in range(3)] == [b"1"] * 3
    assert pages.page(replace(row, done=2)) == b"2"
    assert pages.page(replace(row, done=2, confirmed=1)) == b"3"
    assert len(drawing.asked) == 3


def test_of_a_sweep_that_runs_a_page_will_do_for_a_while(
    api: Service, pages: ReportPages, drawing: Drawing, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = replace(api.ledger.sweep(api.ended([result(0)])), holder="somebody", ended_ms=None)
    now = 100.0
    monkeypatch.setattr("sweeps.service.report_pages.time.monotonic", lambda: now)
    assert pages.page(row) == b"1"
    now += FRESH - 1
    assert pages.page(replace(row, done=2)) == b"1"
    now += 2
    assert pages.page(replace(row, done=2)) == b"2"


def test_the_page_of_the_session_that_ended_is_good(
    api: Service, pages: ReportPages, drawing: Drawing
) -> None:
    row = api.ledger.sweep(api.ended([result(0)]))
    assert row.ended_ms is not None
    its_own = api.store.reports(row.sweep_id) / PAGE
    its_own.parent.mkdir(parents=True)
    its_own.write_text("its own")
    os.utime(its_own, (row.ended_ms / 1000 + 1,) * 2)
    assert pages.page(row) == b"its own"
    os.utime(its_own, (row.ended_ms / 1000 - 1,) * 2)
    assert pages.page(row) == b"1"


def test_without_a_score_there_is_no_page(
    api: Service, pages: ReportPages, drawing: Drawing
) -> None:
    drawing.anything = False
    with pytest.raises(ProblemError, match="no trial has a score yet") as refused:
        pages.page(api.ledger.sweep(api.ended([result(0, None)])))
    assert (refused.value.status, refused.value.exit_code) == (404, 1)


def test_whoever_asks_meanwhile_waits_for_the_same_drawing_and_not_for_ever(
    api: Service, drawing: Drawing
) -> None:
    drawing.let_go.clear()
    pages = ReportPages(api.store, drawing, patience=0.05)
    row = api.ledger.sweep(api.ended([result(0)]))
    for _ in range(2):
        with pytest.raises(ProblemError, match="is being drawn") as refused:
            pages.page(row)
    assert refused.value.status == 503
    assert refused.value.headers == {"Retry-After": "5"}
    drawing.let_go.set()
    pages.close()
    assert ReportPages(api.store, drawing).page(row)
    assert len(drawing.asked) == 2


def failing(_: str, __: Path) -> bool:
    raise OSError("no such font")


@pytest.mark.parametrize("draw", [failing])
def test_what_cannot_be_drawn_says_why(api: Service, draw: Draw) -> None:
    with pytest.raises(ProblemError, match="cannot be drawn: no such font") as refused:
        ReportPages(api.store, draw).page(api.ledger.sweep(api.ended([result(0)])))
    assert refused.value.status == 503


def test_when_the_service_ends_nothing_more_is_drawn(
    api: Service, pages: ReportPages, drawing: Drawing
) -> None:
    pages.close()
    with pytest.raises(ProblemError, match="the service is about to end"):
        pages.page(api.ledger.sweep(api.ended([result(0)])))
    assert drawing.asked == []


def test_a_process_that_fails_is_quoted(api: Service, tmp_path: Path) -> None:
    children = Children(api.store)
    with pytest.raises(OSError, match="no sweep 'zzz' in this store"):
        children.draw("zzz", tmp_path / "drawn")
    children.close()
    with pytest.raises(OSError, match="about to end"):
        children.draw("zzz", tmp_path / "drawn")


@pytest.mark.slow
def test_a_report_over_http_runs_no_script(api: Service) -> None:
    sweep_id = api.ended([result(0, 0.5), result(1, None), result(2, 0.75)])
    answer = api.client.get(f"/v1/sweeps/{sweep_id}/report")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "<svg" in answer.text
    assert sweep_id in answer.text
    empty = api.client.get(f"/v1/sweeps/{api.ended([result(0, None)])}/report")
    assert empty.status_code == 404

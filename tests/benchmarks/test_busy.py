from __future__ import annotations

import pytest

from tests.benchmarks.ours.busy import busy
from tests.benchmarks.ours.sleeping import Span, span_of


def _calls(process: int, *times: tuple[float, float]) -> list[Span]:
    return [Span(process, began, ended, 0.1 * n) for n, (began, ended) in enumerate(times)]


def test_workers_that_never_wait_are_always_busy() -> None:
    spans = [*_calls(1, (0, 2), (2, 4), (4, 6)), *_calls(2, (1, 3), (3, 5), (5, 7))]
    found = busy(spans, 2)
    assert (found.start, found.end) == (1, 5)
    assert found.mean == found.least == 1.0
    assert found.calls == 4
    assert found.rate == 1.0
    assert found.cpu_seconds == pytest.approx(0.1)


def test_gaps_between_calls_are_not_busy() -> None:
    spans = [*_calls(1, (0, 2), (2, 4), (4, 6)), *_calls(2, (0, 1), (2, 3), (4, 5))]
    found = busy(spans, 2)
    assert found.mean == 0.75
    assert found.least == 0.5


def test_a_worker_that_is_being_replaced_is_not_busy_and_its_successor_is_judged_alone() -> None:
    spans = [*_calls(1, (0, 2), (2, 4), (4, 6)), *_calls(2, (0, 1)), *_calls(3, (3, 5))]
    found = busy(spans, 2)
    assert found.mean == 0.75
    assert found.least == 1.0


def test_too_few_calls_say_nothing() -> None:
    with pytest.raises(ValueError, match="2 calls are too few for 3 workers"):
        busy([*_calls(1, (0, 1)), *_calls(2, (0, 1))], 3)


def test_spans_travel_as_metrics() -> None:
    span = Span(17, 1.5, 2.5, 0.25)
    assert span_of(span._asdict()) == span

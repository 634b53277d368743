"""Whether what somebody writes into MLflow is an order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sweeps import session
from sweeps.delivery import Delivery
from tests.sweeps.bench import Bench

Obey = Callable[[str], None] | None


@pytest.fixture
def obeyed(monkeypatch: pytest.MonkeyPatch) -> list[Obey]:
    """What the sender of each session was given for the tag `sweeps.command`."""
    seen: list[Obey] = []

    class Noting(Delivery):
        def __init__(self, *given: Any) -> None:
            seen.append(given[5])
            super().__init__(*given)

    monkeypatch.setattr(session, "Delivery", Noting)
    return seen


def test_the_tag_in_mlflow_is_obeyed_unless_somebody_says_no(
    bench: Bench, obeyed: list[Obey]
) -> None:
    bench.run()
    bench.run(obeys_mlflow=False)
    assert [obey is not None for obey in obeyed] == [True, False]

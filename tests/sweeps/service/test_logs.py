"""What a service writes about itself."""

from __future__ import annotations

import io
import logging

from sweeps.service.logs import MOST, TERM_SECONDS, Sparing, logging_to


def entry(level: int = logging.INFO, name: str = "a") -> logging.LogRecord:
    return logging.LogRecord(name, level, "file", 1, "%s was refused", ("somebody",), None)


def test_what_strangers_cause_is_written_so_often_and_no_more() -> None:
    now = [0.0]
    sparing = Sparing(lambda: now[0])
    assert sum(sparing.filter(entry()) for _ in range(MOST + 7)) == MOST
    assert sparing.filter(entry(name="b"))
    assert all(sparing.filter(entry(logging.ERROR)) for _ in range(2 * MOST))
    now[0] = TERM_SECONDS
    first, second = entry(), entry()
    assert sparing.filter(first)
    assert sparing.filter(second)
    said = "somebody was refused (7 more like it were left out before this)"
    assert (first.getMessage(), second.getMessage()) == (said, "somebody was refused")


def test_a_service_writes_sparingly() -> None:
    written = io.StringIO()
    with logging_to(written):
        for _ in range(MOST + 7):
            logging.getLogger("sweeps.service.guards").info("refused")
    assert len(written.getvalue().splitlines()) == MOST

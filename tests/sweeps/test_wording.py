from __future__ import annotations

import json
import math

import pytest

from sweeps.cli.pace import Pace
from sweeps.trial import Config
from sweeps.wording import (
    as_json,
    count,
    duration,
    figure,
    inline,
    lines,
    moment,
    size,
    waiting,
)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "0 s"),
        (59.6, "1 min"),
        (61, "1 min 1 s"),
        (3599, "59 min 59 s"),
        (3600, "1 h"),
        (7500, "2 h 5 min"),
        (86400 * 3 + 3600 * 4 + 100, "3 d 4 h"),
        (-5, "0 s"),
    ],
)
def test_durations(seconds: float, words: str) -> None:
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1_500, "1.5 kB"),
        (14_200, "14 kB"),
        (2_140_000, "2.1 MB"),
        (999_960, "1.0 MB"),
        (3_250_000_000, "3.2 GB"),
        (1_200_000_000_000, "1,200 GB"),
    ],
)
def test_sizes(length: int, words: str) -> None:
    assert size(length) == words


def test_figures_and_counts() -> None:
    assert [figure(value) for value in (0.945512, 1.0, 11103.0, 1e-7)] == [
        *("0.9455", "1", "1.11e+04", "1e-07")
    ]
    assert (count(1, "trial"), count(2000, "fit")) == ("1 trial", "2,000 fits")
    assert (waiting(1), waiting(2000)) == ("1 trial waits", "2,000 trials wait")


def test_configurations() -> None:
    config: Config = {"width": 16, "learning_rate": 0.1 + 0.2, "decay": "step", "x.nesterov": True}
    assert inline(config) == "width 16, learning_rate 0.3, decay step, x.nesterov true"
    assert lines({"a": None, "bcd": 1.5}) == ["  a    null", "  bcd  1.5"]


def test_values_do_nothing_to_the_terminal() -> None:
    assert lines({"a\x1b": "b\nc"}) == ["  a\\x1b  b\\nc"]
    assert inline({"a": "b\u202e\nc"}) == "a b\\u202e\\nc"


def test_json_does_nothing_to_the_terminal_and_is_read_as_it_was_written() -> None:
    odd = {"a\x1b[2J": "\x9b \u202e \ud800 \U000e0001 é 🐧\n"}
    text = as_json(odd)
    assert json.loads(text) == odd
    assert all(c.isprintable() or c == "\n" for c in text)
    assert "é 🐧" in text


def test_moments_are_local_time() -> None:
    assert moment(0)[:4] in ("1969", "1970")


def test_json_has_no_numbers_that_readers_refuse() -> None:
    text = as_json({"loss": math.nan, "parts": (1.5, -math.inf), "ok": True})
    assert json.loads(text) == {"loss": None, "parts": [1.5, None], "ok": True}
    assert "NaN" not in text


def test_a_pace_is_unknown_at_first() -> None:
    pace = Pace(10, 4, 0.0)
    assert (pace.per_second, pace.seconds_left, pace.rate) == (None, None, "")
    pace.tick(2.0)
    assert (pace.per_second, pace.seconds_left, pace.rate) == (0.5, 10.0, "30.0 trials/min")
    pace.tick(2.0)
    assert (pace.done, pace.rate) == (6, "1.0 trials/s")

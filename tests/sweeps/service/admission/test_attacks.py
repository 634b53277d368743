"""What is wrong on purpose with a sweep file is refused over HTTP as it is on the command line."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from sweeps.errors import SweepFileError
from sweeps.service.admission.admit import admit
from sweeps.service.settings import Allowed
from tests.sweeps.attacks import Attack, attacks

ALL = [attack for attack in attacks() if attack.name != "a folder that is nowhere"]
"""Without a folder that no operator has registered, whose refusal says so."""

CODE = (
    *("own:f", "own:build", "json:dumps", "json:loss"),
    *("nowhere:f", "nоwhere:f", "nowhere:rows", "nowhere:build"),
)
SOONER = (
    "more than 200,000 bytes; a service takes no larger sweep file",
    "more than 5,000 values in one file",
    "characters; a service takes 100 with 20,000",
)
"""A service has less time for a file than the command line."""

MOST_SECONDS = 1.0
"""Of computing, which nobody else can do meanwhile. The worst takes 0.3."""


@pytest.fixture
def allowed(tmp_path: Path) -> Allowed:
    return Allowed((tmp_path,), (tmp_path,), CODE)


@pytest.mark.parametrize("attack", ALL, ids=[attack.name for attack in ALL])
def test_every_attack_is_refused_soon_in_one_clear_line(attack: Attack, allowed: Allowed) -> None:
    began = time.thread_time()
    with pytest.raises(SweepFileError) as caught:
        admit(attack.content, "s.yaml", attack.overrides, allowed)
    assert time.thread_time() - began < MOST_SECONDS
    line = str(caught.value)
    assert line.startswith(("s.yaml:", "--set"))
    assert line.isprintable()
    assert len(line) < 1000
    assert any(says in line for says in (attack.says, *SOONER))


GRID = "task: penguins\nspace: {width: [%s], batch_size: [%s], epochs: [%s]}\n"
HUNDRED, TEN = (", ".join(map(str, range(1, most + 1))) for most in (100, 10))
CONSTRAINTS = "constraints:\n" + "".join(f'  c{n}: "width > {n}"\n' for n in range(99))
LONG = "constraints:\n" + "".join(
    f'  c{n}: "width > {n}{" or width > 3" * 60}"\n' for n in range(22)
)
REFUSED = 'constraints: {c: "width * width > 9998000000"}\n'
HUGE = {
    "a large grid": GRID % (HUNDRED, HUNDRED, TEN),
    "a large grid with constraints": GRID % (HUNDRED, HUNDRED, TEN) + CONSTRAINTS,
    "a large grid with long constraints": GRID % (HUNDRED, HUNDRED, TEN) + LONG,
    "a small grid with long constraints": GRID % (HUNDRED, TEN, 3) + LONG,
    "a grid that is nearly all refused": (
        "task: penguins\nsearch: {backend: grid, trials: 3, limit: 1000000000000}\n"
        "space: {width: {low: 1, high: 100000}, batch_size: {low: 1, high: 99999}}\n" + REFUSED
    ),
    "draws that are nearly all refused": (
        "task: penguins\nsearch: {backend: random, trials: 99999}\n"
        f"space: {{width: {{low: 1, high: 99999}}, dropout: {{low: 0.0, high: 0.5}}}}\n{REFUSED}"
    ),
    "rungs that are nearly all refused": (
        "task: penguins\nsearch: {backend: hyperband, factor: 2, hyperband_iterations: 9}\n"
        f"space: {{width: {{low: 1, high: 99999}}, epochs: 1000}}\n{REFUSED}"
    ),
}


@pytest.mark.parametrize("name", HUGE)
def test_what_takes_long_to_count_is_not_counted_here(name: str, allowed: Allowed) -> None:
    began = time.thread_time()
    admit(HUGE[name].encode(), "s.yaml", (), allowed)
    assert time.thread_time() - began < MOST_SECONDS


def test_a_small_space_without_an_allowed_point_is_refused_at_once(allowed: Allowed) -> None:
    text = b"task: penguins\nspace: {width: [1, 2]}\nconstraints: {c: 'width > 5'}\n"
    with pytest.raises(SweepFileError, match="every one of the 2 points is refused"):
        admit(text, "s.yaml", (), allowed)


@pytest.mark.parametrize("text", ["seed=\ud800", "\ud800=1", "space.\udfff=1", "name=\udc80"])
def test_halves_of_characters_which_json_can_hold(text: str, allowed: Allowed) -> None:
    with pytest.raises(SweepFileError, match=r"is not UTF-8 text|unknown key"):
        admit(b"task: penguins\nspace: {width: [1, 2]}\n", "s.yaml", (text,), allowed)


@pytest.mark.parametrize("seed", range(4))
def test_torn_and_mixed_files_raise_nothing_else(seed: int, allowed: Allowed) -> None:
    """Pieces of attacks put together anew: a sweep, or a SweepFileError, whatever comes of it."""
    rng = random.Random(seed)
    small = [attack.content for attack in ALL if len(attack.content) < 2_000]
    for _ in range(40):
        one, other = rng.choice(small), rng.choice(small)
        cut, begin = rng.randrange(len(one) + 1), rng.randrange(len(other) + 1)
        try:
            admit(one[:cut] + other[begin:], "s.yaml", (), allowed)
        except SweepFileError as error:
            assert str(error).isprintable()

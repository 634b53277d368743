from __future__ import annotations

from search_spaces import Space
from sweeps.findings.refusals import mostly_refused
from tests.sweeps.findings.observations import WIDTH, sweep_of


def told(**constraints: str) -> list[str]:
    space = sweep_of({"width": WIDTH, "layer_count": [1, 2]}, constraints=constraints).space
    return [one.text for one in mostly_refused(space)]


def test_a_constraint_that_refuses_most() -> None:
    (line,) = told(narrow="width <= 20")
    share = int(line.removeprefix("constraints refuse ").partition("%")[0])
    assert 85 <= share <= 95
    assert line.endswith("of the points, by narrow: width <= 20: narrow the ranges")


def test_the_worst_of_several_is_named() -> None:
    (line,) = told(narrow="width <= 20", single="layer_count * width < 40")
    assert " of them by narrow: " in line


def test_half_is_not_most() -> None:
    assert told(half="width <= 68") == []
    assert told() == []
    assert mostly_refused(Space.of()) == []

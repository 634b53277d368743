from __future__ import annotations

from typing import Any

from sweeps.findings.alike import same_models
from sweeps.found import Found
from sweeps.trial import Config
from tests.sweeps.findings.observations import of, scored

SPACE = {"layer_count": [1, 2], "width": [16, 32], "ratio": [0.5, 1.0], "epochs": 3}


def of_configs(*configs: Config, space: Any = SPACE, **others: Any) -> Found:
    return of(space, [scored(at, each, 0.5) for at, each in enumerate(configs)], **others)


def config(layer_count: int, width: int, ratio: float) -> Config:
    return {"layer_count": layer_count, "width": width, "ratio": ratio, "epochs": 3}


def told(found: Found) -> list[str]:
    return [one.text for one in same_models(found)]


def test_a_ratio_of_one_layer_is_no_difference() -> None:
    found = of_configs(config(2, 16, 0.5), config(1, 16, 0.5), config(2, 16, 1.0), config(1, 16, 1))
    assert told(found) == [
        "trials 1 and 3 train the same network in the same way: ratio changes nothing there, so "
        "give it a `when`"
    ]


def test_of_many_the_first_are_named() -> None:
    configs = [config(1, width, ratio) for width in (16, 32) for ratio in (0.5, 1.0)]
    (line,) = told(of_configs(*configs))
    assert line.startswith("trials 0 and 1 train the same")
    assert ", and 2 trials in all repeat another: " in line


def test_equal_configurations_are_no_news() -> None:
    assert told(of_configs(config(1, 16, 0.5), config(1, 16, 0.5), config(2, 16, 0.5))) == []


def test_what_cannot_be_read_is_left_alone() -> None:
    assert told(of_configs({"width": 16}, {"width": -1})) == []

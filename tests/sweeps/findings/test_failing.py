from __future__ import annotations

from sweeps.findings.failing import where_it_fails
from sweeps.found import Found
from sweeps.trial import Config, Reason
from tests.sweeps.findings.observations import RATE, WIDTH, drawn, failed, number, of, scored

SPACE = {
    "layer_count": 1,
    "width": WIDTH,
    "learning_rate": RATE,
    "activation": ["relu", "tanh", "gelu"],
    "epochs": 3,
}


def fails(bad: object, trials: int = 60, reason: Reason = "diverged") -> Found:
    assert callable(bad)
    results = [
        failed(at, config, reason) if bad(config) else scored(at, config, 0.5)
        for at, config in enumerate(drawn(SPACE, trials))
    ]
    return of(SPACE, results)


def told(found: Found) -> list[str]:
    return [one.text for one in where_it_fails(found)]


def fast(config: Config) -> bool:
    return number(config, "learning_rate") > 0.02


def test_high_rates_that_diverge() -> None:
    (line,) = told(fails(fast))
    assert line.startswith("learning_rate from 0.02")
    assert " trials diverged, 0 of " in line
    assert ": set `high` to 0.01" in line


def test_small_widths_that_fail_otherwise() -> None:
    (line,) = told(fails(lambda config: number(config, "width") < 40, reason="timed_out"))
    assert line.startswith("width from 38 down: ")
    assert " failed, 0 of " in line
    assert "set `low` to 41" in line


def test_a_choice_that_fails() -> None:
    (line,) = told(fails(lambda config: config["activation"] == "gelu"))
    assert line.startswith("activation gelu: ")
    assert line.endswith("leave gelu out")


def test_failures_all_over_the_space_are_no_region() -> None:
    for seed in range(10):
        configs = drawn(SPACE, 60, seed)
        results = [
            failed(at, config) if at % 4 == 0 else scored(at, config, 0.5)
            for at, config in enumerate(configs)
        ]
        assert told(of(SPACE, results)) == []


def test_few_failures_and_nothing_but_failures() -> None:
    results = [scored(at, config, 0.5) for at, config in enumerate(drawn(SPACE, 40))]
    results += [failed(40 + at, {"width": 128, "learning_rate": 0.1}) for at in range(4)]
    assert told(of(SPACE, results)) == []
    assert told(fails(lambda config: True)) == []


def test_a_region_of_a_handful_of_trials_is_chance() -> None:
    widths = [100, 105, 110, 115, 120, 20, 40, 60]
    configs = [{"width": width, "learning_rate": 0.01} for width in widths]
    results = [
        failed(at, config) if at < 5 else scored(at, config, 0.5)
        for at, config in enumerate(configs)
    ]
    assert told(of(SPACE, results)) == []


def test_pruned_trials_and_the_machines_faults_say_nothing_of_a_region() -> None:
    assert told(fails(fast, reason="pruned")) == []
    assert told(fails(fast, reason="infrastructure")) == []

import math
from typing import Any

import optuna
import pytest

from search_spaces import Choice, Derived, Float, Int, Param, Space, When
from sweeps.backends.optuna_domains import Asked, asked_for, domain_of

DOMAINS = [
    Float(0.0, 1.0),
    Float(1e-7, 3e-7, log=True),
    Float(0.1, 0.7, step=0.1),
    Int(1, 9),
    Int(1, 90, log=True),
    Int(10, 50, step=20),
    Choice(("relu", True, 1, 0.5, None)),
]


@pytest.mark.parametrize("domain", DOMAINS)
def test_values_go_there_and_back_unchanged(domain: Any) -> None:
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    asked = Asked("x", domain)
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
    for _ in range(20):
        trial = study.ask()
        value = asked.suggest(trial)
        assert domain.contains(value)
        assert type(value) is type(domain.canonical(value))
        assert asked.suggestion(value) == trial.params["x"]
        assert trial.distributions["x"] == asked.distribution()


class Overshooting:
    """A trial whose rounding leaves the range, as exp(log(high)) may."""

    def suggest_float(self, name: str, low: float, high: float, *, log: bool) -> float:
        return math.nextafter(high, math.inf)

    def suggest_int(self, name: str, low: int, high: int, *, log: bool) -> int:
        return low - 1


def test_what_rounding_puts_outside_the_range_comes_back_in() -> None:
    trial: Any = Overshooting()
    assert Asked("x", Float(0.1, 0.3, log=True)).suggest(trial) == 0.3
    assert Asked("x", Int(3, 7)).suggest(trial) == 3


def test_a_sampler_is_asked_for_what_is_always_active_or_for_everything() -> None:
    space = Space.of(
        Param("kind", Choice(("a",))),
        Param("other", Choice(("b", "c"))),
        Param("certain", Int(1, 3), when=(When("kind", choices=("a",)),)),
        Param(
            "at times",
            Int(1, 3),
            when=(When("kind", choices=("a",)), When("other", choices=("b",))),
        ),
        Param("twice", Derived("certain * 2")),
    )
    assert set(asked_for(space, conditional=False)) == {"other", "certain"}
    assert set(asked_for(space, conditional=True)) == {"other", "certain", "at times"}


def test_computed_parameters_have_no_domain_to_ask_for() -> None:
    with pytest.raises(TypeError, match="twice is computed"):
        domain_of(Param("twice", Derived("n * 2")))

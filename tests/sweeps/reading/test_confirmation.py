"""`confirm_top` and the two kinds of repeats, as a sweep file says them."""

from __future__ import annotations

from typing import Any

import pytest

from search_spaces import SpaceError
from sweeps.reading.sweep import read_sweep
from sweeps.sweep import Evaluate

NETWORK: dict[str, Any] = {"task": "penguins", "space": {"width": [16, 32]}}
ENDLESS = {
    **NETWORK,
    "space": {"learning_rate": {"low": 0.1, "high": 0.2}},
    "search": {"backend": "random"},
    "budget": {"minutes": 5},
}


def evaluated(**evaluate: Any) -> Evaluate:
    return read_sweep({**NETWORK, "evaluate": evaluate}).evaluate


def refusal(document: dict[str, Any]) -> tuple[tuple[str | int, ...], str]:
    with pytest.raises(SpaceError) as caught:
        read_sweep(document)
    return caught.value.path, caught.value.message


def test_repeats_are_those_of_the_confirmation() -> None:
    found = evaluated(confirm_top=5, repeats=20)
    assert (found.repeats, found.confirm_top, found.confirm_repeats) == (1, 5, 20)
    found = evaluated(confirm_top=5, repeats=20, search_repeats=3)
    assert (found.repeats, found.confirm_top, found.confirm_repeats) == (3, 5, 20)
    assert evaluated(confirm_top=5).confirm_repeats == 10


def test_without_it_they_are_those_of_the_search() -> None:
    found = evaluated(repeats=20)
    assert (found.repeats, found.confirm_top, found.confirm_repeats) == (20, 0, 0)


@pytest.mark.parametrize(
    ("evaluate", "key", "said"),
    [
        ({"confirm_top": 0}, "confirm_top", "0 is not a whole number from 1 up"),
        ({"confirm_top": 1001}, "confirm_top", "1001 is not a whole number from 1 to 1000"),
        ({"confirm_top": True}, "confirm_top", "true is not a whole number"),
        ({"confirm_top": 5, "repeats": 1}, "repeats", "1 is not a whole number from 2 up"),
        ({"confirm_top": 5, "search_repeats": 0}, "search_repeats", "0 is not a whole number"),
        ({"search_repeats": 3}, "search_repeats", "write `repeats`, or add `confirm_top: 5`"),
        (
            {"confirm_top": 5, "repeats": 2001, "folds": 5},
            "repeats",
            "2001 repeats of 5 folds are more than 10,000 fits for every trial",
        ),
        (
            {"confirm_top": 5, "search_repeats": 2001, "folds": 5},
            "search_repeats",
            "2001 repeats of 5 folds are more than 10,000 fits for every trial",
        ),
        ({"confirm_tops": 5}, "confirm_tops", "did you mean 'confirm_top'?"),
    ],
)
def test_what_is_no_confirmation(evaluate: dict[str, Any], key: str, said: str) -> None:
    path, message = refusal({**NETWORK, "evaluate": evaluate})
    assert path == ("evaluate", key)
    assert said in message


def test_a_search_that_ends_with_its_time_leaves_none_to_confirm() -> None:
    path, message = refusal({**ENDLESS, "evaluate": {"confirm_top": 5}})
    assert path == ("evaluate", "confirm_top")
    assert message.endswith("and then nothing is confirmed: set `search.trials`")
    for end in ({"search": {"backend": "random", "trials": 9}}, {"budget": {"epochs": 900}}):
        assert read_sweep({**ENDLESS, **end, "evaluate": {"confirm_top": 5}}).evaluate.confirm_top


def test_an_optuna_objective_has_no_configuration_to_train_again(tmp_path: Any) -> None:
    (tmp_path / "own.py").write_text(
        "def objective(trial):\n    return trial.suggest_int('x', 1, 9)\n"
    )
    document = {
        "function": {"path": "own:objective", "takes": "trial"},
        "folder": str(tmp_path),
        "objective": {"goal": "maximize"},
        "search": {"backend": "optuna", "trials": 9},
    }
    path, message = refusal({**document, "evaluate": {"confirm_top": 3}})
    assert path == ("evaluate", "confirm_top")
    assert "asks for other values each time it runs" in message

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from search_spaces import SpaceError
from sweeps.reading.sweep import read_sweep
from sweeps.sweep import Budget, Evaluate, Objective, TaskChoice

SMALL: dict[str, Any] = {"task": "penguins", "space": {"width": [16, 32]}}


def refusal(**changes: Any) -> tuple[tuple[str | int, ...], str]:
    with pytest.raises(SpaceError) as caught:
        read_sweep(SMALL | changes)
    return caught.value.path, caught.value.message


def test_every_key_but_task_and_space_has_a_default() -> None:
    sweep = read_sweep(SMALL)
    assert sweep.name == "penguins-grid"
    assert sweep.task == TaskChoice("penguins")
    assert sweep.search.backend == "grid"
    assert (sweep.search.trials, sweep.search.batch, sweep.search.seed_trials) == (None, None, ())
    assert sweep.objective == Objective("val_accuracy", "maximize")
    assert sweep.evaluate == Evaluate(folds=0, repeats=1, validation=0.2, resplit=False)
    assert sweep.budget == Budget(None)
    assert (sweep.trainer, sweep.seed) == ("auto", 0)
    assert sweep.space.count == 2


def test_every_key_is_read() -> None:
    sweep = read_sweep(
        {
            "version": 1,
            "name": "all of it",
            "task": {"name": "penguins", "preprocessing": "published"},
            "search": {
                "backend": "optuna",
                "trials": 7,
                "batch": 3,
                "sampler": "random",
                "seed_trials": [{"width": 20}],
            },
            "objective": {"metric": "val_loss"},
            "evaluate": {"repeats": 2, "validation": 0.25, "resplit": True},
            "budget": {"minutes": 5, "trial_seconds": 90},
            "trainer": "keras",
            "seed": 9,
            "space": {"width": {"low": 8, "high": 64}},
            "constraints": {"odd": "width % 2 == 0"},
        }
    )
    assert sweep.name == "all of it"
    assert sweep.task == TaskChoice("penguins", {"preprocessing": "published"})
    assert sweep.search.trials == 7
    assert sweep.search.batch == 3
    assert sweep.search.options == {"sampler": "random"}
    assert sweep.search.seed_trials == ({"width": 20},)
    assert sweep.objective == Objective("val_loss", "minimize")
    assert sweep.evaluate == Evaluate(0, 2, 0.25, True)
    assert sweep.budget == Budget(5.0, 90.0)
    assert (sweep.trainer, sweep.seed) == ("keras", 9)
    assert sweep.space.constraints[0].name == "odd"


def test_the_document_reads_as_the_same_sweep() -> None:
    sweep = read_sweep(SMALL | {"space": {"width": (16, 32)}, "budget": {}})
    assert sweep.document == {
        "version": 1,
        "name": "penguins-grid",
        "task": "penguins",
        "space": {"width": [16, 32]},
    }
    assert read_sweep(json.loads(json.dumps(sweep.document))) == sweep


def test_the_document_is_a_copy() -> None:
    space = {"width": [16, 32]}
    sweep = read_sweep({"task": "penguins", "space": space})
    space["width"].append(64)
    assert sweep.document["space"] == {"width": [16, 32]}


@pytest.mark.parametrize(
    ("changes", "path", "message"),
    [
        ({"nmae": "x"}, ("nmae",), "unknown key 'nmae'; did you mean 'name'?"),
        (
            {"gpu_share": 0.5},
            ("gpu_share",),
            "a file says what is searched, not where it runs: `sweeps run FILE --gpu-share …`",
        ),
        ({"version": 2}, ("version",), "2 is not a version that is read here; write 1"),
        ({"version": True}, ("version",), "true is not a version that is read here; write 1"),
        ({"name": ""}, ("name",), "'' is not a name"),
        ({"name": 3}, ("name",), "3 is not a name"),
        ({"task": []}, ("task",), "[] is not a mapping of names to values"),
        ({"task": {}}, ("task",), "'name' is missing: add `name: penguins`"),
        (
            {"task": "pengiuns"},
            ("task", "name"),
            "unknown task 'pengiuns'; did you mean 'penguins'?",
        ),
        (
            {"space": {}},
            ("space",),
            "nothing is in it: name at least one parameter, such as `width: [16, 32]`",
        ),
        (
            {"objective": {"metric": "val_loss", "goal": "maximize"}},
            ("objective", "goal"),
            "'maximize' finds the worst network, judged by val_loss: "
            "write `goal: minimize` or leave it out",
        ),
        (
            {"objective": {"metric": "test_accuracy", "goal": "minimize"}},
            ("objective", "goal"),
            "'minimize' finds the worst network, judged by test_accuracy: "
            "write `goal: maximize` or leave it out",
        ),
        (
            {"evaluate": {"folds": 3, "validation": 0.2}},
            ("evaluate", "validation"),
            "0.2 has no effect: 3 folds carve the validation rows themselves; leave it out",
        ),
        ({"space": [1]}, ("space",), "[1] is not a mapping of names to values"),
        ({"space": {"widht": 3}}, ("space", "widht"), "unknown key; did you mean 'width'?"),
        (
            {"space": {"width": {"low": 300, "high": 256}}},
            ("space", "width", "low"),
            "low 300 is above high 256",
        ),
        ({"search": "gird"}, ("search", "backend"), "'gird' is no backend; did you mean 'grid'?"),
        ({"search": {"trials": 0}}, ("search", "trials"), "0 is not a whole number from 1 up"),
        (
            {"search": {"trials": True}},
            ("search", "trials"),
            "true is not a whole number from 1 up",
        ),
        ({"search": {"trials": 2.0}}, ("search", "trials"), "2.0 is not a whole number from 1 up"),
        (
            {"search": {"seed_trials": 3}},
            ("search", "seed_trials"),
            "3 is not a list of configurations",
        ),
        (
            {"search": {"seed_trials": [{"width": 17}]}},
            ("search", "seed_trials", 0, "width"),
            "17 is not one of 16, 32",
        ),
        ({"objective": "accuracy"}, ("objective", "metric"), None),
        ({"objective": {"goal": "max"}}, ("objective", "goal"), None),
        (
            {"objective": {"gaol": 1}},
            ("objective", "gaol"),
            "unknown key 'gaol'; did you mean 'goal'?",
        ),
        (
            {"evaluate": {"folds": 1}},
            ("evaluate", "folds"),
            "1 fold leaves no rows to train on; 0 means no folds",
        ),
        (
            {"evaluate": {"folds": 3}, "objective": "test_accuracy"},
            ("evaluate", "folds"),
            "3 folds are judged on rows left out of train: set `objective: val_accuracy`",
        ),
        (
            {"evaluate": {"repeats": 0}},
            ("evaluate", "repeats"),
            "0 is not a whole number from 1 up",
        ),
        (
            {"evaluate": {"folds": 5, "repeats": 2001}},
            ("evaluate", "repeats"),
            "2001 repeats of 5 folds are more than 10,000 fits for every trial",
        ),
        (
            {"evaluate": {"validation": 1}},
            ("evaluate", "validation"),
            "1 is not a number above 0 and below 1",
        ),
        (
            {"evaluate": {"validation": math.nan}},
            ("evaluate", "validation"),
            "nan is not a number above 0 and below 1",
        ),
        ({"evaluate": {"validation": False}}, ("evaluate", "validation"), "false is not a number"),
        (
            {"evaluate": {"resplit": "yes"}},
            ("evaluate", "resplit"),
            "'yes' is neither true nor false",
        ),
        (
            {"budget": {"minutes": 0}},
            ("budget", "minutes"),
            "0 is not a number above 0 and below 10,000,000",
        ),
        ({"budget": {"minutes": math.inf}}, ("budget", "minutes"), None),
        ({"budget": {"minutes": 10**400}}, ("budget", "minutes"), None),
        ({"budget": {"trial_seconds": -1}}, ("budget", "trial_seconds"), None),
        ({"budget": {"trial_seconds": True}}, ("budget", "trial_seconds"), "true is not a number"),
        (
            {"budget": {"seconds": 1}},
            ("budget", "seconds"),
            "unknown key 'seconds'; did you mean 'trial_seconds'?",
        ),
        ({"budget": None}, ("budget",), "null is not a mapping of names to values"),
        ({"trainer": "kears"}, ("trainer",), None),
        ({"seed": -1}, ("seed",), "-1 is not a whole number from 0 up"),
        ({"seed": 2**31}, ("seed",), "2147483648 is not a whole number from 0 to 2147483647"),
        ({"seed": 10**400}, ("seed",), None),
        (
            {"constraints": {"c": 3}},
            ("constraints", "c"),
            "3 is not an expression; write it in quotes",
        ),
        ({"constraints": {"c": "hieght > 1"}}, ("constraints", "c"), None),
        ({"space": {"width": {1: 2}}}, ("space", "width"), "key 1 is not a name"),
        ({"space": {"width": {1, 2}}}, ("space", "width"), None),
    ],
)
def test_refusals(changes: dict[str, Any], path: tuple[str, ...], message: str | None) -> None:
    found = refusal(**changes)
    assert found[0] == path
    assert message is None or found[1] == message


@pytest.mark.parametrize("key", ["task", "space"])
def test_what_must_be_there(key: str) -> None:
    with pytest.raises(SpaceError, match=f"'{key}' is missing: add"):
        read_sweep({name: value for name, value in SMALL.items() if name != key})


def test_a_name_near_a_known_one_is_suggested() -> None:
    assert "did you mean 'val_accuracy'?" in refusal(objective="val_acuracy")[1]
    assert "did you mean 'keras'?" in refusal(trainer="kears")[1]


def test_data_without_end_is_refused() -> None:
    loop: dict[str, Any] = {}
    loop["width"] = loop
    assert "nested more than 30 levels deep" in refusal(space=loop)[1]


@pytest.mark.parametrize("backend", ["random", "optuna"])
def test_a_search_without_end_needs_a_budget(backend: str) -> None:
    space = {"learning_rate": {"low": 0.001, "high": 0.1}}
    path, message = refusal(space=space, search=backend)
    assert path == ("search",)
    assert message == (
        f"{backend} search never runs out of values for learning_rate: "
        "set `search.trials` or `budget.minutes`"
    )
    read_sweep(SMALL | {"space": space, "search": backend, "budget": {"minutes": 1}})
    read_sweep(SMALL | {"space": space, "search": {"backend": backend, "trials": 3}})
    read_sweep(SMALL | {"search": backend})


def test_the_backend_is_asked_whether_it_can_search_the_space() -> None:
    continuous = {"learning_rate": {"low": 0.001, "high": 0.1}}
    assert refusal(space=continuous)[0] == ("space", "learning_rate")
    assert refusal(search="hyperband")[1].startswith("Hyperband needs to know the most epochs")


def test_the_path_of_a_dotted_name_is_that_of_its_keys() -> None:
    space = {"optimizer": {"sgd": {"momentum": {"low": 0.1, "high": 0.9}}}}
    assert refusal(space=space)[0] == ("space", "optimizer", "sgd", "momentum")

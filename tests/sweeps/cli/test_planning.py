from __future__ import annotations

import json

from tests.sweeps.cli.conftest import Command


def test_a_plan_of_a_grid(sweeps: Command, file: str) -> None:
    done = sweeps("plan", file, "--set", "constraints={thin: width < 60}")
    assert done.exit_code == 0
    assert done.output == (
        "small: grid, 2 trials, 2 fits\n"
        "space: 3 points, 1 refused by constraints\n"
        "duplicates: 0 among 2 configurations\n"
        "first:\n"
        "  width 16, epochs 2\n"
        "  width 32, epochs 2\n"
        "last:\n"
        "  width 16, epochs 2\n"
        "  width 32, epochs 2\n"
    )


def test_a_plan_that_is_sampled_says_so(sweeps: Command, file: str) -> None:
    wide = "space.width={low: 1, high: 200000}"
    done = sweeps("plan", file, "--set", wide, "--set", "constraints={even: width % 2 == 0}")
    first, space, *_ = done.output.splitlines()
    assert first.startswith("small: grid, about ")
    assert space.startswith("space: 200,000 points, about ")
    assert space.endswith("refused by constraints (sampled: 5,000 points)")
    assert "duplicates: 0 among the first 5,000 of about 98,800 configurations\n" in done.output
    assert done.output.endswith("  width 200000, epochs 2\n")


def duplicates(sweeps: Command, file: str, *search: str) -> str:
    learning_rate = ("--set", "space.learning_rate={low: 1e-3, high: 1e-1}")
    lines = sweeps("plan", file, *learning_rate, *search).output.splitlines()
    return next(line for line in lines if line.startswith("duplicates: "))


def test_duplicates_among_sampled_trials_are_marked(sweeps: Command, file: str) -> None:
    random = ("--set", "search={backend: random, trials: 20000}")
    found = duplicates(sweeps, file, *random)
    assert found == "duplicates: 0 among the first 5,000 of 20,000 configurations"
    endless = ("--set", "search=random", "--set", "budget.minutes=9")
    found = duplicates(sweeps, file, *endless)
    assert found == "duplicates: 0 among the first 5,000 configurations"
    few = ("--set", "search={backend: random, trials: 20}")
    assert duplicates(sweeps, file, *few) == "duplicates: 0 among 20 configurations"


def test_a_large_grid_that_is_compared_whole_is_not_marked(sweeps: Command, file: str) -> None:
    done = sweeps("plan", file, "--set", "space.width={low: 1, high: 6000}")
    assert "duplicates: 0 among 6,000 configurations\n" in done.output


def test_a_plan_tells_of_alike_trials(sweeps: Command, file: str) -> None:
    done = sweeps("plan", file, "--set", "space.ratio=[0.5, 1.0]")
    assert "alike: 3 train the same network in the same way as an earlier trial\n" in done.output


def test_a_plan_without_end(sweeps: Command, file: str) -> None:
    endless = ("--set", "space.learning_rate={low: 1e-3, high: 1e-1}", "--set", "budget.minutes=90")
    done = sweeps("plan", file, *endless, "--set", "search=random")
    first, space, *_ = done.output.splitlines()
    assert first == "small: random, as many trials as fit into 1 h 30 min"
    assert space == "space: points without end (learning_rate continuous), 0 refused by constraints"


def test_plans_of_the_searches_that_learn(sweeps: Command, file: str) -> None:
    done = sweeps("plan", file, "--set", "search={backend: optuna, trials: 2}")
    assert "configurations are chosen as results come in\n" in done.output
    done = sweeps("plan", file, "--set", "search=hyperband", "--set", "space.epochs=9")
    assert "bracket: " in done.output
    assert " epochs, then " in done.output


def test_a_plan_as_json(sweeps: Command, file: str) -> None:
    found = json.loads(sweeps("plan", file, "--json").stdout)
    assert (found["trials"], found["space"]["points"]) == (3, 3)


def test_what_is_wrong_has_its_place(sweeps: Command, file: str) -> None:
    done = sweeps("plan", file, "--set", "constraints={none: width > 99}")
    assert done.exit_code == 2
    assert done.stderr.startswith(
        "--set constraints={none: width > 99}: constraints: every one of the 3 points is refused"
    )
    done = sweeps("plan", "none.yaml")
    assert done.exit_code == 2
    assert done.stderr == "none.yaml: cannot be read: No such file or directory\n"

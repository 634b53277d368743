from __future__ import annotations

import json

from tests.sweeps.cli.conftest import Command


def test_a_plan_of_a_grid(sweeps: Command, file: str) -> None:
    done = sweeps("plan", "--no-price", file, "--set", "constraints={thin: width < 60}")
    assert done.exit_code == 0
    assert done.output == (
        "small: grid, 2 trials, 2 fits\n"
        "space: 3 points, 1 refused by constraints\n"
        "  1 by thin: width < 60\n"
        "duplicates: 0 among 2 configurations\n"
        "first:\n"
        "  width 16, epochs 2\n"
        "  width 32, epochs 2\n"
    )


def test_no_configuration_is_listed_twice(sweeps: Command, file: str) -> None:
    done = sweeps("plan", "--no-price", file, "--set", "space.width=[8, 16, 32, 64]")
    listed = [line for line in done.output.splitlines() if line.startswith("  width")]
    assert [line.split()[1] for line in listed] == ["8,", "16,", "32,", "64,"]
    assert "last:\n  width 64, epochs 2\n" in done.output


def test_one_is_not_many(sweeps: Command, file: str) -> None:
    done = sweeps("plan", "--no-price", file, "--set", "space.width=[8]")
    assert done.output.startswith("small: grid, 1 trial, 1 fit\nspace: 1 point, 0 refused")
    assert "among 1 configuration\n" in done.output
    hyperband = ("--set", "search=hyperband", "--set", "space.epochs=9")
    assert " at 1 epoch, then " in sweeps("plan", "--no-price", file, *hyperband).output


def test_fewer_trials_than_asked_for_are_told(sweeps: Command, file: str) -> None:
    def first_line(*settings: str) -> str:
        chosen = [word for setting in settings for word in ("--set", setting)]
        return sweeps("plan", "--no-price", file, *chosen).output.splitlines()[0]

    random = "search={backend: random, trials: 50}"
    few = "3 trials (50 asked for, the space has 3 points), 3 fits"
    assert first_line(random) == f"small: random, {few}"
    allowed = "2 trials (50 asked for, the space has 2 allowed points), 2 fits"
    assert first_line(random, "constraints={thin: width < 60}") == f"small: random, {allowed}"
    short = "2 trials (50 asked for, budget.epochs ends it before), 2 fits"
    assert first_line(random, "budget.epochs=3") == f"small: random, {short}"
    endless = ("space.learning_rate={low: 0.001, high: 0.1}", "budget.epochs=3")
    assert first_line(random, *endless) == f"small: random, {short}"
    hyperband = ("search={backend: hyperband, trials: 50}", "space.epochs=9")
    assert "(50 asked for, the brackets have " in first_line(*hyperband)
    assert "asked" not in first_line("search={backend: random, trials: 3}")


def test_refusals_are_explained(sweeps: Command, file: str) -> None:
    derived = "space={width: [1, 2, 3, 4], batch_size: {derive: 8 / (width - 2)}}"
    done = sweeps(
        "plan", "--no-price", file, "--set", derived, "--set", "constraints={thin: width < 4}"
    )
    assert done.output.splitlines()[1:5] == [
        "space: 4 points, 3 refused by constraints",
        "  1 by batch_size: 8 / (width - 2): -8 is too small: the smallest value is 1",
        "  1 by batch_size: 8 / (width - 2): division by zero",
        "  1 by thin: width < 4",
    ]


def test_a_space_without_end_in_which_nothing_is_allowed(sweeps: Command, file: str) -> None:
    endless = "space.learning_rate={low: 1e-3, high: 1e-1}"
    search = "search={backend: optuna, trials: 9}"
    never = "constraints={never: learning_rate > 1}"
    done = sweeps("plan", "--no-price", file, "--set", endless, "--set", search, "--set", never)
    assert done.exit_code == 2
    assert "constraints: none of 5,000 sampled points is allowed, 5,000 of them by" in done.stderr
    assert "never: learning_rate > 1; loosen the constraints\n" in done.stderr


def test_a_plan_that_is_sampled_says_so(sweeps: Command, file: str) -> None:
    wide = "space.width={low: 1, high: 200000}"
    done = sweeps(
        "plan", "--no-price", file, "--set", wide, "--set", "constraints={even: width % 2 == 0}"
    )
    first, space, *_ = done.output.splitlines()
    assert first.startswith("small: grid, about ")
    assert space.startswith("space: 200,000 points, about ")
    assert space.endswith("refused by constraints (sampled: 5,000 points)")
    assert "duplicates: 0 among the first 5,000 of about 98,800 configurations\n" in done.output
    assert done.output.endswith("  width 200000, epochs 2\n")


def duplicates(sweeps: Command, file: str, *search: str) -> str:
    learning_rate = ("--set", "space.learning_rate={low: 1e-3, high: 1e-1}")
    lines = sweeps("plan", "--no-price", file, *learning_rate, *search).output.splitlines()
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
    done = sweeps("plan", "--no-price", file, "--set", "space.width={low: 1, high: 6000}")
    assert "duplicates: 0 among 6,000 configurations\n" in done.output


def test_a_plan_tells_of_alike_trials(sweeps: Command, file: str) -> None:
    done = sweeps("plan", "--no-price", file, "--set", "space.ratio=[0.5, 1.0]")
    assert "alike: 3 train the same network in the same way as an earlier trial\n" in done.output


def test_a_plan_without_end(sweeps: Command, file: str) -> None:
    endless = ("--set", "space.learning_rate={low: 1e-3, high: 1e-1}", "--set", "budget.minutes=90")
    done = sweeps("plan", "--no-price", file, *endless, "--set", "search=random")
    first, space, *_ = done.output.splitlines()
    assert first == "small: random, as many trials as fit into 1 h 30 min"
    assert space == "space: points without end (learning_rate continuous), 0 refused by constraints"


def test_plans_of_the_searches_that_learn(sweeps: Command, file: str) -> None:
    done = sweeps("plan", "--no-price", file, "--set", "search={backend: optuna, trials: 2}")
    assert "configurations are chosen as results come in\n" in done.output
    done = sweeps(
        "plan", "--no-price", file, "--set", "search=hyperband", "--set", "space.epochs=9"
    )
    assert "bracket: " in done.output
    assert " epochs, then " in done.output


def test_a_plan_as_json(sweeps: Command, file: str) -> None:
    found = json.loads(sweeps("plan", "--no-price", file, "--json").stdout)
    assert (found["trials"], found["space"]["points"]) == (3, 3)


def test_what_is_wrong_as_json(sweeps: Command, file: str) -> None:
    for settings in ("space.width=0", "constraints={none: width > 99}"):
        done = sweeps("plan", "--no-price", file, "--json", "--set", settings)
        found = json.loads(done.stdout)
        assert (done.exit_code, found["file"], found["valid"]) == (2, "s.yaml", False)
        assert found["error"].startswith(f"--set {settings}: ")


def test_what_is_wrong_has_its_place(sweeps: Command, file: str) -> None:
    done = sweeps("plan", "--no-price", file, "--set", "constraints={none: width > 99}")
    assert done.exit_code == 2
    assert done.stderr.startswith(
        "--set constraints={none: width > 99}: constraints: every one of the 3 points is refused"
    )
    done = sweeps("plan", "none.yaml")
    assert done.exit_code == 2
    assert done.stderr == "none.yaml: cannot be read: No such file or directory\n"


def test_a_pruner_says_when_it_is_asked(sweeps: Command, file: str) -> None:
    def told(pruner: str, *settings: str) -> str:
        chosen = [word for setting in settings for word in ("--set", setting)]
        done = sweeps("plan", "--no-price", file, "--set", f"search.pruner={pruner}", *chosen)
        return next(line for line in done.output.splitlines() if line.startswith("pruner"))

    epochs, widths = "space.epochs=30", "space.width={low: 1, high: 20}"
    assert told("median", epochs, widths) == (
        "pruner: median, asked after epochs 3, 6, 9, 12, 15, 18, 21, 24, 27; "
        "the first 8 trials are trained to their end, for it to learn from"
    )
    halving = "{successive_halving: {reduction_factor: 3}}"
    assert told(halving, epochs) == "pruner: successive_halving, asked after epochs 1, 3, 9, 27"
    often = "{median: {interval_steps: 1}}"
    assert " 10, 11, 12, … 29; the first 8" in told(often, epochs, widths)
    few = "{median: {n_startup_trials: 100000}}"
    assert told(few, epochs).endswith("so none of these would be pruned")
    folds = "evaluate={folds: 5}"
    assert told("wilcoxon", folds, widths) == (
        "pruner: wilcoxon, asked after every fold and repeat; "
        "the first 8 trials are trained to their end, for it to learn from"
    )
    assert "pruner" not in sweeps("plan", "--no-price", file).output
    found = json.loads(
        sweeps(
            "plan",
            "--no-price",
            file,
            "--set",
            f"search.pruner={halving}",
            "--set",
            epochs,
            "--json",
        ).stdout
    )
    assert (found["pruner"], found["looks"]) == ("successive_halving", [1, 3, 9, 27])

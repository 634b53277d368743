from __future__ import annotations

from dataclasses import replace

from sweeps.reading import read_sweep
from sweeps.reports.sweep_report import sweep_report
from sweeps.trial import Failure
from tests.sweeps.founds import found
from tests.sweeps.reproduce.made_up import result

SWEEP = read_sweep(
    {
        "task": "penguins",
        "space": {
            "width": [1, 2, 4],
            "activation": ["relu", "tanh"],
            "learning_rate": {"low": 0.001, "high": 0.1, "log": True},
        },
        "search": {"backend": "random", "trials": 4},
    }
)


def trial(number, score, width, activation):
    config = {"width": width, "activation": activation, "learning_rate": 0.01 * (number + 1)}
    return replace(result(number, config), score=score)


RESULTS = [
    trial(0, 0.5, 1, "relu"),
    trial(1, 0.8, 2, "tanh"),
    trial(2, 0.7, 4, "relu"),
    replace(trial(3, None, 4, "relu"), error=Failure("diverged", "loss is nan")),
]


def test_every_sweep_gets_its_best_so_far_and_its_parameters(tmp_path, figures):
    artifacts = sweep_report(found(SWEEP, RESULTS), tmp_path)
    assert [artifact.path for artifact in artifacts] == [
        "plots/best_so_far.png",
        "plots/parameters.png",
    ]
    assert all(artifact.file is not None and artifact.file.is_file() for artifact in artifacts)
    best, parameters = figures
    assert list(best.axes[0].lines[1].get_ydata()) == [0.5, 0.8, 0.8]
    assert list(best.axes[0].lines[0].get_xdata()) == [0, 1, 2]
    labels = {axes.get_xlabel(): axes for axes in parameters.axes}
    assert set(labels) == {"width", "activation", "learning_rate"}
    assert labels["learning_rate"].get_xscale() == "log"
    assert [tick.get_text() for tick in labels["activation"].get_xticklabels()] == ["relu", "tanh"]


def test_the_best_goes_down_where_less_is_better(tmp_path, figures):
    sweep = replace(SWEEP, objective=replace(SWEEP.objective, metric="val_loss", goal="minimize"))
    sweep_report(found(sweep, RESULTS), tmp_path)
    assert list(figures[0].axes[0].lines[1].get_ydata()) == [0.5, 0.5, 0.5]


def test_a_parameter_is_drawn_for_the_trials_in_which_it_is_active(tmp_path, figures):
    lacking = replace(RESULTS[0].trial, config={"activation": "relu", "learning_rate": 0.1})
    sweep_report(found(SWEEP, [replace(RESULTS[0], trial=lacking), *RESULTS[1:]]), tmp_path)
    width = next(axes for axes in figures[1].axes if axes.get_xlabel() == "width")
    assert list(width.lines[0].get_xdata()) == [2, 4]


def test_one_score_is_no_picture(tmp_path):
    assert sweep_report(found(SWEEP, RESULTS[:1]), tmp_path) == []
    assert list(tmp_path.iterdir()) == []

from __future__ import annotations

from sweeps.reproduce.claims import CLAIMS
from sweeps.reproduce.comparison import WORDS
from sweeps.reproduce.experiments import experiment_names
from sweeps.reproduce.measures import HISTORY_OF
from sweeps.reproduce.published import published

MEASURED = {"parameters", "train_accuracy", "test_accuracy", "epochs", *HISTORY_OF}


def test_every_published_run_belongs_to_an_experiment_and_has_its_place():
    for run in published().runs:
        assert run.experiment in experiment_names()
        assert run.place
        assert set(run.figures) <= MEASURED
        assert set(run.figures) <= set(WORDS)


def test_the_figures_are_those_of_the_source():
    by_label = {run.label: run.figures for run in published().runs}
    assert len(by_label) == 9
    assert [by_label[f"{n} hidden layer{'s' if n > 1 else ''}"]["parameters"] for n in (1, 2)] == [
        1003,
        11103,
    ]
    assert by_label["no hidden layer"] == {
        "parameters": 21,
        "train_accuracy": 0.436,
        "test_accuracy": 0.536,
    }
    assert by_label["early stopping"]["epochs"] == 11


def test_the_lists_of_candidates_agree_with_the_published_best():
    for search in published().searches:
        assert round(search.best, 6) == max(search.means)
        assert set(search.experiments) <= set(experiment_names())
    assert [len(search.means) for search in published().searches] == [10, 8]


def test_there_is_a_conclusion_for_every_claim():
    assert [c.experiment for c in published().conclusions] == list(CLAIMS)

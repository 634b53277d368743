"""What is shipped of the studies: files that can be read, and figures that can be measured."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from sweeps.cli.reproducing import STUDIES as OFFERED
from sweeps.reading.sweep_file import load_sweep
from sweeps.reproduce.readings import Reading
from sweeps.reproduce.study import STUDIES, Experiment, Figure, Study, study
from sweeps.subjects.choose import subject_for
from sweeps.sweep import Sweep
from sweeps.tasks.choose import task_for
from sweeps.trial import Config

SHIPPED = Path(str(files("sweeps.experiments")))
EXPERIMENTS = [(name, each) for name in STUDIES for each in study(name).experiments]
FIGURES = [(name, figure) for name in STUDIES for figure in study(name).figures]
SPLITS = ("train", "val", "test")


def sweep_of(name: str, experiment: str) -> Sweep:
    found = study(name)
    return found.sweep_of(next(each for each in found.experiments if each.name == experiment))


def configs(sweep: Sweep) -> list[Config]:
    every = [sweep.space.at(index) for index in range(sweep.space.count or 0)]
    return [config for config in every if sweep.space.allows(config)]


def picked(reading: Reading, sweep: Sweep) -> list[Config]:
    return [c for c in configs(sweep) if all(c.get(k) == v for k, v in reading.where.items())]


def readings(reading: Reading) -> list[Reading]:
    return [reading, *(readings(reading.less) if reading.less else [])]


def test_the_command_offers_every_study():
    assert ("penguins", *STUDIES) == OFFERED


@pytest.mark.parametrize("file", sorted(SHIPPED.glob("*/*.yaml")), ids=lambda file: file.stem)
def test_every_shipped_sweep_file_can_be_read(file):
    if file.name != "published.yaml":
        sweep = load_sweep(file)
        assert sweep.name.startswith(file.parent.name.replace("_", "-"))
        assert file.read_text(encoding="utf-8").startswith("# ")


@pytest.mark.parametrize("name", STUDIES)
def test_every_file_of_a_study_is_one_of_its_experiments(name):
    files = {file.stem for file in (SHIPPED / name).glob("*.yaml")}
    assert files == {"published", *(each.name for each in study(name).experiments)}


@pytest.mark.parametrize(
    ("name", "experiment"), EXPERIMENTS, ids=lambda one: getattr(one, "name", one)
)
def test_sweeps_are_grids_on_the_studys_own_task(name, experiment: Experiment):
    sweep = study(name).sweep_of(experiment)
    assert sweep.name == f"{name}-{experiment.name}".replace("_", "-")
    assert (sweep.task.name, sweep.search.backend) == (name, "grid")
    assert sweep.evaluate.repeats >= 3
    subject = subject_for(sweep.subject, sweep.folder)
    assert all(subject.read(config).epochs >= 1 for config in configs(sweep))
    assert experiment.title
    assert experiment.seconds > 0


@pytest.mark.parametrize(("name", "figure"), FIGURES, ids=lambda one: getattr(one, "label", one))
def test_every_figure_has_a_place_and_can_be_measured(name, figure: Figure):
    assert figure.label
    assert figure.place
    assert figure.says
    assert (figure.needed is None) == (figure.published == "")
    saved = {each.name for each in study(name).saved}
    assert set(figure.ours.sources) <= {*study(name).names, *saved}
    for reading in readings(figure.ours):
        if reading.sweep:
            measurable(reading, sweep_of(name, reading.sweep))
        elif reading.baseline in saved:
            assert reading.final in ("test_accuracy", "saved_test_accuracy")
        else:
            baseline = next(b for b in study(name).baselines if b.name == reading.baseline)
            assert reading.final.startswith("val_" if baseline.folds else ("train_", "test_"))


def measurable(reading: Reading, sweep: Sweep) -> None:
    assert sum(map(bool, (reading.final, reading.history, reading.best_epoch, reading.best))) == 1
    assert reading.fold is None or reading.fold < sweep.evaluate.folds
    if reading.best:
        assert reading.best in {param.name for param in sweep.space.varying}
        assert not reading.where
        return
    (config,) = picked(reading, sweep)
    assert reading.epoch <= int(config["epochs"] or 0)
    assert bool(reading.epoch) == bool(reading.history)
    measure = "mae" if task_for(sweep.task).kind == "regression" else "accuracy"
    if reading.final:
        known = [f"{split}_{each}" for split in SPLITS for each in (measure, "loss")]
        assert reading.final in (*known, "epochs")
    else:
        name = reading.history or reading.best_epoch
        assert name in (measure, "loss", f"val_{measure}", "val_loss")


@pytest.mark.parametrize("name", STUDIES)
def test_saved_models_come_from_a_sweep_of_the_study(name):
    for model in study(name).saved:
        assert model.sweep in study(name).names
        assert model.name not in study(name).names


def test_labels_name_one_figure_each():
    for name in STUDIES:
        labels = [figure.label for figure in study(name).figures]
        assert len(set(labels)) == len(labels)


def test_published_figures_hold_within_what_is_stated():
    assert Figure("f", "p", Reading(), published=0.9, within=0.01).needed is not None
    figure = Figure("f", "p", Reading(), published=4, within=1.5, digits=1)
    assert (figure.shown, figure.needed.low, figure.needed.high) == ("4", 2.5, 5.5)
    assert Figure("f", "p", Reading(), published=0.803).shown == "0.8030"
    assert Figure("f", "p", Reading(), published="higher", above=0.0).shown == "higher"


def test_the_studies_sweeps_are_as_published():
    imdb = sweep_of("imdb", "multi_hot")
    assert (imdb.evaluate.first, imdb.space.at(0)["batch_size"]) == (10_000, 512)
    assert sweep_of("reuters", "dense").evaluate.first == 1_000
    boston = sweep_of("boston_housing", "as_published")
    assert (boston.evaluate.folds, boston.evaluate.shuffle) == (4, False)
    assert boston.task.options == {"preprocessing": "published"}
    assert (boston.space.at(0)["batch_size"], boston.space.at(0)["epochs"]) == (1, 100)
    fashion = sweep_of("fashion_mnist", "networks")
    assert (fashion.seed, fashion.evaluate.validation, fashion.evaluate.stratified) == (
        42,
        0.2,
        False,
    )
    rates = {
        (config["optimizer"], config["learning_rate"])
        for config in configs(sweep_of("fashion_mnist", "optimizers"))
    }
    assert rates == {("sgd", 0.01), ("rmsprop", 0.001), ("adagrad", 0.001), ("adam", 0.001)}
    assert len(configs(sweep_of("fashion_mnist", "optimizers"))) == 6


def test_repeats_can_be_asked_for():
    found = study("boston_housing")
    assert found.sweep_of(found.experiments[0], 7).evaluate.repeats == 7
    assert found.sweep_of(found.experiments[0]).evaluate.repeats != 7


def test_names_that_are_not_the_studys_are_refused_with_the_nearest():
    found: Study = study("reuters")
    found.check_names(found.names)
    with pytest.raises(LookupError, match="did you mean 'dense'"):
        found.check_names(["dens"])

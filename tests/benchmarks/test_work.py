from __future__ import annotations

import pytest

from sweeps.problem import Problem
from sweeps.recipe import Recipe
from tests.benchmarks.ours import work
from tests.benchmarks.peers.keras_tuner_search import iterations
from tests.benchmarks.peers.posts import POSTS
from tests.benchmarks.peers.study import SHAPES, sample
from tests.benchmarks.sections.arithmetic import best


def test_the_study_has_199_shapes_of_two_experiments() -> None:
    assert len(SHAPES) == 199
    assert SHAPES[:100] == tuple((units, units) for units in range(1, 101))
    assert all(first + second == 100 for first, second in SHAPES[100:])


def test_a_sample_is_spread_over_both_experiments() -> None:
    chosen = sample(20)
    assert chosen == [SHAPES[round(9.95 * position - 0.5)] for position in range(20)]


@pytest.mark.parametrize("fits", [199, 5000])
def test_the_whole_of_it_is_every_shape_once(fits: int) -> None:
    assert sample(fits) == list(SHAPES)


def test_our_fits_are_the_same_shapes() -> None:
    units, ratio = work.experiment("units", 1), work.experiment("ratio", 1)
    assert len(units.fits) + len(ratio.fits) == len(SHAPES)
    assert [fit.trial.config["width"] for fit in units.fits] == list(range(1, 101))
    assert [fit.trial.config["ratio.split.first"] for fit in ratio.fits] == list(range(1, 100))


def test_repeats_multiply_the_fits() -> None:
    assert len(work.experiment("ratio", 3).fits) == 3 * 99


def test_a_network_is_trained_from_many_seeds() -> None:
    found = work.network(40, "train_accuracy")
    assert len({fit.seed for fit in found.fits}) == 40
    data = found.problem.data(0, 39)
    assert data.train.x.shape == (275, 6)
    assert data.test.x.shape == (69, 6)


def test_dense_arithmetic_counts_forward_and_both_backward_products() -> None:
    assert work.dense_arithmetic(1) == 6 * 10_900 * 275 * 5


@pytest.mark.parametrize(("fits", "times"), [(1, 1), (10, 1), (20, 2), (199, 20)])
def test_hyperband_runs_until_there_are_as_many_fits(fits: int, times: int) -> None:
    assert iterations(fits) == times


def test_the_best_rate_is_of_any_shape_alone_or_at_once() -> None:
    assert best([{"alone": 90.0, "at_once": 180.0}, {"alone": 120.0}]) == 180.0


@pytest.mark.parametrize("name", POSTS)
def test_our_fits_are_the_loops_configurations(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Problem, "data", lambda *_: None)
    post = POSTS[name]
    fits = work.post(name).fits
    assert len(fits) == len(post.settings) == len(set(post.settings)) == 32
    assert post.sample(4)[0] == post.settings[0]
    assert len(set(post.sample(5))) == 5
    for fit, wanted in zip(fits, post.settings, strict=True):
        recipe = Recipe.read(fit.trial.config)
        assert fit.budget == post.epochs
        assert recipe.learning_rate == wanted.rate
        assert tuple(layer.units for layer in recipe.layers) == post.units
        assert {layer.dropout for layer in recipe.layers} == {wanted.dropout}
        assert {layer.kernel_l2 for layer in recipe.layers} == {wanted.kernel_l2}

from __future__ import annotations

import math

import numpy as np
import pytest

from sweeps.draws import dropout_seed, fit_seed, initial_kernel, initial_weights, row_order
from sweeps.recipe import Initializer


@pytest.mark.parametrize(
    ("initializer", "limit"),
    [
        ("he_uniform", math.sqrt(6 / 50)),
        ("lecun_uniform", math.sqrt(3 / 50)),
        ("glorot_uniform", math.sqrt(6 / (50 + 400))),
    ],
)
def test_kernels_are_uniform_within_keras_limit(initializer: Initializer, limit: float) -> None:
    kernel = initial_kernel(7, 0, 50, 400, initializer)
    assert kernel.shape == (50, 400)
    assert kernel.dtype == np.float32
    assert abs(kernel).max() <= limit
    assert abs(kernel).max() > 0.999 * limit
    assert abs(kernel.mean()) < 0.02 * limit
    assert kernel.std() == pytest.approx(limit / math.sqrt(3), rel=0.02)


def test_weights_of_a_network_have_true_fan_in_and_zero_biases() -> None:
    weights = initial_weights(3, features=6, hidden=[100, 4], outputs=3, initializer="he_uniform")
    assert [w.shape for w in weights] == [(6, 100), (100,), (100, 4), (4,), (4, 3), (3,)]
    assert all(not bias.any() for bias in weights[1::2])
    limits = [math.sqrt(6 / 6), math.sqrt(6 / 100), math.sqrt(6 / (4 + 3))]
    for kernel, limit in zip(weights[::2], limits, strict=True):
        assert 0.7 * limit < abs(kernel).max() <= limit


def test_without_hidden_layers_only_the_head_is_drawn() -> None:
    kernel, bias = initial_weights(3, 6, [], 3, "he_uniform")
    assert np.array_equal(kernel, initial_kernel(3, 0, 6, 3, "glorot_uniform"))
    assert bias.shape == (3,)


def test_a_layer_is_a_function_of_seed_and_position() -> None:
    first = initial_kernel(1, 0, 5, 5, "he_uniform")
    assert np.array_equal(first, initial_kernel(1, 0, 5, 5, "he_uniform"))
    assert not np.array_equal(first, initial_kernel(2, 0, 5, 5, "he_uniform"))
    assert not np.array_equal(first, initial_kernel(1, 1, 5, 5, "he_uniform"))


def test_row_orders_are_permutations_that_differ_by_epoch_and_seed() -> None:
    orders = [row_order(seed, epoch, 40) for seed in (1, 2) for epoch in (0, 1, 2)]
    assert all(sorted(order) == list(range(40)) for order in orders)
    assert len({order.tobytes() for order in orders}) == len(orders)
    assert np.array_equal(row_order(1, 2, 40), orders[2])


ORDER = [5, 3, 2, 4, 1, 0]
KERNEL = [-1.6616572, -2.2802374, -1.4899507]
DROPOUT = 44131499
SEED = 2487099068274944199


def test_draws_stay_what_they_were() -> None:
    """Stored sweeps are continued by later versions, so these numbers may never change."""
    assert row_order(123, 4, 6).tolist() == ORDER
    assert initial_kernel(123, 4, 1, 3, "he_uniform")[0].tolist() == pytest.approx(KERNEL)
    assert dropout_seed(123, 4) == DROPOUT
    assert fit_seed(1, "{}", 2, 3) == SEED


def test_dropout_seeds_differ_by_layer() -> None:
    seeds = {dropout_seed(5, layer) for layer in range(50)}
    assert len(seeds) == 50
    assert all(0 <= seed < 2**31 for seed in seeds)


def test_fit_seeds_follow_from_what_the_fit_is() -> None:
    base = fit_seed(0, "recipe", 0, 0)
    assert base == fit_seed(0, "recipe", 0, 0)
    others = [
        fit_seed(1, "recipe", 0, 0),
        fit_seed(0, "other", 0, 0),
        fit_seed(0, "recipe", 1, 0),
        fit_seed(0, "recipe", 0, 1),
    ]
    assert len({base, *others}) == 5
    assert all(0 <= seed < 2**63 for seed in (base, *others))

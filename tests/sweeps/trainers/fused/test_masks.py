from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import numpy.typing as npt
import pytest

from sweeps.trainers.fused.masks import dropout_scale

ROWS, UNITS = 48, 40


def scale_of(
    seed: int = 5, step: int = 2, rate: float = 0.3, rows: int = ROWS, units: int = UNITS
) -> npt.NDArray[np.float32]:
    keys = jnp.uint32(seed), jnp.uint32(step)
    return np.asarray(dropout_scale(*keys, jnp.float32(rate), rows, units))


@pytest.mark.parametrize(("rows", "units"), [(1, 1), (3, UNITS), (ROWS, 7), (17, 23)])
def test_a_mask_is_a_part_of_every_larger_one(rows: int, units: int) -> None:
    assert (scale_of(rows=rows, units=units) == scale_of()[:rows, :units]).all()


@pytest.mark.parametrize("rate", [0.0, 0.1, 0.5, 0.9])
def test_units_are_dropped_at_the_rate_and_the_rest_scaled(rate: float) -> None:
    masks = np.stack([scale_of(step=step, rate=rate) for step in range(30)])
    kept = masks > 0
    spread = (rate * (1 - rate) / masks.size) ** 0.5
    assert abs((~kept).mean() - rate) <= 4 * spread
    assert masks[kept] == pytest.approx(1 / (1 - rate))


def test_rows_units_steps_and_layers_have_masks_of_their_own() -> None:
    kept = np.stack([scale_of(seed, step, 0.5) > 0 for seed in (5, 6) for step in (2, 3)])
    for way in (kept.reshape(4, -1), kept[0], kept[0].T):
        alike = (way[:, None] == way[None]).mean(axis=2)[~np.eye(len(way), dtype=bool)]
        assert alike.mean() == pytest.approx(0.5, abs=0.05)
        assert alike.max() < 0.95


def test_equal_seeds_and_steps_have_equal_masks() -> None:
    assert (scale_of() == scale_of()).all()

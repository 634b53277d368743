"""From single networks to a lane's arrays and back: padding, stacking, and taking apart.

Padding is zeros throughout: a unit without weights in or out has no gradient, and every update
leaves a weight of 0 with a gradient of 0 where it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import jax
import numpy as np
import numpy.typing as npt

from sweeps.draws import dropout_seed, initial_weights
from sweeps.recipe import Layer as HiddenLayer
from sweeps.recipe import Recipe
from sweeps.trainers.fused.bucket import Bucket, Rule
from sweeps.trainers.fused.layer import STRENGTHS, Knobs, Layer
from sweeps.trainers.fused.structures import Network
from sweeps.trainers.fused.updates import UPDATES

Array = npt.NDArray[Any]
Tensors = list[Array]
"""One array for each kernel and bias of a network in turn, the head's last, without padding."""

Shapes = list[tuple[int, ...]]

FLOAT32_ROUNDED: dict[Rule, set[str]] = {
    "adam": {"beta_1", "beta_2", "weight_decay"},
    "sgd": {"momentum"},
    "rmsprop": set(),
    "adagrad": {"initial_accumulator_value"},
}
"""Settings that Keras on TensorFlow rounds to float32, whatever type the weights have.

They are those that it converts with `cast`; the same holds of every L1 and L2.
"""

NO_LAYER = HiddenLayer(units=0)


def fresh(recipe: Recipe, seed: int, bucket: Bucket) -> list[Tensors]:
    """A network before its first step: its weights, then each slot of the optimizer's state."""
    hidden = [layer.units for layer in recipe.layers]
    drawn = initial_weights(seed, bucket.features, hidden, bucket.outputs, recipe.initializer)
    weights: Tensors = [array.astype(bucket.precision) for array in drawn]
    settings = settings_of(recipe, bucket)
    starts = [0.0 if name is None else settings[name] for name in UPDATES[bucket.rule].starts]
    return [weights, *([np.full_like(array, start) for array in weights] for start in starts)]


def settings_of(recipe: Recipe, bucket: Bucket) -> dict[str, float]:
    """The optimizer's settings, by the names that its formula reads, in their order."""
    known: dict[str, float] = asdict(recipe.optimizer)
    if bucket.rule == "adam":
        known |= {f"rest_{order}": 1 - known[f"beta_{order}"] for order in (1, 2)}
    settings = {name: known.get(name, 0.0) for name in UPDATES[bucket.rule].settings}
    rounded = FLOAT32_ROUNDED[bucket.rule]
    return {
        name: float(np.float32(value)) if name in rounded else float(value)
        for name, value in settings.items()
    }


def stacked(bucket: Bucket, members: Sequence[list[Tensors]], size: int) -> Network:
    """The layers of a lane with room for `size` members, each given as `fresh` gives it.

    Members may all be given without their slots.
    """
    room = _empty(bucket, size, len(members[0]))
    for member, tensors in enumerate(members):
        for slot, arrays in enumerate(tensors):
            places = _places(room, bucket, member, slot, len(arrays) // 2 - 1)
            for place, array in zip(places, arrays, strict=True):
                place[tuple(slice(length) for length in array.shape)] = array
    return room


def shapes_of(tensors: Sequence[Tensors]) -> list[Shapes]:
    """The shapes of a network's tensors."""
    return [[array.shape for array in arrays] for arrays in tensors]


def taken_apart(
    network: Network, bucket: Bucket, member: int, shapes: Sequence[Shapes]
) -> list[Tensors]:
    """One member's tensors out of a lane's layers, of those shapes."""
    return [
        [
            np.array(place[tuple(slice(length) for length in shape)])
            for place, shape in zip(
                _places(network, bucket, member, slot, len(wanted) // 2 - 1), wanted, strict=True
            )
        ]
        for slot, wanted in enumerate(shapes)
    ]


def knobs_of(recipes: Sequence[Recipe], seeds: Sequence[int], bucket: Bucket, size: int) -> Network:
    """The knobs of a lane's hidden layers; padding is a layer without units."""
    if bucket.depth == 0:
        return Network(None, (), None)
    layers = [
        _layer_knobs(
            [_layer(recipe, position) for recipe in recipes], seeds, position, bucket, size
        )
        for position in range(bucket.depth)
    ]
    between: Any = tuple(layers[1:])
    if bucket.looped:
        between = jax.tree.map(lambda *arrays: np.stack(arrays), *layers[1:])
    return Network(layers[0], between, None)


def filled(values: Sequence[Any], size: int, dtype: Any) -> Array:
    """Values of the members, then zeros up to the lane's size."""
    array = np.zeros(size, dtype)
    array[: len(values)] = values
    return array


def _layer(recipe: Recipe, position: int) -> HiddenLayer:
    return recipe.layers[position] if position < len(recipe.layers) else NO_LAYER


def _layer_knobs(
    layers: Sequence[HiddenLayer], seeds: Sequence[int], position: int, bucket: Bucket, size: int
) -> Knobs:
    units = np.zeros((size, bucket.width), bucket.precision)
    for member, layer in enumerate(layers):
        units[member, : layer.units] = 1
    masks = [dropout_seed(seed, position) if bucket.dropout else 0 for seed in seeds]
    strengths = np.zeros((size, len(STRENGTHS)), bucket.precision)
    strengths[: len(layers)] = [[_strength(layer, name) for name in STRENGTHS] for layer in layers]
    # NumPy until they are on the device.
    return Knobs(units, strengths, filled(masks, size, np.uint32))  # type: ignore[arg-type]


def _strength(layer: HiddenLayer, name: str) -> float:
    value: float = getattr(layer, name)
    return value if name == "dropout" else float(np.float32(value))


def _empty(bucket: Bucket, size: int, count: int) -> Network:
    def layer(fan_in: int, fan_out: int, *lead: int) -> Layer:
        kernel = [np.zeros((*lead, size, fan_in, fan_out), bucket.precision) for _ in range(count)]
        bias = [np.zeros((*lead, size, fan_out), bucket.precision) for _ in range(count)]
        return Layer(tuple(kernel), tuple(bias))  # type: ignore[arg-type]

    if bucket.depth == 0:
        return Network(None, (), layer(bucket.fan_in, bucket.outputs))
    width = bucket.width
    between: Any = tuple(layer(width, width) for _ in range(bucket.depth - 1))
    if bucket.looped:
        between = layer(width, width, bucket.depth - 1)
    return Network(layer(bucket.fan_in, width), between, layer(width, bucket.outputs))


def _places(network: Network, bucket: Bucket, member: int, slot: int, hidden: int) -> Tensors:
    """Where a member's kernels and biases stand in a lane's arrays, input side first."""
    places: Tensors = []
    index: Any
    for position in range(hidden + 1):
        if position == hidden:
            layer, index = network.head, member
        elif position == 0:
            layer, index = network.first, member
        elif bucket.looped:
            layer, index = network.between, (position - 1, member)
        else:
            layer, index = network.between[position - 1], member
        places += [layer.kernel[slot][index], layer.bias[slot][index]]
    return places

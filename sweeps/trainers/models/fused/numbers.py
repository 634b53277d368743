"""Numbers of a model that its program takes as data: dropout rates, penalties, betas.

While a program is traced they are put in the place of the model's own. Keras asks of some of them
in Python whether they are 0 or 1; members that share a program answer alike, see `kind_of`.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

OF_LAYERS = {
    "Dropout": ("rate",),
    "SpatialDropout1D": ("rate",),
    "SpatialDropout2D": ("rate",),
    "SpatialDropout3D": ("rate",),
    "GaussianNoise": ("stddev",),
    "SimpleRNNCell": ("dropout", "recurrent_dropout"),
    "GRUCell": ("dropout", "recurrent_dropout"),
    "LSTMCell": ("dropout", "recurrent_dropout"),
}
OF_REGULARIZERS = {"L1": ("l1",), "L2": ("l2",), "L1L2": ("l1", "l2")}
OF_SCHEDULES = {
    "ExponentialDecay": ("initial_learning_rate", "decay_rate"),
    "InverseTimeDecay": ("initial_learning_rate", "decay_rate"),
    "PolynomialDecay": ("initial_learning_rate", "end_learning_rate"),
    "CosineDecay": ("initial_learning_rate", "alpha"),
    "CosineDecayRestarts": ("initial_learning_rate", "alpha"),
}
OF_OPTIMIZERS = {
    "SGD": ("momentum", "weight_decay"),
    "RMSprop": ("rho", "momentum", "epsilon", "weight_decay"),
    "Adagrad": ("epsilon", "weight_decay"),
    "Adadelta": ("rho", "epsilon", "weight_decay"),
    "Adam": ("beta_1", "beta_2", "epsilon", "weight_decay"),
    "AdamW": ("beta_1", "beta_2", "epsilon", "weight_decay"),
    "Adamax": ("beta_1", "beta_2", "epsilon", "weight_decay"),
    "Lion": ("beta_1", "beta_2", "weight_decay"),
}


@dataclass(frozen=True)
class Slot:
    """Where a number stands: an attribute of a layer, a regularizer, a schedule, an optimizer."""

    owner: Any
    name: str

    @property
    def value(self) -> float:
        """What stands there."""
        return float(np.asarray(getattr(self.owner, self.name)))


def slots_of(model: Any) -> list[Slot]:
    """Every such number of a compiled model, in an order that its architecture decides."""
    found = {
        (id(owner), name): Slot(owner, name)
        for owner, names in _owners(model)
        for name in names
        if getattr(owner, name, None) is not None
    }
    return list(found.values())


def of_class(owner: Any, table: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The numbers of an object by that table; none of a class that is not Keras's own."""
    kind = type(owner)
    return table.get(kind.__name__, ()) if kind.__module__.startswith("keras.") else ()


def kind_of(value: float) -> str:
    """What Keras may ask of a number: members of one program have numbers of equal kinds."""
    if value in (0.0, 1.0):
        return str(int(value))
    return "negative" if value < 0 else "fraction" if value < 1 else "above"


def values_of(slots: Sequence[Slot]) -> npt.NDArray[np.float32]:
    """(slots, 2): each number and what it lacks to 1, both rounded from double precision."""
    pairs = [(slot.value, 1.0 - slot.value) for slot in slots]
    return np.array(pairs, np.float32).reshape(len(slots), 2)


@contextmanager
def as_data(slots: Sequence[Slot], values: Any) -> Iterator[None]:
    """Within it, `values` (slots, 2) stand where the model's own numbers stood."""
    before = [getattr(slot.owner, slot.name) for slot in slots]
    try:
        for place, slot in enumerate(slots):
            _put(slot, Number(values[place, 0], values[place, 1], slot.value))
        yield
    finally:
        for slot, value in zip(slots, before, strict=True):
            _put(slot, value)


class Number:
    """A traced number. It answers whether it is 0 or 1 as `like` would, and nothing else."""

    def __init__(self, value: Any, rest: Any, like: float) -> None:
        self._value = value
        self._rest = rest
        self._like = like
        self.dtype = value.dtype
        self.shape: tuple[int, ...] = ()
        self.ndim = 0

    def __jax_array__(self) -> Any:
        return self._value

    def __bool__(self) -> bool:
        return self._like != 0

    def __rsub__(self, other: Any) -> Any:
        # 1 - 0.999 is off by 1e-5 of itself once 0.999 is rounded to float32.
        return self._rest if isinstance(other, int | float) and other == 1 else other - self._value

    def _asked(self, ask: Callable[[Any, Any], bool], other: Any) -> bool:
        if not isinstance(other, int | float) or other not in (0, 1):
            raise TypeError(f"a number that is data of a program is compared with {other!r}")
        return ask(self._like, other)

    def __eq__(self, other: object) -> bool:
        return self._asked(operator.eq, other)

    def __ne__(self, other: object) -> bool:
        return self._asked(operator.ne, other)

    def __lt__(self, other: Any) -> bool:
        return self._asked(operator.lt, other)

    def __le__(self, other: Any) -> bool:
        return self._asked(operator.le, other)

    def __gt__(self, other: Any) -> bool:
        return self._asked(operator.gt, other)

    def __ge__(self, other: Any) -> bool:
        return self._asked(operator.ge, other)

    def __hash__(self) -> int:
        return id(self)

    def __neg__(self) -> Any:
        return -self._value

    def __add__(self, other: Any) -> Any:
        return self._value + other

    def __sub__(self, other: Any) -> Any:
        return self._value - other

    def __mul__(self, other: Any) -> Any:
        return self._value * other

    def __truediv__(self, other: Any) -> Any:
        return self._value / other

    def __rtruediv__(self, other: Any) -> Any:
        return other / self._value

    def __pow__(self, other: Any) -> Any:
        return self._value**other

    __radd__ = __add__
    __rmul__ = __mul__


def _owners(model: Any) -> Iterator[tuple[Any, tuple[str, ...]]]:
    """Objects and the names of their numbers; an object may come more than once."""
    for layer in model._flatten_layers():
        # A number of float32 among halves would make the rest of the layer float32 as well.
        whole = layer.compute_dtype == "float32"
        yield layer, of_class(layer, OF_LAYERS) if whole else ()
        penalty = getattr(layer, "activity_regularizer", None)
        yield penalty, of_class(penalty, OF_REGULARIZERS)
    for variable in model.trainable_variables:
        penalty = getattr(variable, "regularizer", None)
        yield penalty, of_class(penalty, OF_REGULARIZERS)
    optimizer = model.optimizer
    yield optimizer, of_class(optimizer, OF_OPTIMIZERS)
    schedule = optimizer._learning_rate
    yield schedule, of_class(schedule, OF_SCHEDULES)


def _put(slot: Slot, value: Any) -> None:
    # Keras tracks what is assigned to a layer, and refuses assignments to one that is locked.
    object.__setattr__(slot.owner, slot.name, value)

"""Objects of Keras's and of the user's as plain values, equal where they compute the same.

A member's numbers (see `numbers`), names, seeds and initializers are left out. What cannot be told
apart by looking at it raises `OpaqueError`.
"""

from __future__ import annotations

import functools
import hashlib
import types
from collections.abc import Hashable, Mapping, Set
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sweeps.trainers.models.fused.numbers import Slot, kind_of

UNTOLD = frozenset({"name", "built"})
"""Attributes that make no difference to what an object computes."""

UNTOLD_OF_KERAS = frozenset({"seed"})
"""The same of Keras's own objects, which keep the state of their random generators as variables."""

PRIVATE_BUT_TOLD = frozenset({"_fn", "_fn_kwargs", "_learning_rate"})
LOCAL = "<locals>"


class OpaqueError(Exception):
    """Two such objects may compute different things, and looking at them does not tell."""


@dataclass
class Describer:
    """Describes the parts of one model: `layers` are its layers' places by identity."""

    layers: Mapping[int, int]
    slots: Mapping[tuple[int, str], Slot]
    under_way: set[int] = field(default_factory=set)

    def of(self, value: Any) -> Hashable:
        """The value's description."""
        if value is None or isinstance(value, bool | int | str | bytes):
            return (type(value).__name__, value)
        if isinstance(value, float):
            return ("float", repr(value))
        if value is Ellipsis:
            return ("...",)
        if isinstance(value, slice | range):
            return (type(value).__name__, *map(self.of, (value.start, value.stop, value.step)))
        if isinstance(value, Mapping):
            pairs = ((str(key), self.of(one)) for key, one in value.items())
            return ("mapping", *sorted(pairs, key=lambda pair: pair[0]))
        if isinstance(value, list | tuple):
            return ("sequence", *(self.of(one) for one in value))
        if isinstance(value, Set):
            return ("set", *sorted((self.of(one) for one in value), key=repr))
        if isinstance(value, np.ndarray | np.generic):
            return _content(np.asarray(value))
        return self._of_object(value)

    def attributes(self, owner: Any, untold: Set[str]) -> Hashable:
        """The attributes of an object but for those, with the kinds of its numbers."""
        left_out = untold | UNTOLD | (UNTOLD_OF_KERAS if _is_keras_object(owner) else set())
        told = sorted(name for name in vars(owner) if name not in left_out)
        return tuple((name, self._attribute(owner, name)) for name in told)

    def _attribute(self, owner: Any, name: str) -> Hashable:
        slot = self.slots.get((id(owner), name))
        return self.of(vars(owner)[name]) if slot is None else ("number", kind_of(slot.value))

    def _of_object(self, value: Any) -> Hashable:
        import jax
        import keras

        if isinstance(value, jax.Array):
            return _content(np.asarray(value))
        if isinstance(value, keras.Variable):
            return ("variable", tuple(value.shape), str(value.dtype))
        if isinstance(value, keras.initializers.Initializer | keras.random.SeedGenerator):
            return ("drawn",)
        if isinstance(value, keras.layers.Layer):
            return ("layer", self._place(value))
        if isinstance(value, keras.DTypePolicy):
            return ("precision", value.name)
        if isinstance(value, keras.KerasTensor):
            return ("tensor", tuple(value.shape), str(value.dtype))
        if isinstance(value, type):
            return ("class", named(value))
        if callable(value) and not _is_keras_object(value):
            return self._of_function(value)
        return self._of_parts(value)

    def _of_parts(self, value: Any) -> Hashable:
        """A class and its attributes; of Keras's own the public ones, which say it all."""
        if id(value) in self.under_way or not hasattr(value, "__dict__"):
            raise OpaqueError(f"a {type(value).__name__}")
        ours = _is_keras_object(value)
        private = {
            name for name in vars(value) if name.startswith("_") and name not in PRIVATE_BUT_TOLD
        }
        self.under_way.add(id(value))
        try:
            told = self.attributes(value, private if ours else set())
        finally:
            self.under_way.discard(id(value))
        return ("object", named(type(value)), told)

    def _of_function(self, value: Any) -> Hashable:
        if isinstance(value, functools.partial):
            return ("partial", self.of(value.func), self.of(value.args), self.of(value.keywords))
        if isinstance(value, types.MethodType):
            return ("method", self.of(value.__func__), self.of(value.__self__))
        if isinstance(value, types.BuiltinFunctionType) or not hasattr(value, "__code__"):
            return self._of_parts(value)
        kept = [cell.cell_contents for cell in value.__closure__ or ()]
        told = (value.__defaults__, value.__kwdefaults__, kept)
        code = value.__code__
        return ("function", value.__module__, value.__qualname__, _code(code), self.of(told))

    def _place(self, layer: Any) -> int:
        if id(layer) not in self.layers:
            raise OpaqueError(f"layer {layer.name}, which its model does not know of")
        return self.layers[id(layer)]


def named(kind: type) -> str:
    """A class by its name; one that a function made may be another each time."""
    if LOCAL in kind.__qualname__:
        raise OpaqueError(f"class {kind.__qualname__}, which is made anew for each model")
    return f"{kind.__module__}.{kind.__qualname__}"


def _is_keras_object(value: Any) -> bool:
    return type(value).__module__.startswith("keras.")


def _code(code: types.CodeType) -> Hashable:
    """What a function does, by its instructions and constants."""
    constants = tuple(
        _code(one) if isinstance(one, types.CodeType) else repr(one) for one in code.co_consts
    )
    return (code.co_code, code.co_names, constants)


def _content(array: np.ndarray[Any, Any]) -> Hashable:
    digest = hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()
    return ("array", array.shape, str(array.dtype), digest)

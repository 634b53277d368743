"""Which members share a program: those whose models compute the same but for numbers."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Hashable, Iterator
from functools import cache
from typing import Any
from uuid import uuid4
from weakref import WeakKeyDictionary

import numpy as np

from sweeps.tasks.task import Part
from sweeps.trainers.models.fused.description import Describer, OpaqueError, named
from sweeps.trainers.models.fused.numbers import slots_of
from sweeps.trainers.models.judging import parts_of
from sweeps.trainers.models.member import Member

ADDRESS = re.compile(r"0x[0-9a-f]+")

_KNOWN: WeakKeyDictionary[Any, Hashable] = WeakKeyDictionary()
"""By model: describing one takes milliseconds, and Keras adds to it when it is first trained."""


def fingerprint(member: Member) -> Hashable:
    """Equal for members that may share a program, and for no others.

    Models are told apart by their layers' classes and attributes, those of losses, metrics and
    optimizer, and by how layers are connected. Where that does not tell (a class that a function
    made, an object of the user's), by the operations that Keras traces of them.
    """
    if member.model not in _KNOWN:
        _KNOWN[member.model] = _structure(member)
    parts = [_shape(part) for part in parts_of(member.data).values()]
    return (_KNOWN[member.model], member.batch_size, tuple(parts))


def _structure(member: Member) -> Hashable:
    try:
        return _described(member.model)
    except OpaqueError:
        return ("traced", _traced(member))


def _described(model: Any) -> Hashable:
    layers = list(model._flatten_layers())
    slots = slots_of(model)
    describer = Describer(
        {id(layer): place for place, layer in enumerate(layers)},
        {(id(slot.owner), slot.name): slot for slot in slots},
    )
    compiled = {
        name: value
        for name, value in model._compile_config.config.items()
        if name not in ("optimizer", "steps_per_execution")
    }
    return (
        tuple(_layer(layer, describer) for layer in layers),
        tuple(_variable(one, describer) for one in model.trainable_variables),
        tuple((tuple(one.shape), str(one.dtype)) for one in model.non_trainable_variables),
        describer.of(model.optimizer),
        describer.of(compiled),
        tuple(_owner_places(slots)),
    )


def _layer(layer: Any, describer: Describer) -> Hashable:
    kind = named(type(layer))
    told = (layer.trainable, layer.dtype_policy.name, describer.of(layer.activity_regularizer))
    inner = tuple(describer.of(one) for one in getattr(layer, "layers", ()))
    if kind.startswith("keras.") and hasattr(layer, "operations"):
        return (kind, told, inner, tuple(_connections(layer, describer)))
    return (kind, told, inner, describer.attributes(layer, _of_every_model()))


def _connections(model: Any, describer: Describer) -> Iterator[Hashable]:
    """Of a functional model: which operation is called with what came of which others."""
    operations = list(model.operations)
    places = {id(operation): place for place, operation in enumerate(operations)}
    nodes = {id(node) for level in model._nodes_by_depth.values() for node in level}

    def origin(tensor: Any) -> Hashable:
        operation, call, output = tensor._keras_history
        calls = [one for one in operation._inbound_nodes if id(one) in nodes]
        return (places[id(operation)], calls.index(operation._inbound_nodes[call]), output)

    def told(value: Any) -> Any:
        if hasattr(value, "_keras_history"):
            return origin(value)
        if isinstance(value, list | tuple):
            return [told(one) for one in value]
        if isinstance(value, dict):
            return {name: told(one) for name, one in value.items()}
        return value

    for operation in operations:
        is_layer = id(operation) in describer.layers
        yield describer.of(operation) if is_layer else describer.of(_parts_of(operation))
        for node in operation._inbound_nodes:
            if id(node) in nodes:
                yield describer.of(told([node.arguments.args, node.arguments.kwargs]))
    yield describer.of(told([_flat(model.inputs), _flat(model.outputs)]))


def _parts_of(operation: Any) -> Any:
    """An operation that is no layer (`x + 1.0`): its class and attributes."""
    own = {name: value for name, value in vars(operation).items() if not name.startswith("_")}
    return [named(type(operation)), {name: own[name] for name in own if name != "name"}]


def _flat(tensors: Any) -> list[Any]:
    import keras

    return list(keras.tree.flatten(tensors))


def _variable(variable: Any, describer: Describer) -> Hashable:
    own = [getattr(variable, name, None) for name in ("regularizer", "constraint")]
    return (tuple(variable.shape), str(variable.dtype), describer.of(own))


def _owner_places(slots: Any) -> Iterator[tuple[int, str]]:
    """Which numbers stand in one object, which layers may share."""
    owners: dict[int, int] = {}
    for slot in slots:
        yield owners.setdefault(id(slot.owner), len(owners)), slot.name


@cache
def _of_every_model() -> frozenset[str]:
    """Attributes that Keras gives every layer and model; what matters of them is told elsewhere."""
    import keras

    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    plain = (model, keras.Model(), keras.layers.Layer())
    later = {"_jax_state", "history", "_trainable_variables", "_non_trainable_variables"}
    return frozenset(later.union(*(vars(one) for one in plain)))


def _traced(member: Member) -> str:
    """A hash of the operations of a step, and of the arrays that stand in it."""
    from sweeps.trainers.models.fused.tracing import step_of

    try:
        traced = step_of(member)
    except Exception:  # noqa: BLE001 - layers of the user's may raise anything
        # Like no other: `why_not` says what is wrong with it.
        return f"untraceable {uuid4()}"
    digest = hashlib.sha256(ADDRESS.sub("", str(traced.jaxpr)).encode())
    for constant in traced.consts:
        digest.update(np.asarray(constant).tobytes())
    return digest.hexdigest()


def _shape(part: Part) -> Hashable:
    x, y = part.x, np.asarray(part.y)
    return (tuple(x.shape), str(x.dtype), y.shape, str(y.dtype), part.weights is None)

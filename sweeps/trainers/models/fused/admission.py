"""Which of the user's models can be trained together, and why another cannot."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sweeps.trainers.models.fused.fingerprint import fingerprint
from sweeps.trainers.models.fused.tracing import traced
from sweeps.trainers.models.member import Member

__all__ = ["fingerprint", "why_not"]

OVERRIDDEN = {
    "fit": "trains in its own way",
    "evaluate": "is judged in its own way",
    "predict": "predicts in its own way",
    "make_train_function": "trains in its own way",
    "make_test_function": "is judged in its own way",
    "make_predict_function": "predicts in its own way",
}
"""Methods of a model that are not called when many are trained together."""


def why_not(member: Member) -> str | None:
    """Why a member is trained singly; None where it can share a program with its like.

    A model's own `train_step`, `test_step` and `compute_loss` are no reason, nor are layers, losses
    and metrics of the user's, as long as JAX can trace them.
    """
    found = next(_obstacles(member), None)
    return traced(member).refusal if found is None else found


def _obstacles(member: Member) -> Iterator[str]:
    model, data = member.model, member.data
    kind = type(model).__name__
    for name, what in OVERRIDDEN.items():
        on_it = vars(model).get(name)
        if on_it is not None or not _is_keras(getattr(type(model), name)):
            yield f"{kind} has a {name} of its own: it {what}"
    if model.run_eagerly:
        yield "the model was compiled with run_eagerly=True"
    if not model.jit_compile:
        yield f"{_untraceable(model)}, so Keras does not compile it either"
    if model.optimizer is None:
        yield "the model was compiled without an optimizer"
    elif not hasattr(model.optimizer, "stateless_apply"):
        yield f"its optimizer, a {type(model.optimizer).__name__}, is none of Keras's"
    elif type(model.optimizer).__name__ == "LossScaleOptimizer":
        yield "its optimizer scales the loss"
    elif model.optimizer.use_ema:
        yield "its optimizer ends with a moving average of the weights"
    elif callable(model.optimizer._learning_rate) and not _is_schedule(model.optimizer):
        yield "its learning rate is a function that Python calls at every step"
    if _optimizers(model) - {id(model.optimizer)}:
        yield f"{kind} has an optimizer besides the one that it was compiled with"
    if hasattr(data.train.x, "indptr"):
        yield "its rows are sparse"
    yield from _surroundings()


def _is_keras(method: Any) -> bool:
    return str(getattr(method, "__module__", "")).startswith("keras.")


def _untraceable(model: Any) -> str:
    """Which layer says of itself that it cannot be compiled, if that is why the model is not."""
    for layer in model._flatten_layers(include_self=False):
        if not layer.supports_jit:
            return f"layer {layer.name} ({type(layer).__name__}) cannot be compiled"
    return "the model was compiled with jit_compile=False"


def _optimizers(model: Any) -> set[int]:
    import keras

    held = vars(model).values()
    return {id(one) for one in held if isinstance(one, keras.optimizers.Optimizer)}


def _is_schedule(optimizer: Any) -> bool:
    import keras

    schedules = keras.optimizers.schedules.LearningRateSchedule
    return isinstance(optimizer._learning_rate, keras.Variable | schedules)


def _surroundings() -> Iterator[str]:
    """What has been said to Keras in this process, for all models."""
    import keras

    if keras.distribution.distribution() is not None:
        yield "Keras distributes models over devices here"
    if keras.config.floatx() != "float32":
        yield f"Keras computes in {keras.config.floatx()} here"

"""Builds a user's model for one configuration, by whatever convention their code follows."""

from __future__ import annotations

import contextlib
import inspect
import os
import random
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from search_spaces.spelling import suggestion
from search_spaces.values import shown
from sweeps.chatter import without_chatter
from sweeps.subjects.own_code import OwnCode
from sweeps.trainers.models.hyperparameters import hyperparameters
from sweeps.trial import Config
from sweeps.user_code.user_code import UserCodeError, blamed, load

SEEDS = 2**32
"""NumPy's seeds are below this."""
PACKAGE = f"{Path(__file__).parents[2]}{os.sep}"
OURS = ("epochs", "batch_size")
"""Parameters that mean something to the trainer, whether or not the user's code asks for them."""


@dataclass(frozen=True)
class Built:
    """A model for one configuration, its weights drawn.

    `hp` is what it was built from, where that is how. `own_fit` trains it instead of `model.fit`,
    where a KerasTuner hypermodel has a `fit` of its own: it is called with `hp`, the model and what
    `model.fit` takes.
    """

    model: Any
    hp: Any = None
    own_fit: Callable[..., Any] | None = None


def built(keras: Any, subject: OwnCode, config: Config, seed: int) -> Built:
    """The model of that configuration, compiled, its initial weights drawn from the seed.

    The user's code is a KerasTuner `build(hp)`, a hypermodel (its class or one that is made), or
    any other function, which is called with the parameters that it names. Raises UserCodeError,
    with the user's own lines, when it raises, lacks parameters, or returns no compiled model.
    """
    path = subject.choice.path
    found = _imported(path, subject.folder)
    _begin_afresh(keras, seed % SEEDS)
    with _told(path):
        made = _built(keras, found, path, config)
        _check(keras, made, path)
    return made


def _imported(path: str, folder: str) -> Any:
    """The user's code; its first import may bring TensorFlow, with its notices."""
    with nullcontext() if "tensorflow" in sys.modules else without_chatter():
        return load(path, folder)


def _begin_afresh(keras: Any, seed: int) -> None:
    """Forget earlier models, and set every generator that code of the user's may draw from.

    As KerasTuner does: names of layers and metrics are then the same for every trial. What the
    user's module has said about precision when it was imported is kept.
    """
    precision = keras.config.dtype_policy()
    keras.utils.clear_session(free_memory=False)
    keras.config.set_dtype_policy(precision)
    if keras.backend.backend() != "jax" or "tensorflow" in sys.modules:
        keras.utils.set_random_seed(seed)
        return
    # The same without loading TensorFlow, which nobody needs: Keras on JAX draws its seeds from
    # Python's generator, and its own was forgotten with the session.
    random.seed(seed)
    np.random.seed(seed)


def _built(keras: Any, found: Any, path: str, config: Config) -> Built:
    hypermodel = _hypermodel(keras, found)
    build = found if hypermodel is None else hypermodel.build
    if not callable(build):
        raise UserCodeError(f"{path}: a {type(found).__name__} is no function that builds a model")
    if hypermodel is None and not takes_hp(build):
        return Built(build(**_arguments(build, path, config)))
    hp = hyperparameters(config)
    return Built(build(hp), hp, _own_fit(hypermodel))


def takes_hp(build: Callable[..., Any]) -> bool:
    """Whether the first parameter is called hp, or said to be KerasTuner's HyperParameters."""
    for one in _parameters(build):
        return one.name == "hp" or "HyperParameters" in str(one.annotation)
    return False


def _hypermodel(keras: Any, found: Any) -> Any:
    """The hypermodel that the user's code is or makes; None when it is something else.

    It may be one without being KerasTuner's: a class with a `build`, as long as it is no layer.
    """
    kind = found if inspect.isclass(found) else type(found)
    if not hasattr(kind, "build") or issubclass(kind, keras.layers.Layer):
        return None
    return found() if inspect.isclass(found) else found


def _own_fit(hypermodel: Any) -> Callable[..., Any] | None:
    """The hypermodel's `fit`, if it is not the one that it inherits from KerasTuner."""
    own = getattr(type(hypermodel), "fit", None)
    if own is None or own.__module__.startswith("keras_tuner."):
        return None
    return hypermodel.fit  # type: ignore[no-any-return]


def _arguments(build: Callable[..., Any], path: str, config: Config) -> dict[str, Any]:
    """What the function is called with: the parameters it names, or all of them for `**params`."""
    parameters = _parameters(build)
    named = [
        one.name for one in parameters if one.kind not in (one.VAR_KEYWORD, one.VAR_POSITIONAL)
    ]
    takes_all = any(one.kind == one.VAR_KEYWORD for one in parameters)
    given = {n: v for n, v in config.items() if n in named or (takes_all and n not in OURS)}
    unknown = [name for name in config if name not in given and name not in OURS]
    if unknown:
        hint = suggestion(unknown[0], named) if named else "it takes none at all"
        raise UserCodeError(f"{path} takes no {unknown[0]!r}, which the space has; {hint}")
    for one in parameters:
        if one.name in named and one.default is one.empty and one.name not in config:
            hint = suggestion(one.name, tuple(config)) if config else "it is empty"
            raise UserCodeError(f"{path} takes {one.name!r}, which the space does not have; {hint}")
    return given


def _parameters(build: Callable[..., Any]) -> list[inspect.Parameter]:
    try:
        return list(inspect.signature(build).parameters.values())
    except ValueError as error:
        raise UserCodeError(f"which parameters it takes cannot be found out: {error}") from error


def _check(keras: Any, made: Built, path: str) -> None:
    model = made.model
    if model is None:
        raise UserCodeError(f"{path} returned nothing: does it end with `return model`?")
    if not isinstance(model, keras.Model):
        raise UserCodeError(f"{path} returned {shown(model)}, which is no keras.Model")
    if not model.compiled and made.own_fit is None:
        raise UserCodeError(
            f"{path} returned a model that is not compiled: call model.compile(optimizer, loss, "
            "metrics) before returning it"
        )


@contextmanager
def _told(path: str) -> Iterator[None]:
    """As `blamed`, and errors about what their code asked for show where it did."""
    try:
        with blamed(path):
            yield
    except UserCodeError as error:
        if error.lines:
            raise
        raise UserCodeError(str(error), _asking_lines(error)) from error


def _asking_lines(error: UserCodeError) -> str:
    """Where the user's code asked; nothing where it had not begun to run."""
    frames = traceback.extract_tb(error.__traceback__)
    while frames and _is_between(frames[-1]):
        frames.pop()
    while frames and _is_between(frames[0]):
        frames.pop(0)
    if not frames:
        return ""
    listed = "".join(traceback.format_list(frames))
    return f"Traceback (most recent call last):\n{listed}{error}\n"


def _is_between(frame: traceback.FrameSummary) -> bool:
    """Whether the frame is this package's or KerasTuner's, or of what joins them."""
    return (
        frame.filename.startswith(PACKAGE)
        or "/keras_tuner/" in frame.filename
        or frame.filename == contextlib.__file__
    )

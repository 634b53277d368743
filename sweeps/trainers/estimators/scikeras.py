"""SciKeras wrappers: parameters that they take and that would do nothing.

Nothing of SciKeras is imported; its classes are known by their names.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from typing import Any

from sweeps.trainers.own.fits import refused

WRAPPERS = ("scikeras.wrappers", "BaseWrapper")
COMPILED = ("optimizer", "loss", "metrics", "loss_weights", "weighted_metrics", "compile")
"""Parameters of a wrapper that SciKeras compiles a model with, unless its builder did."""
GIVEN_TO_BUILDERS = ("compile_kwargs", "params")
"""Parameters by which a builder is told those, so that it can compile with them itself."""


def refuse_idle(estimator: Any, values: Mapping[str, Any]) -> None:
    """See to it that no value of the configuration is without effect.

    Raises FailedError, `bad_configuration`, for epochs and batch sizes that the wrapper's own
    `fit__epochs` and `fit__batch_size` override. When the model is built, the same is raised for
    settings of the optimizer or the loss while the builder compiles without them.
    """
    for prefix, wrapper in _wrappers(estimator):
        own = {name.removeprefix(prefix): name for name in values if name.startswith(prefix)}
        for name in ("epochs", "batch_size"):
            routed = f"fit__{name}"
            if name in own and routed not in own and hasattr(wrapper, routed):
                raise refused(
                    f"{own[name]}: has no effect, since the estimator's {prefix}{routed} = "
                    f"{getattr(wrapper, routed)!r} overrides it; take that away"
                )
        idle = [full for name, full in own.items() if name.partition("__")[0] in COMPILED]
        if idle and not _is_told(wrapper):
            _watch(wrapper, prefix, idle)


def _wrappers(estimator: Any) -> Iterator[tuple[str, Any]]:
    """Every SciKeras wrapper in the estimator, and what its parameters' names begin with."""
    if _is_wrapper(estimator):
        yield "", estimator
    for name, part in estimator.get_params(deep=True).items():
        if _is_wrapper(part):
            yield f"{name}__", part


def _is_wrapper(part: Any) -> bool:
    return any((one.__module__, one.__name__) == WRAPPERS for one in type(part).__mro__)


def _is_told(wrapper: Any) -> bool:
    """Whether the builder can compile with the wrapper's settings; it need not."""
    parameters = _builder_parameters(wrapper)
    open_ended = any(one.kind is inspect.Parameter.VAR_KEYWORD for one in parameters)
    return open_ended or any(one.name in GIVEN_TO_BUILDERS for one in parameters)


def _builder_parameters(wrapper: Any) -> list[inspect.Parameter]:
    """Those of the function that builds the model; none of a model that was built before."""
    builder: Any = getattr(wrapper, "model", None) or getattr(wrapper, "_keras_build_fn", None)
    if not inspect.isroutine(builder) and not hasattr(builder, "func"):
        return []
    return list(inspect.signature(builder).parameters.values())


def _watch(wrapper: Any, prefix: str, idle: list[str]) -> None:
    """Look at the model when it is built: only then it is known whether it came compiled."""
    compile_it = wrapper._ensure_compiled_model

    def refuse_or_compile() -> None:
        del wrapper._ensure_compiled_model  # the class's own is back, and it can be pickled again
        if not wrapper.model_.compiled:
            compile_it()
            return
        own = ", ".join(f"{prefix}model__{one.name}" for one in _builder_parameters(wrapper))
        raise refused(
            f"{', '.join(idle)}: no effect, since the model's builder compiles it itself: "
            "let it take `compile_kwargs`, or tune an argument of the builder's"
            + (f"; they are {own}" if own else "")
        )

    wrapper._ensure_compiled_model = refuse_or_compile

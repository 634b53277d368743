"""Hyperparameter sweeps for Keras: `define` or `load` one, `run` it, look at its `results`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sweeps.exporting.notebook import export, load_model
    from sweeps.notebook import define, extend, load, results, resume, retry, run, sync
    from sweeps.trust.notebook import confirmed

__version__ = "0.1.0"
__all__ = [
    "__version__",
    "confirmed",
    "define",
    "export",
    "extend",
    "load",
    "load_model",
    "results",
    "resume",
    "retry",
    "run",
    "sync",
]

EXPORTS = ("export", "load_model")


def __dir__() -> list[str]:
    """What is offered, used before or not: completion in a shell or a notebook asks for this."""
    return sorted({*globals(), *__all__})


def __getattr__(name: str) -> Any:
    """Load the Python interface when it is first used, so that `sweeps --help` need not wait."""
    if name not in __all__:
        raise AttributeError(f"module 'sweeps' has no attribute {name!r}")
    from sweeps import notebook
    from sweeps.exporting import notebook as exporting

    if name == "confirmed":
        from sweeps.trust.notebook import confirmed

        return confirmed
    return getattr(exporting if name in EXPORTS else notebook, name)

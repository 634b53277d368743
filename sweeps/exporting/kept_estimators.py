"""Estimators in files without pickles: skops writes them, and builds what is trusted alone.

Beyond what skops itself trusts there are four kinds: a few classes that only hold data, classes of
scikit-learn, estimators of other installed packages, and what the modules in the sweep's folder
define. Never a function of others, nor anything of Python's own library.
"""

from __future__ import annotations

import importlib
import inspect
import sys
from collections.abc import Iterable
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

from sweeps.trainers.refitting.refit import UnexportableError
from sweeps.user_code import user_code

HOLD_DATA = frozenset(
    {
        "numpy.dtype",
        "scipy.interpolate._interpolate.interp1d",
        "collections.OrderedDict",
        "collections.defaultdict",
        "lightgbm.basic.Booster",
        "xgboost.core.Booster",
    }
)
UNPICKLING = frozenset({"keras", "scikeras", "tensorflow", "torch"})
"""Packages whose objects come back by ways of their own, which may run code."""


class UntrustedError(ValueError):
    """A file of an estimator names something that is not to be built."""


def kept(estimator: Any, file: Path, what: str, folder: str = "") -> tuple[str, ...]:
    """Keep an estimator; the types in it, beyond those that skops knows, that a reader must trust.

    `folder` is where the user's modules are. Raises UnexportableError for one that holds what skops
    cannot write, such as a Keras model, or what nobody should trust.
    """
    from skops.io import dump, get_untrusted_types

    try:
        dump(estimator, file)
        named = tuple(get_untrusted_types(file=file))
        refuse_untrusted(named, folder)
    except Exception as error:
        raise UnexportableError(
            f"{what}: {type(estimator).__name__} cannot be kept without pickling it: "
            f"{_reason(estimator, error)}"
        ) from error
    return named


def load_kept(file: Path, trusted: Iterable[str], folder: str = "") -> Any:
    """The estimator in a file; `trusted` are what `kept` gave.

    Raises UntrustedError for a file that names other types, or such as are never trusted;
    UserCodeError where the user's module is not there any more.
    """
    from skops.io import get_untrusted_types, load

    named = tuple(get_untrusted_types(file=file))
    added = [name for name in named if name not in set(trusted)]
    if added:
        raise UntrustedError(f"{file} holds {added[0]}, which its export does not name")
    refuse_untrusted(named, folder)
    return load(file, trusted=list(named))


def refuse_untrusted(names: Iterable[str], folder: str) -> None:
    """Raise UntrustedError for the first of the names that is not to be built.

    Modules of the user's, and packages that are installed, are imported to look at them.
    """
    for name in names:
        if "<" in name:
            raise UntrustedError(f"it holds {name}, which has no name to find it by: give it one")
        if name not in HOLD_DATA and not _may_be_built(name, folder):
            raise UntrustedError(f"it holds {name}, which is not safe to build from a file")


def _may_be_built(name: str, folder: str) -> bool:
    module, _, attribute = name.rpartition(".")
    top = module.partition(".")[0]
    if top in sys.stdlib_module_names or top in UNPICKLING or "__main__" in module:
        return False
    if _stands_in(top, folder):
        found = user_code.load(f"{module}:{attribute}", folder)
        # What they have imported from elsewhere is not theirs.
        return getattr(found, "__module__", None) == module
    return top in packages_distributions() and _is_estimator(module, attribute, top)


def _stands_in(top: str, folder: str) -> bool:
    places = (Path(folder, f"{top}.py"), Path(folder, top, "__init__.py"))
    return bool(folder) and any(place.is_file() for place in places)


def _is_estimator(module: str, attribute: str, top: str) -> bool:
    """Whether it is an estimator's class; or, of scikit-learn's own, a part of one, like a tree."""
    from sklearn.base import BaseEstimator

    try:
        found = getattr(importlib.import_module(module), attribute, None)
    except ImportError:
        return False
    return inspect.isclass(found) and (top == "sklearn" or issubclass(found, BaseEstimator))


def _reason(estimator: Any, error: Exception) -> str:
    """What cannot be kept, in a line, and the way out."""
    steps = getattr(estimator, "steps", None) or [("", estimator)]
    if any("scikeras" in base.__module__ for _, step in steps for base in type(step).__mro__):
        return "it holds a Keras model; tune the network itself with `model:` instead"
    return str(error).strip().partition("\n")[0] or type(error).__name__

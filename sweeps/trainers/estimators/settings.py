"""A configuration as an estimator's parameters, and what is left to chance in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from search_spaces.spelling import suggestion
from sweeps.trainers.own.fits import refused
from sweeps.user_code.user_code import blamed


def set_values(estimator: Any, values: Mapping[str, Any], path: str) -> None:
    """`set_params`, step parameters (`clf__C`) included.

    Raises FailedError, `bad_configuration`, for a name that the estimator does not have.
    """
    with blamed(path):
        known = list(estimator.get_params(deep=True))
    try:
        estimator.set_params(**values)
    except (ValueError, AttributeError) as error:
        for name in values:
            if name not in known:
                what = type(estimator).__name__
                raise refused(
                    f"{name}: no parameter of {path} ({what}); {suggestion(name, known)}"
                ) from error
        raise refused(f"{path}: {error}") from error


def with_epochs(
    values: Mapping[str, Any], named: str | None, estimator: Any, path: str
) -> dict[str, Any]:
    """The values, `epochs` under the name of the parameter that it stands for.

    `named` is what the sweep file says, else `epochs` of the estimator's own. Raises FailedError,
    `bad_configuration`, when there is neither.
    """
    if "epochs" not in values:
        return dict(values)
    known = list(estimator.get_params(deep=True))
    parameter = named or "epochs"
    if named is None and parameter not in known:
        likely = next((name for name in known if name.endswith("__epochs")), "clf__max_iter")
        raise refused(
            f"epochs: {path} has no parameter of that name; say which one it stands for: "
            f"`estimator: {{path: {path}, epochs: {likely}}}`"
        )
    if parameter != "epochs" and parameter in values:
        raise refused(f"{parameter}: stands in the space beside epochs, which stands for it")
    rest = {name: value for name, value in values.items() if name != "epochs"}
    return {**rest, parameter: values["epochs"]}


def set_seeds(estimator: Any, values: Mapping[str, Any], seed: int) -> None:
    """Give the seed to everything in the estimator that would draw its own `random_state`.

    One that the user has set stays, in the code or among the values: `null` is said there as well.
    """
    found = estimator.get_params(deep=True)
    drawn = [name for name in found if name.rpartition("__")[2] == "random_state"]
    unset = [name for name in drawn if found[name] is None and name not in values]
    if unset:
        estimator.set_params(**dict.fromkeys(unset, seed))

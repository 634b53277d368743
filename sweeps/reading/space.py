"""From `space` and `constraints` of a sweep file to what is searched."""

from __future__ import annotations

from search_spaces import Space, SpaceError
from sweeps.errors import SweepError
from sweeps.names import CONSTRAINT_NAME
from sweeps.reading.section import Section
from sweeps.sweep import SubjectChoice


def read_space(top: Section, subject: SubjectChoice) -> Space:
    """The parameters, and what rules combinations of them out.

    An Optuna objective has none: it defines them as it runs. Raises SweepError or SpaceError, whose
    path starts at the top.
    """
    if subject.options.get("takes") != "trial":
        return _space(top, free=subject.kind != "network")
    if "space" in top.values:
        message = "an Optuna objective defines its space as it runs: leave `space` out"
        raise SweepError(message, ("space",), about_key=True)
    if "constraints" in top.values:
        message = "have no effect: an Optuna objective defines its space as it runs"
        raise SweepError(message, ("constraints",), about_key=True)
    return Space.of()


def _space(top: Section, *, free: bool) -> Space:
    example = "space: {NAME: [1, 2, 3]} for each parameter" if free else "space: {width: [16, 32]}"
    description = Section.of(top.required("space", example), ("space",))
    if not description.values:
        message = "nothing is in it: name at least one parameter, such as `width: [16, 32]`"
        raise SweepError(message, ("space",))
    constraints = top.section("constraints")
    for name in constraints.values:
        CONSTRAINT_NAME.read(name, (*constraints.path, name), is_key=True)
    try:
        return Space.read(description.values, constraints.values, free=free)
    except SpaceError as error:
        if error.path[:1] == ("constraints",):
            raise
        inside = error.path if free else tuple(p for name in error.path for p in _split(name))
        raise SpaceError(error.message, ("space", *inside)) from error


def _split(part: str | int) -> tuple[str | int, ...]:
    """A parameter's name in a path, as the keys it stands under in the file."""
    return tuple(part.split(".")) if isinstance(part, str) else (part,)

"""Options that go together: one parameter of a command, said in one place for all that have it."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any, get_type_hints

from sweeps.cli import service_flags, service_options, store_flags, where_flags

Group = tuple[Callable[..., Any], Mapping[str, Any]]
"""What makes the parameter, and its options by the names of what it is made from."""

GROUPS: Mapping[str, Group] = {
    "store": (store_flags.StoreFlags.typed, store_flags.OPTIONS),
    "service": (service_flags.ServiceFlags, service_options.OPTIONS),
    "where": (where_flags.WhereFlags, where_flags.OPTIONS),
}
"""By the name that the parameter has in every command."""

OF_SERVICES: Mapping[Any, Group] = {
    store_flags.PlaceFlags: (store_flags.PlaceFlags.typed, store_flags.PLACE_OPTIONS),
    store_flags.ServerFlags: (store_flags.ServerFlags.typed, store_flags.SERVER_OPTIONS),
}
"""In place of the store's where the parameter is of that type: the command can ask a service, or
always does."""


def with_groups(command: Callable[..., None]) -> Callable[..., None]:
    """The command as Typer shall see it: options in place of the parameters that are groups.

    A command without any is returned as it is.
    """
    parameters = inspect.signature(command).parameters
    hints = get_type_hints(command, include_extras=True)
    groups = {name: _group(name, hints[name]) for name in parameters if name in GROUPS}
    if not groups:
        return command

    @functools.wraps(command)
    def run(**typed: Any) -> None:
        made = {
            name: make(**{option: typed.pop(_within(name, option)) for option in options})
            for name, (make, options) in groups.items()
        }
        command(**made, **typed)

    seen = []
    for name, parameter in parameters.items():
        if name in groups:
            options = groups[name][1].items()
            seen += [_option(_within(name, option), kind) for option, kind in options]
        else:
            seen.append(parameter.replace(annotation=hints[name]))
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in seen}
    run.__signature__ = inspect.Signature(seen)  # type: ignore[attr-defined]
    return run


def _group(name: str, kind: Any) -> Group:
    return OF_SERVICES.get(kind, GROUPS[name])


def _within(group: str, option: str) -> str:
    """The parameter's name; the command may have one of its own that is called as the option."""
    return f"{group}_{option}"


def _option(name: str, annotation: Any) -> inspect.Parameter:
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    return inspect.Parameter(name, kind, default=None, annotation=annotation)

"""Where an import would find a module, told from files: not even packages above it are imported."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.machinery import FileFinder, ModuleSpec
from pathlib import Path
from pkgutil import get_importer


def spec_in(module: str, places: Sequence[str]) -> ModuleSpec | None:
    """The module's spec, looked for in these places of an import path; None where none has it.

    A namespace package has no loader and no origin. Its places are those of now, which Python's own
    finder would ask the imported package above for, and raise KeyError where it is not imported.
    """
    spec = None
    within: Sequence[str] | None = places
    for name in module.split("."):
        spec = None if within is None else _spec(name, within)
        within = None if spec is None else spec.submodule_search_locations
    return spec


def _spec(name: str, places: Sequence[str]) -> ModuleSpec | None:
    """The first place that has a module or a package of it; else what all have of a namespace."""
    namespace = ModuleSpec(name, None, is_package=True)
    portions: list[str] = []
    for found in _found(name, places):
        if found.loader is not None:
            return found
        portions += found.submodule_search_locations or []
    namespace.submodule_search_locations = portions
    return namespace if portions else None


def _found(name: str, places: Sequence[str]) -> Iterator[ModuleSpec]:
    for place in places:
        # As Python has it, an empty place is the working folder of now.
        finder = get_importer(place or str(Path.cwd()))
        if isinstance(finder, FileFinder):
            # What was written a moment ago. To do so for all of them at once is for one thread.
            finder.invalidate_caches()
        spec = None if finder is None else finder.find_spec(name)
        if spec is not None:
            yield spec

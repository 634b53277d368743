"""Which pruner a sweep asks, and with which settings: what stands under `search.pruner`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from search_spaces.errors import Path
from search_spaces.spelling import suggestion
from search_spaces.values import shown
from sweeps.errors import SweepError
from sweeps.pruning.numbers import NUMBERS
from sweeps.reading.section import Section

Kind = Literal[
    "median", "percentile", "successive_halving", "hyperband", "patient", "threshold", "wilcoxon"
]
PLACE: Path = ("search", "pruner")
NONE = "none"
WRAPPED = "wrapped"
WRAPPING: Kind = "patient"


@dataclass(frozen=True)
class PrunerChoice:
    """One of Optuna's pruners, with Optuna's names for its settings; what is left out is unsaid.

    `wrapped` is the one that a patient pruner asks when its patience is over.
    """

    kind: Kind
    settings: Mapping[str, float] = field(default_factory=dict, hash=False)
    wrapped: PrunerChoice | None = None

    @property
    def document(self) -> Mapping[str, Any]:
        """What `read_pruner` reads as this choice; JSON types only."""
        wrapped = {} if self.wrapped is None else {WRAPPED: self.wrapped.document}
        return {self.kind: {**self.settings, **wrapped}}

    def whole(self, name: str, default: int) -> int:
        """A setting that is a whole number."""
        return int(self.settings.get(name, default))


def read_pruner(value: Any, path: Path = PLACE) -> PrunerChoice | None:
    """The pruner that a name stands for, or a mapping of one kind to its settings.

    None for `none`. Raises SweepError with the place of what is wrong.
    """
    if value == NONE:
        return None
    if isinstance(value, Mapping):
        kind, given = _one_kind(Section.of(value, path))
    else:
        kind, given = value, {}
    if not isinstance(kind, str) or kind not in NUMBERS:
        known = suggestion(str(kind), [*NUMBERS, NONE])
        raise SweepError(f"{shown(kind)} is no pruner; {known}", path)
    return _read(cast(Kind, kind), Section.of(given, (*path, kind)), path)


def _one_kind(section: Section) -> tuple[str, Any]:
    if len(section.values) != 1:
        message = (
            f"{len(section.values)} pruners are named, and a sweep has one: write "
            "`pruner: {median: {n_startup_trials: 5}}`, or its name alone"
        )
        raise SweepError(message, section.path)
    ((kind, given),) = section.values.items()
    return kind, {} if given is None else given


def _read(kind: Kind, section: Section, path: Path) -> PrunerChoice:
    numbers = NUMBERS[kind]
    section.only([*numbers, WRAPPED] if kind == WRAPPING else [*numbers])
    settings = {
        name: numbers[name].read(section, name) for name in numbers if name in section.values
    }
    wrapped = None
    if WRAPPED in section.values:
        wrapped = read_pruner(section.values[WRAPPED], (*section.path, WRAPPED))
    if wrapped is not None and wrapped.kind in (WRAPPING, "wilcoxon"):
        raise section.wrong(WRAPPED, "cannot be asked with patience; try `median`")
    choice = PrunerChoice(kind, settings, wrapped)
    _check_together(choice, section if section.values else Section({}, path))
    return choice


def _check_together(choice: PrunerChoice, section: Section) -> None:
    """Settings that are each right, and wrong together."""
    given = choice.settings
    if choice.kind == "threshold":
        if "lower" not in given and "upper" not in given:
            example = "`pruner: {threshold: {lower: 0.5}}`"
            raise SweepError(f"neither `lower` nor `upper` is given: write {example}", section.path)
        if "lower" in given and "upper" in given and given["lower"] > given["upper"]:
            raise section.wrong("lower", f"is above upper {shown(given['upper'])}")
    least, most = given.get("min_resource", 1), given.get("max_resource")
    if most is not None and least > most:
        raise section.wrong("min_resource", f"is above max_resource {shown(most)}")

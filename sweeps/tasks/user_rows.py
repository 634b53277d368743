"""Rows that a function of the user's returns: arrays, sparse matrices or pandas tables."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast

import numpy as np

from search_spaces.spelling import suggestion
from search_spaces.values import shown
from sweeps.errors import SweepError
from sweeps.reading.section import Section
from sweeps.tasks.inputs import taken
from sweeps.tasks.table import LabelWeights
from sweeps.tasks.table_content import refuse_lone_classes
from sweeps.tasks.table_options import KINDS, read_weights
from sweeps.tasks.table_pipeline import fitted_pipeline
from sweeps.tasks.table_split import Positions, split_rows
from sweeps.tasks.task import ClassWeights, Inputs, Kind, Rows
from sweeps.tasks.user_rows_kept import Kept
from sweeps.tasks.user_rows_loading import new_place, rows_at
from sweeps.user_code.user_code import check_path

Scale = Literal["standard", "none"]
SCALES = ("standard", "none")
KEYS = ("load", "kind", "scale", "test", "groups", "class_weights")


@dataclass(frozen=True)
class UserRows:
    """What `module:name` returns, called once a session in a process of its own.

    `((x_train, y_train), (x_test, y_test))` as `keras.datasets` do, `(x, y)` of which `test` is the
    share to test on, or a dict with x_train, y_train, x_test, y_test (or x, y) and, if wanted,
    groups, class_weights, classes and scale. Pandas tables are encoded as a table's columns are;
    arrays go in as they are, or with `scale: standard` at mean 0 and standard deviation 1.

    `place` is the folder where the rows lie while the sweep runs; a task made anew loads them anew.
    """

    path: str
    folder: str
    said_kind: Kind | None = None
    said_scale: Scale | None = None
    test: float = 0.2
    groups: str | None = None
    label_weights: LabelWeights | None = None
    place: str = field(default_factory=new_place)

    @classmethod
    def from_options(cls, options: Mapping[str, Any], folder: str) -> UserRows:
        """The task of those options; nothing of the user's is imported.

        Raises SweepError for an unknown option or a value that cannot be.
        """
        section = Section.of(options, ("task",)).only(KEYS)
        path = section.required("load", "load: my_data:load")
        kind = section.one_of("kind", KINDS[0], KINDS) if "kind" in options else None
        scale = section.one_of("scale", SCALES[0], SCALES) if "scale" in options else None
        return cls(
            path=check_path(path, ("task", "load")),
            folder=folder,
            said_kind=cast(Kind | None, kind),
            said_scale=cast(Scale | None, scale),
            test=section.number_between("test", cls.test, 0.0, 1.0),
            groups=section.text("groups", "") if "groups" in options else None,
            label_weights=read_weights(section),
        )

    @property
    def name(self) -> str:
        """The module's name."""
        return self.path.partition(":")[0].rpartition(".")[2]

    @property
    def kept(self) -> Kept:
        """All rows, loaded when they are first asked for; raises SweepError when that fails."""
        options = json.dumps({"kind": self.said_kind, "groups": self.groups})
        return rows_at(self.place, self.path, self.folder, options)

    @property
    def kind(self) -> Kind:
        """Classes or numbers, as the targets are."""
        return self.kept.target.kind

    @property
    def outputs(self) -> int:
        """The number of classes, 1 for two of them; or of numbers to predict."""
        target = self.kept.target
        if target.kind == "regression":
            return 1 if target.y.ndim == 1 else target.y.shape[1]
        return len(target.classes) if len(target.classes) > 2 else 1

    @property
    def features(self) -> tuple[str, ...]:
        """The encoded columns of a pandas table; else x0, x1, … for each number of a row."""
        return self.kept.features

    @property
    def classes(self) -> tuple[str, ...]:
        """The labels in the order of their numbers; empty for a regression."""
        return self.kept.target.classes

    def rows(self, split: int) -> Rows:
        """The train and test rows that were returned, or drawn; other splits are drawn anew."""
        kept = self.kept
        y = kept.target.y
        train, held_out = self._positions(kept, split)
        return Rows(
            taken(kept.x, train),
            y[train],
            taken(kept.x, held_out),
            y[held_out],
            None if kept.groups is None else kept.groups[train],
            self._class_weights(kept),
        )

    def scaled(self, fitted_on: Inputs, *parts: Inputs) -> tuple[Inputs, ...]:
        """The parts as float32, scaled by what `fitted_on` says where that is asked for."""
        pipeline = self.pipeline(fitted_on)
        if pipeline is None:
            return tuple(part.astype(np.float32) for part in parts)
        return tuple(np.asarray(pipeline.transform(part), np.float32) for part in parts)

    def pipeline(self, fitted_on: Inputs) -> Any:
        """The scikit-learn pipeline that scales, fitted; None where rows go in as they are."""
        if self.kept.columns:
            return fitted_pipeline(self.kept.columns, fitted_on)
        if (self.said_scale or self.kept.scale or "none") == "none":
            return None
        if hasattr(fitted_on, "indptr") or fitted_on.ndim != 2:
            raise SweepError(
                f"'standard' is for tables of numbers, and {self.path} returns "
                f"{'sparse rows' if hasattr(fitted_on, 'indptr') else 'rows of a higher rank'}: "
                "scale them there",
                ("task", "scale"),
            )
        from sklearn.pipeline import Pipeline
        from sklearn.preprocessing import StandardScaler

        return Pipeline([("scaled", StandardScaler())]).fit(np.asarray(fitted_on, np.float64))

    def digest(self) -> str:
        """A hash of all rows."""
        return self.kept.digest

    def _positions(self, kept: Kept, split: int) -> Positions | tuple[slice, slice]:
        """Where train and test rows stand; slices, which copy nothing, where both were returned."""
        total = len(kept.target.y)
        if kept.tested and split == 0:
            return slice(total - kept.tested), slice(total - kept.tested, total)
        if kept.groups is not None and len(kept.groups) != total:
            message = f"{self.path} says no groups of its test rows, so no split can be drawn"
            raise SweepError(message, ("evaluate", "resplit"))
        if not kept.tested and kept.groups is None:
            refuse_lone_classes(kept.target, self.path)
        return split_rows(
            kept.target.y, kept.target.kind, kept.groups, kept.tested or self.test, split
        )

    def _class_weights(self, kept: Kept) -> ClassWeights | None:
        """What the sweep file says, or else the function, by class number."""
        said = self.label_weights if self.label_weights is not None else kept.class_weights
        if said is None or isinstance(said, str):
            if said not in (None, "balanced"):
                raise SweepError(f"{shown(said)} is not `balanced`", ("task", "class_weights"))
            return cast(Literal["balanced"] | None, said)
        weights = {}
        for label, weight in dict(said).items():
            if label not in kept.target.classes:
                message = f"no class {shown(label)}; {suggestion(label, kept.target.classes)}"
                raise SweepError(message, ("task", "class_weights"))
            weights[kept.target.classes.index(label)] = weight
        return weights

"""A table as a sweep file describes it: every option, its default and its bounds.

    task:
      csv: data.csv                 # or parquet: data.parquet; beside the sweep file
      target: species
      kind: regression              # what the target's values say, unless said
      drop: [id]                    # columns that are no inputs
      types: {zip: categorical}     # numeric, categorical, boolean or date, where inferred wrongly
      missing: [unknown]            # words that mean no value, besides NA, nan and the like
      test: 0.2                     # the share of rows to test on, or test_csv: a file of them
      class_weights: balanced       # or {Adelie: 2}
      preprocessing: none           # an estimator gets the columns as they were read
      separator: ";"                # found out; decimal: "," and encoding: cp1252 are not
      digest: 2b18456d4b484a50      # of the file: another one is refused (kept by every sweep)

No file is opened here: a sweep whose table is gone can still be looked at.
"""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from search_spaces.values import shown
from sweeps.errors import SweepError
from sweeps.reading.section import Section
from sweeps.sweep import SubjectChoice, TaskChoice
from sweeps.tasks.table import LabelWeights, Preprocessing, Table
from sweeps.tasks.table_columns import TYPES, Type
from sweeps.tasks.table_content import Meaning
from sweeps.tasks.table_file import Form, Source
from sweeps.tasks.task import Kind

KEYS = (
    "csv",
    "parquet",
    "target",
    "kind",
    "groups",
    "drop",
    "types",
    "missing",
    "test",
    "test_csv",
    "test_parquet",
    "class_weights",
    "preprocessing",
    "separator",
    "decimal",
    "encoding",
    "digest",
)
KINDS = ("classification", "regression")


def table_for(options: Mapping[str, Any], folder: str) -> Table:
    """The table of those options, its files looked for in `folder`.

    Raises SweepError for an unknown option or a value that cannot be.
    """
    section = Section.of(options, ("task",)).only(KEYS)
    form = _form(section)
    target = section.required("target", "target: species")
    if not isinstance(target, str) or not target:
        raise section.wrong("target", "is not the name of a column; put it in quotes")
    groups = section.text("groups", "") if "groups" in section.values else None
    meaning = Meaning(
        target=target,
        kind=cast(Kind, section.one_of("kind", KINDS[0], KINDS)) if "kind" in options else None,
        groups=groups,
        drop=_names(section, "drop"),
        types=_types(section),
    )
    _refuse_contradictions(meaning)
    source = _source(section, form, form, folder)
    other = f"test_{form}"
    return Table(
        source=source,
        meaning=meaning,
        test=section.number_between("test", Table.test, 0.0, 1.0),
        test_source=_source(section, form, other, folder) if other in options else None,
        label_weights=read_weights(section),
        preprocessing=cast(
            Preprocessing, section.one_of("preprocessing", "auto", ("auto", "none"))
        ),
        expected=section.text("digest", "") if "digest" in options else None,
    )


def pinned(task: TaskChoice, folder: str) -> TaskChoice:
    """The task with the digest of its table as it is now, so that a resumed sweep has the same.

    Unchanged where it says one, is no table, or has a file that cannot be read: those who read it
    will say so.
    """
    if task.name != "table" or "digest" in task.options:
        return task
    try:
        digest = table_for(task.options, folder).digest()
    except (SweepError, OSError):
        return task
    return replace(task, options={**task.options, "digest": digest})


def refuse_unfit(task: TaskChoice, subject: SubjectChoice) -> None:
    """Raise SweepError where what is tuned would get no rows, or a network a table as read."""
    if task.name == "none" and subject.kind != "function":
        message = "'none' is for a function of your own: anything else needs rows to train on"
        raise SweepError(message, ("task",))
    unprepared = task.name == "table" and task.options.get("preprocessing") == "none"
    if unprepared and subject.kind in ("network", "model"):
        message = "'none' is for estimators and functions: a network needs numbers; leave it out"
        raise SweepError(message, ("task", "preprocessing"))


def _form(section: Section) -> Form:
    if "parquet" not in section.values:
        section.required("csv", "csv: data.csv")
        wrong = [key for key in ("test_parquet",) if key in section.values]
        form: Form = "csv"
    else:
        csv_only = ("csv", "test_csv", "separator", "decimal", "encoding", "missing")
        wrong = [key for key in csv_only if key in section.values]
        form = "parquet"
    if wrong:
        message = f"does not go with `{form}`; leave one of them out"
        raise SweepError(message, ("task", wrong[0]), about_key=True)
    if "test" in section.values and f"test_{form}" in section.values:
        raise section.wrong("test", f"has no effect: test_{form} has the rows to test on")
    return form


def _source(section: Section, form: Form, key: str, folder: str) -> Source:
    path = section.text(key, "")
    if "\0" in path:
        raise section.wrong(key, "is not a path")
    return Source(
        path=str(Path(folder or ".").absolute() / Path(path).expanduser()),
        form=form,
        key=key,
        separator=_character(section, "separator", None),
        decimal=_character(section, "decimal", ".") or ".",
        encoding=_encoding(section),
        missing=_names(section, "missing"),
        text=tuple(name for name, kind in _types(section) if kind == "categorical"),
    )


def _character(section: Section, key: str, default: str | None) -> str | None:
    value = section.values.get(key, default)
    if value is not None and (
        not isinstance(value, str) or len(value) != 1 or value in '"\r\n\0' or ord(value) > 127
    ):
        raise section.wrong(key, 'is not a single character, such as ";"')
    return value


def _encoding(section: Section) -> str:
    name = section.text("encoding", "utf-8")
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError) as error:
        raise section.wrong("encoding", "is not an encoding, such as cp1252") from error
    if not found._is_text_encoding:
        raise section.wrong("encoding", "is not an encoding of text, such as cp1252")
    return found.name


def _names(section: Section, key: str) -> tuple[str, ...]:
    """A list of names, or a single one."""
    value = section.values.get(key, [])
    names = value if isinstance(value, list) else [value]
    for position, name in enumerate(names):
        if not isinstance(name, str):
            message = f"{shown(name)} is not text; put it in quotes"
            raise SweepError(message, (*section.path, key, position))
    return tuple(names)


def _types(section: Section) -> tuple[tuple[str, Type], ...]:
    inner = section.section("types")
    for name in inner.values:
        inner.one_of(name, "", TYPES)
    return tuple((name, inner.values[name]) for name in inner.values)


def read_weights(section: Section) -> LabelWeights | None:
    """`balanced`, or a number above 0 for each label."""
    value = section.values.get("class_weights")
    if value is None or value == "balanced":
        return value
    if not isinstance(value, Mapping):
        raise section.wrong("class_weights", "is neither `balanced` nor a mapping from labels")
    inner = section.section("class_weights")
    return tuple((label, inner.number_between(label, 1.0, 0.0, 1e9)) for label in inner.values)


def _refuse_contradictions(meaning: Meaning) -> None:
    if meaning.groups == meaning.target:
        raise SweepError(f"{meaning.target} is the target already", ("evaluate", "groups"))
    for position, name in enumerate(meaning.drop):
        if name == meaning.target:
            raise SweepError(f"{name} is the target", ("task", "drop", position))

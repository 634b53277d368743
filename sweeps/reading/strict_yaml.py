"""Strict YAML 1.2: text in, plain mappings and lists out, with the place of every value.

Whatever could mean two things, hide a value or cost more than its size is refused: anchors and
aliases, tags, directives, merge keys, duplicate keys, several documents, tabs, what nobody sees.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)

from search_spaces.errors import Path
from sweeps.errors import SweepFileError
from sweeps.reading.readable_text import readable_text
from sweeps.reading.yaml_scalars import read_scalar

DEEPEST = 30
MOST_VALUES = 20_000
LONGEST_TEXT = 10_000
"""Characters of one value, which may go over several lines."""
LONGEST_KEY = 1_000

NOT_FORESEEN = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What ruamel's scanner and parser raise where they did not foresee a text, such as an escape in a
string for a character that does not exist. They get text and give events, so it is the text."""

_NOT_TEXT = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True)
class Mark:
    """A place in a file: line and column, both counted from 1."""

    line: int
    column: int


@dataclass(frozen=True)
class Document:
    """A file's content as plain data, and where each key and each value stands."""

    name: str
    value: Any
    keys: Mapping[Path, Mark]
    values: Mapping[Path, Mark]

    def place(self, path: Path, *, about_key: bool = False) -> str:
        """`FILE:LINE:COL` of the deepest part of the path that the file has."""
        for length in range(len(path), 0, -1):
            known = path[:length]
            mark = self._mark(known, about_key=about_key and length == len(path))
            if mark is not None:
                return f"{self.name}:{mark.line}:{mark.column}"
        return f"{self.name}:1:1"

    def _mark(self, path: Path, *, about_key: bool) -> Mark | None:
        """A scalar is pointed at itself; a mapping or list at its key, which may be lines above."""
        key, value = self.keys.get(path), self.values.get(path)
        if key is None or value is None:
            return key or value
        return key if about_key or value.line != key.line else value


def read_yaml(data: bytes, name: str, most_values: int = MOST_VALUES) -> Document:
    """The one document in the bytes. `name` stands for the file in messages.

    Raises SweepFileError, whose text is one line `FILE:LINE:COL: message`.
    """
    events = YAML(typ="safe", pure=True).parse(readable_text(data, name))
    reader = _Reader(name, events, most_values)
    try:
        return reader.document()
    except SweepFileError:
        raise
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = " ".join(part for part in (error.context, error.problem) if part)
        raise SweepFileError(
            f"{name}:{mark.line + 1}:{mark.column + 1}" if mark else f"{name}:1:1", what
        ) from error
    except YAMLError as error:
        raise SweepFileError(f"{name}:1:1", " ".join(str(error).split())) from error
    except NOT_FORESEEN as error:
        place = f"{name}:{reader.last.line}:{reader.last.column}"
        raise SweepFileError(place, "what follows here is not YAML; look at its escapes") from error


@dataclass
class _Reader:
    """Builds plain data from parser events, one at a time, so that an attack ends early."""

    name: str
    events: Iterator[Any]
    most_values: int
    keys: dict[Path, Mark] = field(default_factory=dict)
    values: dict[Path, Mark] = field(default_factory=dict)
    last: Mark = Mark(1, 1)

    def document(self) -> Document:
        event = next(self.events)
        while isinstance(event, StreamStartEvent):
            event = next(self.events)
        if isinstance(event, StreamEndEvent):
            raise SweepFileError(f"{self.name}:1:1", "the file is empty")
        if not isinstance(event, DocumentStartEvent) or event.version or event.tags:
            raise self.refusal(event, "a %directive; a sweep file has none")
        value = self.node(next(self.events), ())
        next(self.events)
        following = next(self.events)
        if not isinstance(following, StreamEndEvent):
            raise self.refusal(following, "a second document; a sweep file holds one")
        return Document(self.name, value, self.keys, self.values)

    def node(self, event: Any, path: Path) -> Any:
        self.refuse_indirection(event)
        if len(path) > DEEPEST:
            raise self.refusal(event, f"nested more than {DEEPEST} levels deep")
        if len(self.values) >= self.most_values:
            raise self.refusal(event, f"more than {self.most_values:,} values in one file")
        self.last = self.values[path] = _mark(event)
        if isinstance(event, MappingStartEvent):
            return self.mapping(path)
        if isinstance(event, SequenceStartEvent):
            return self.sequence(path)
        return self.scalar(event)

    def mapping(self, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not isinstance(event := next(self.events), MappingEndEvent):
            key = self.key(event)
            if key in found:
                first = self.keys[(*path, key)]
                raise self.refusal(
                    event, f"{key!r} stands twice; the first is on line {first.line}"
                )
            self.keys[(*path, key)] = _mark(event)
            found[key] = self.node(next(self.events), (*path, key))
        return found

    def sequence(self, path: Path) -> list[Any]:
        found: list[Any] = []
        while not isinstance(event := next(self.events), SequenceEndEvent):
            found.append(self.node(event, (*path, len(found))))
        return found

    def key(self, event: Any) -> str:
        self.refuse_indirection(event)
        if not isinstance(event, ScalarEvent):
            raise self.refusal(event, "a list or mapping as a key; keys are names")
        key = self.scalar(event)
        if not isinstance(key, str):
            raise self.refusal(event, f"key {event.value!r} is not a name; put it in quotes")
        if key == "<<" and event.style is None:
            raise self.refusal(event, "a merge key '<<'; write the values out")
        if len(key) > LONGEST_KEY:
            raise self.refusal(
                event, f"a key of {len(key):,} characters; at most {LONGEST_KEY:,} are read"
            )
        return key

    def scalar(self, event: Any) -> Any:
        text: str = event.value
        if len(text) > LONGEST_TEXT:
            raise self.refusal(
                event, f"a value of {len(text):,} characters; at most {LONGEST_TEXT:,} are read"
            )
        if event.style is not None:
            if found := _NOT_TEXT.search(text):
                raise self.refusal(event, f"U+{ord(found[0]):04X} inside a string is not text")
            return text
        try:
            return read_scalar(text)
        except ValueError as error:
            raise self.refusal(event, str(error)) from error

    def refuse_indirection(self, event: Any) -> None:
        if isinstance(event, AliasEvent):
            raise self.refusal(event, f"the alias *{event.anchor}; write the value out")
        if event.anchor is not None:
            raise self.refusal(event, f"the anchor &{event.anchor}; write values out instead")
        if event.tag is not None:
            raise self.refusal(event, f"the tag {event.tag}; values are read without tags")

    def refusal(self, event: Any, message: str) -> SweepFileError:
        mark = _mark(event)
        return SweepFileError(f"{self.name}:{mark.line}:{mark.column}", message)


def _mark(event: Any) -> Mark:
    return Mark(event.start_mark.line + 1, event.start_mark.column + 1)

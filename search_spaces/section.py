"""One key of a description, as its module sees it: what was written, and the ways to read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from search_spaces.conditions import When
from search_spaces.domains import Choice
from search_spaces.errors import Path, SpaceError
from search_spaces.params import Constraint, Param
from search_spaces.quantities import Quantity, Word
from search_spaces.reading import check_keys, is_form, read_param, split_when
from search_spaces.values import shown

Part = Param | Constraint
"""What a module makes of its section."""


@dataclass(frozen=True)
class Group:
    """Parameters that are written together in one mapping; those in `required` have no default."""

    fields: Mapping[str, Quantity]
    required: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section:
    """What was written under a key.

    `name` is the parameter's name or the beginning of several; `raw` what was written;
    `description` the whole description, for modules that look at another's; `path` where `raw`
    stands in it; `when` the conditions that every parameter read here gets.
    """

    name: str
    raw: object
    description: Mapping[str, object]
    path: Path
    when: tuple[When, ...] = ()

    def holds(self, key: str) -> bool:
        """Whether the section is a mapping with this key."""
        return isinstance(self.raw, Mapping) and key in self.raw

    def part(self, key: str) -> Section:
        """What stands under the only key of this section, beside `when`."""
        conditions, body = split_when(self.raw, self.path)
        if not isinstance(body, Mapping):
            raise SpaceError(f"{shown(body)} is not a mapping with {key}", self.path)
        check_keys(body, [key], self.path)
        when = (*self.when, *conditions)
        return Section(f"{self.name}.{key}", body[key], self.description, (*self.path, key), when)

    def param(self, quantity: Quantity) -> list[Part]:
        """The section as one parameter."""
        return [read_param(self.name, self.raw, quantity, self.path, self.when)]

    def group(self, group: Group) -> list[Part]:
        """The section as a mapping of the group's parameters, all of them optional or required."""
        conditions, body = split_when({} if self.raw is None else self.raw, self.path)
        if not isinstance(body, Mapping):
            fields = ", ".join(group.fields)
            raise SpaceError(f"{shown(body)} is not a mapping of {fields}", self.path)
        check_keys(body, list(group.fields), self.path)
        for field in group.required:
            self._check_required(field, body)
        when = (*self.when, *conditions)
        return [
            read_param(f"{self.name}.{key}", raw, group.fields[key], (*self.path, key), when)
            for key, raw in body.items()
        ]

    def _check_required(self, field: str, body: Mapping[str, object]) -> None:
        if field not in body:
            raise SpaceError(f"{field} is missing; it has no default", self.path)
        raw = body[field]
        if isinstance(raw, Mapping) and "when" in raw:
            raise SpaceError(
                f"{field} has no default, so it cannot depend on a condition",
                (*self.path, field, "when"),
            )

    def kinds(self, kinds: Mapping[str, Group]) -> list[Part]:
        """The section as one kind or several, each with parameters of its own.

        Written as a name, a list of names, or a mapping of names to parameters; the parameters of
        a kind exist only where that kind is chosen.
        """
        conditions, body = split_when(self.raw, self.path)
        if not isinstance(body, Mapping) or is_form(body):
            return self._bare_kinds(kinds)
        check_keys(body, list(kinds), self.path)
        if not body:
            raise SpaceError(f"no kind; write one of {', '.join(kinds)}", self.path)
        chosen = Param(self.name, Choice(tuple(body)), (*self.when, *conditions), self.path)
        parts: list[Part] = [chosen]
        for kind, raw in body.items():
            parts += self._kind(kind, raw, kinds[kind])
        return parts

    def _bare_kinds(self, kinds: Mapping[str, Group]) -> list[Part]:
        param = read_param(self.name, self.raw, Word(tuple(kinds)), self.path, self.when)
        chosen = param.domain.choices if isinstance(param.domain, Choice) else ()
        for kind in chosen:
            required = kinds[str(kind)].required
            if required:
                example = ", ".join(f"{field}: …" for field in required)
                raise SpaceError(
                    f"{kind} needs {' and '.join(required)}; "
                    f"write {self.name}: {{{kind}: {{{example}}}}}",
                    self.path,
                )
        return [param]

    def _kind(self, kind: str, raw: object, group: Group) -> list[Part]:
        path = (*self.path, kind)
        if group.required and isinstance(raw, Mapping) and "when" in raw:
            raise SpaceError(
                f"{group.required[0]} has no default, so it cannot depend on a condition; "
                f"put `when` beside {kind}",
                (*path, "when"),
            )
        when = (When(self.name, choices=(kind,), path=path),)
        return Section(f"{self.name}.{kind}", raw, self.description, path, when).group(group)

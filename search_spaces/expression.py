"""Arithmetic and comparisons over a configuration: parsed and walked, never run as code.

What may be written: numbers, text in quotes, parameter names (`decay.step.drop`), the operators
`+ - * / // % **`, comparisons (`8 <= width < 64`), `and or not`, and the functions abs, ceil,
floor, log, max, min, round and sqrt. Python's parser gives the syntax tree; everything else is
refused, and sizes are bounded, so that no expression can run long or fill the memory.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from search_spaces.arithmetic import UndefinedError
from search_spaces.errors import SpaceError
from search_spaces.spelling import unusual
from search_spaces.translation import Step, dotted, translate, written
from search_spaces.values import Value, shown

LONGEST = 1000
DEEPEST = 50


@dataclass(frozen=True)
class Expression:
    """A parsed expression, equal to another with the same text. Raises SpaceError when refused."""

    text: str

    def __post_init__(self) -> None:
        if not isinstance(self.text, str):
            raise SpaceError(f"{shown(self.text)} is not an expression; write it in quotes")
        translate(self._body)
        _check_constants(self._body)

    def __getstate__(self) -> dict[str, str]:
        """What is pickled: the text alone, since the translated steps are closures."""
        return {"text": self.text}

    @cached_property
    def _body(self) -> ast.expr:
        return _parse(self.text)

    @cached_property
    def _step(self) -> Step:
        return translate(self._body)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The parameters it names, in order of appearance."""
        return tuple(dict.fromkeys(_names(self._body)))

    @property
    def compares(self) -> bool:
        """Whether the outermost operation gives true or false."""
        body = self._body
        negates = isinstance(body, ast.UnaryOp) and isinstance(body.op, ast.Not)
        return negates or isinstance(body, ast.Compare | ast.BoolOp | ast.Name | ast.Attribute)

    def evaluate(self, config: Mapping[str, Value]) -> Value:
        """The value for a configuration that has every name.

        Raises `UndefinedError`, saying why: division by zero, a number too large,
        text in a sum.
        """
        return self._step(config)


def _names(node: ast.expr) -> list[str]:
    name = dotted(node)
    if name is not None:
        return [name]
    called = node.func if isinstance(node, ast.Call) else None
    inner = [n for n in ast.iter_child_nodes(node) if isinstance(n, ast.expr) and n is not called]
    return [name for child in inner for name in _names(child)]


def _check_constants(body: ast.expr) -> None:
    """Refuse what has no value whatever the configuration: `9**9**9`, a division by 0."""
    for node in ast.walk(body):
        if isinstance(node, ast.BinOp | ast.UnaryOp | ast.Call) and not _names(node):
            try:
                translate(node)({})
            except UndefinedError as error:
                raise SpaceError(f"{written(node)} has no value: {error}") from None


def _parse(text: str) -> ast.expr:
    if len(text) > LONGEST:
        raise SpaceError(f"an expression of {len(text):,} characters; the longest is {LONGEST:,}")
    if not text.isascii():
        # Python's parser takes some other letters for plain ones: the full-width `width` for one.
        raise SpaceError(f"{shown(text)} is not plain text; {unusual(text)}write it in ASCII")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            body = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise SpaceError(f"{shown(text)} is not an expression that can be read") from None
    _check_depth(body)
    return body


def _check_depth(body: ast.expr) -> None:
    level: list[ast.AST] = [body]
    for _ in range(DEEPEST):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return
    raise SpaceError(f"an expression nested more than {DEEPEST} deep")

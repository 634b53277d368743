"""From a syntax tree to the steps that compute it: the list of what an expression may say."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any

from search_spaces import arithmetic
from search_spaces.arithmetic import FUNCTIONS
from search_spaces.errors import SpaceError
from search_spaces.spelling import suggestion
from search_spaces.values import Value, number, shown

Step = Callable[[Mapping[str, Value]], Value]

_OPERATORS: dict[type[ast.operator], Callable[[Value, Value], Value]] = {
    ast.Add: arithmetic.guarded(operator.add),
    ast.Sub: arithmetic.guarded(operator.sub),
    ast.Mult: arithmetic.guarded(operator.mul),
    ast.Div: arithmetic.guarded(operator.truediv),
    ast.FloorDiv: arithmetic.guarded(operator.floordiv),
    ast.Mod: arithmetic.guarded(operator.mod),
    ast.Pow: arithmetic.guarded(arithmetic.power),
}
_SIGNS: dict[type[ast.unaryop], Callable[[Value], Value]] = {
    ast.UAdd: arithmetic.guarded(operator.pos),
    ast.USub: arithmetic.guarded(operator.neg),
    ast.Not: arithmetic.negation,
}
_COMPARISONS: dict[type[ast.cmpop], Callable[[Value, Value], bool]] = {
    ast.Eq: arithmetic.equal,
    ast.NotEq: arithmetic.unequal,
    ast.Lt: arithmetic.ordered(operator.lt),
    ast.LtE: arithmetic.ordered(operator.le),
    ast.Gt: arithmetic.ordered(operator.gt),
    ast.GtE: arithmetic.ordered(operator.ge),
}


def dotted(node: ast.AST) -> str | None:
    """`decay.step.drop` for the attribute chain it parses to; None for anything else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else None


def translate(node: ast.expr) -> Step:
    """The step that computes `node`; raises SpaceError for what an expression may not say."""
    name = dotted(node)
    if name is not None:
        return _name(name)
    translator = _TRANSLATORS.get(type(node))
    if translator is None:
        raise SpaceError(f"{written(node)} is not arithmetic, a comparison or a parameter's name")
    return translator(node)


def written(node: ast.AST) -> str:
    """The part of an expression, for messages."""
    try:
        return shown(ast.unparse(node))
    except ValueError:  # of text in text in quotes, there are forms that cannot be written again
        return "a part of this"


def _name(name: str) -> Step:
    return lambda config: config[name]


def _constant(node: ast.Constant) -> Step:
    value = node.value
    if not isinstance(value, str | bool):
        value = number(value)
    return lambda _: value


def _binary(node: ast.BinOp) -> Step:
    if type(node.op) not in _OPERATORS:
        raise SpaceError(f"{written(node)}: this operator is not arithmetic")
    apply = _OPERATORS[type(node.op)]
    left, right = translate(node.left), translate(node.right)
    return lambda config: apply(left(config), right(config))


def _unary(node: ast.UnaryOp) -> Step:
    if type(node.op) not in _SIGNS:
        raise SpaceError(f"{written(node)}: this operator is not arithmetic")
    apply, operand = _SIGNS[type(node.op)], translate(node.operand)
    return lambda config: apply(operand(config))


def _comparison(node: ast.Compare) -> Step:
    if any(type(op) not in _COMPARISONS for op in node.ops):
        raise SpaceError(f"{written(node)}: compare with == != < <= > >= only")
    tests = [_COMPARISONS[type(op)] for op in node.ops]
    operands = [translate(operand) for operand in (node.left, *node.comparators)]

    def chained(config: Mapping[str, Value]) -> bool:
        left = operands[0](config)
        for test, operand in zip(tests, operands[1:], strict=True):
            right = operand(config)
            if not test(left, right):
                return False
            left = right
        return True

    return chained


def _logic(node: ast.BoolOp) -> Step:
    operands = [translate(operand) for operand in node.values]
    if isinstance(node.op, ast.And):
        return lambda config: all(arithmetic.truth(step(config)) for step in operands)
    return lambda config: any(arithmetic.truth(step(config)) for step in operands)


def _call(node: ast.Call) -> Step:
    name = dotted(node.func) or ""
    if name not in FUNCTIONS:
        message = f"{written(node.func)} is not a function; {suggestion(name, FUNCTIONS)}"
        raise SpaceError(message)
    fewest, most, function = FUNCTIONS[name]
    starred = any(isinstance(argument, ast.Starred) for argument in node.args)
    if node.keywords or starred or not fewest <= len(node.args) <= most:
        raise SpaceError(f"{written(node)}: {name} takes other arguments")
    apply, arguments = arithmetic.guarded(function), [translate(a) for a in node.args]
    return lambda config: apply(*(argument(config) for argument in arguments))


_TRANSLATORS: dict[type[ast.expr], Callable[[Any], Step]] = {
    ast.Constant: _constant,
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.Compare: _comparison,
    ast.BoolOp: _logic,
    ast.Call: _call,
}

"""What every template must be, whatever it is for."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import Any

import yaml
from typer.main import get_command

from sweeps.cli.app import app
from sweeps.cli.templates import templates

PINNED = re.compile(r"[a-z][\w/-]*:(RELEASE\.)?\d[\w.-]*")
"""An image without the host of a registry, and with its version."""
SECRET = re.compile(r"PASSWORD|SECRET|TOKEN")
FROM_OUTSIDE = re.compile(r"\$\{[A-Z_]+:\?[\w ]+\}")
IN_AN_ADDRESS = re.compile(r"\w+://[^\s/@]*:[^\s/@]*@")
REGISTRIES = re.compile(r"pypi|pythonhosted|conda|npmjs|(docker|ghcr|quay|gcr|k8s)\.io|nvcr")


def text_of(name: str) -> str:
    return templates()[name]


def documents(text: str) -> list[dict[str, Any]]:
    """Its YAML documents."""
    return list(yaml.safe_load_all(text))


def values(node: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """(key, string) pairs, however deep; strings in a list go by the list's key.

    Of `{name: X, value: Y}`, as Kubernetes writes variables, the key is X.
    """
    if isinstance(node, dict) and set(node) == {"name", "value"}:
        yield str(node["name"]), str(node["value"])
    elif isinstance(node, dict):
        for name, inner in node.items():
            yield from values(inner, str(name))
    elif isinstance(node, list):
        for inner in node:
            yield from values(inner, key)
    elif isinstance(node, str):
        yield key, node


def commands(node: Any) -> Iterator[list[str]]:
    """The `sweeps` commands among the strings of a YAML document, split."""
    for _, text in values(node):
        for line in text.splitlines():
            if re.match(r"\s*(exec )?sweeps [a-z]", line):
                yield shlex.split(line.strip().removeprefix("exec "))[1:]


def parse(words: list[str]) -> str:
    """Read a command line as `sweeps` would; the subcommand's name. Raises its own usage errors."""
    group: Any = get_command(app)
    context = group.make_context("sweeps", list(words))
    name, command, rest = group.resolve_command(context, [*context._protected_args, *context.args])
    command.make_context(name, rest, parent=context)
    return str(name)

"""Environment variables that stand for a while."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager


@contextmanager
def replaced(environment: Mapping[str, str]) -> Iterator[None]:
    """Set the variables, whatever the user has set, and put that back afterwards."""
    before = {name: os.environ.get(name) for name in environment}
    os.environ.update(environment)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


@contextmanager
def standing(environment: Mapping[str, str]) -> Iterator[None]:
    """Set the variables that the user has not set, and take them away again afterwards."""
    added = {name: value for name, value in environment.items() if name not in os.environ}
    os.environ.update(added)
    try:
        yield
    finally:
        for name in added:
            os.environ.pop(name, None)

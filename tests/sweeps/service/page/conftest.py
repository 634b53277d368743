"""A browser, and services for it to look at."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sweeps.store import Store
from tests.sweeps.service.pages import Served, Window, chromium, fill, served, window

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def full(tmp_path: Path) -> Iterator[Served]:
    """Sweeps of every sort: one runs, one waits, others have ended; names as bad as can be."""
    with served(Store.at(tmp_path / "store")) as found:
        fill(found)
        yield found


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Served]:
    with served(Store.at(tmp_path / "store")) as found:
        yield found


@pytest.fixture
def look(full: Served, browser: Browser) -> Iterator[Window]:
    with window(browser, full.address) as found:
        yield found

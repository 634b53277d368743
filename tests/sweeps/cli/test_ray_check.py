from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import closing
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from sweeps.cli import ray_check


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Ray is, and knows of no cluster and no token."""
    for name in [name for name in os.environ if name.startswith("RAY_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("RAY_TMPDIR", str(tmp_path))
    monkeypatch.setattr(ray_check, "version", lambda _: "2.60.0")


@pytest.fixture
def head() -> Iterator[str]:
    """The address of somebody who answers."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        yield f"127.0.0.1:{listening.getsockname()[1]}"


def test_without_ray_nothing_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(ray_check, "version", missing)
    found = ray_check.ray()
    assert (found.said[:13], found.trouble) == ("not installed", None)


def test_without_a_cluster_nothing_is_wrong() -> None:
    found = ray_check.ray()
    assert (found.said, found.trouble) == ("2.60.0, no cluster runs here", None)


def test_a_cluster_and_its_token(head: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAY_ADDRESS", head)
    assert ray_check.ray().said == f"2.60.0, a cluster answers at {head}, no token"
    monkeypatch.setenv("RAY_AUTH_TOKEN", "letmein")
    found = ray_check.ray()
    assert found.said == f"2.60.0, a cluster answers at {head}, token in RAY_AUTH_TOKEN"
    assert found.facts["token"] == "RAY_AUTH_TOKEN"
    assert found.trouble is None


def test_this_machines_cluster_is_found(head: str, tmp_path: Path) -> None:
    (tmp_path / "ray").mkdir()
    (tmp_path / "ray" / "ray_current_cluster").write_text(head)
    assert ray_check.ray().facts["address"] == head


def test_a_cluster_that_is_named_and_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAY_ADDRESS", "127.0.0.1:9")
    trouble = ray_check.ray().trouble
    assert trouble is not None
    assert trouble.startswith("RAY_ADDRESS=127.0.0.1:9: nobody answers there")


def test_a_token_that_is_wanted_and_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAY_AUTH_MODE", "token")
    assert (
        ray_check.ray().trouble == "RAY_AUTH_MODE=token wants RAY_AUTH_TOKEN or RAY_AUTH_TOKEN_PATH"
    )

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from sweeps.executors.executor import ClusterError
from sweeps.executors.ray import address as address_module
from sweeps.executors.ray.address import answers, found, resolved, unfit

NOBODY = "127.0.0.1:1"


@pytest.fixture
def head() -> Iterator[str]:
    """The address of somebody who listens."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


@pytest.fixture(autouse=True)
def last_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Notes, as Ray does, the cluster that was started last; at first there was none."""
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    monkeypatch.setenv("RAY_TMPDIR", str(tmp_path))
    (tmp_path / "ray").mkdir()

    def note(address: str) -> None:
        (tmp_path / "ray" / "ray_current_cluster").write_text(address)

    return note


def test_who_listens_is_told_from_who_does_not(head: str) -> None:
    assert answers(head)
    assert not answers(NOBODY)
    assert not answers("no address at all")
    assert not answers("127.0.0.1:99999999")


def test_an_address_is_taken_when_somebody_answers_there(
    head: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert resolved(head) == head
    assert resolved("local") == "local"
    monkeypatch.setenv("RAY_ADDRESS", NOBODY)
    assert resolved(head) == head
    with pytest.raises(ClusterError, match=f"nobody answers at {NOBODY}"):
        resolved(None)


def test_a_clients_address_is_refused_with_the_way_out() -> None:
    with pytest.raises(ClusterError, match=r"ray://head:10001 is a Ray client's: .* HOST:6379"):
        resolved("ray://head:10001")


def test_without_an_address_ray_looks_for_itself(
    head: str, last_started: Callable[[str], None]
) -> None:
    assert resolved(None) is None
    assert resolved("auto") == "auto"
    last_started(head)
    assert resolved(None) is None
    assert resolved("auto") == "auto"


def test_a_cluster_that_crashed_is_not_waited_for(last_started: Callable[[str], None]) -> None:
    last_started(NOBODY)
    assert resolved(None) == "local"
    with pytest.raises(ClusterError, match=f"started here last, at {NOBODY}, is gone"):
        resolved("auto")


@pytest.mark.parametrize("address", ["10.0.0.1:6379", "head.example:6379", "[::1]:6379", "auto"])
def test_where_a_service_could_train(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(address_module, "find_spec", lambda _: True)
    assert unfit(address) is None


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http://head:8265", "is not the head's own address: say that, HOST:6379"),
        ("head", "'head' is not HOST:PORT, as in"),
        ("head:port", "'head:port' is not HOST:PORT"),
        ("", "'' is not HOST:PORT"),
    ],
)
def test_where_it_could_not(address: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(address_module, "find_spec", lambda _: True)
    assert said in (unfit(address) or "")


def test_this_machines_own_cluster_is_found_again_at_each_look(
    last_started: Callable[[str], None],
) -> None:
    assert found("10.0.0.1:6379") == "10.0.0.1:6379"
    last_started("10.0.0.9:6379")
    assert found("auto") == "10.0.0.9:6379"


def test_without_any_there_is_none_to_be_found() -> None:
    with pytest.raises(ClusterError, match="no Ray cluster was started on this machine"):
        found("auto")

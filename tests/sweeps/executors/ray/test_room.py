from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from sweeps.executors.ray.room import Node, NoRoomError, Room, room_for, unused_gpus


def one_a_core(cores: int) -> int:
    return cores


def one(_cores: int) -> int:
    return 1


HEAD: Node = {"memory": 1e9}
SMALL: Node = {"CPU": 2.0}
LARGE: Node = {"CPU": 16.0, "GPU": 2.0}


@pytest.mark.parametrize(
    ("nodes", "workers", "share", "processes", "expected"),
    [
        ([HEAD, SMALL, SMALL], None, None, one_a_core, Room(4, 1, 0.0, 2)),
        ([HEAD, SMALL, SMALL], None, None, one, Room(2, 2, 0.0, 1)),
        ([SMALL, LARGE], None, None, one, Room(9, 2, 0.0, 8)),
        ([LARGE], None, None, lambda _: 4, Room(4, 4, 0.0, 4)),
        ([SMALL, SMALL], 2, None, one_a_core, Room(2, 2, 0.0, 1)),
        ([SMALL, SMALL], 3, None, one_a_core, Room(3, 1, 0.0, 2)),
        ([SMALL], 8, None, one_a_core, Room(8, 1, 0.0, 2)),
        ([], 8, None, one_a_core, Room(8, 1, 0.0, 1)),
        ([SMALL, LARGE], None, 1.0, one_a_core, Room(2, 8, 1.0, 2)),
        ([SMALL, LARGE], None, 0.5, one_a_core, Room(4, 4, 0.5, 4)),
        ([LARGE], None, 0.3, one_a_core, Room(6, 2, 0.3, 6)),
        ([LARGE], None, 0.1, one_a_core, Room(20, 0, 0.1, 20)),
        ([SMALL], 3, 0.25, one_a_core, Room(3, 1, 0.25, 4)),
    ],
)
def test_workers_are_as_large_as_nodes_allow(
    nodes: Sequence[Node],
    workers: int | None,
    share: float | None,
    processes: Callable[[int], int],
    expected: Room,
) -> None:
    assert room_for(nodes, workers, share, processes) == expected


@pytest.mark.parametrize(
    ("share", "lacks"), [(None, "has a CPU for workers"), (0.5, r"has a GPU to take 0\.5 of")]
)
def test_without_room_the_way_out_is_said(share: float | None, lacks: str) -> None:
    with pytest.raises(NoRoomError, match=rf"{lacks}: start nodes, or .* --workers 8"):
        room_for([HEAD], None, share, one_a_core)


@pytest.mark.parametrize(
    ("room", "shared"),
    [
        (Room(2, 1, 0.0, 1), None),
        (Room(2, 1, 0.0, 2), "memory"),
        (Room(2, 1, 1.0, 2), None),
        (Room(2, 1, 0.5, 2), "gpus"),
    ],
)
def test_workers_share_a_gpu_or_a_nodes_memory(room: Room, shared: str | None) -> None:
    assert room.shared == shared


@pytest.mark.parametrize(
    ("nodes", "some"), [([LARGE, SMALL, LARGE], "4 GPUs"), ([{"GPU": 1.0}], "a GPU")]
)
def test_gpus_that_nobody_asked_for_are_told(nodes: Sequence[Node], some: str) -> None:
    told = unused_gpus(nodes)
    assert told is not None
    assert f"has {some}, and trials see none" in told
    assert "--gpu-share 1" in told
    assert unused_gpus([HEAD, SMALL]) is None


def test_what_a_worker_takes_is_said_in_words() -> None:
    assert Room(2, 1, 0.0, 2).of_one == "1 core"
    assert Room(2, 4, 0.5, 2).of_one == "4 cores and 0.5 of a GPU"


@pytest.mark.parametrize(
    ("nodes", "workers", "share", "shared_by", "cpus"),
    [
        ([SMALL, LARGE], 1, None, 18, 1),
        ([SMALL, LARGE], 1, None, 4, 4),
        ([SMALL, SMALL], 1, None, 1, 2),
        ([SMALL, LARGE], 1, 1.0, 18, 1),
        ([SMALL, LARGE], 1, 1.0, 2, 8),
        ([], 1, None, 8, 1),
    ],
)
def test_a_cluster_that_sweeps_share_leaves_room_for_all(
    nodes: Sequence[Node], workers: int, share: float | None, shared_by: int, cpus: int
) -> None:
    room = room_for(nodes, workers, share, one_a_core, shared_by)
    assert (room.workers, room.cpus) == (workers, cpus)

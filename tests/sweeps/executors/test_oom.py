"""The kernel's count of what it ended for want of memory, read from made-up files."""

from __future__ import annotations

from pathlib import Path

import pytest

from sweeps.executors.oom import kills

V1 = "12:cpu,cpuacct:/box\n4:memory:/box\n1:name=systemd:/box\n"
OOM_CONTROL = "oom_kill_disable 0\nunder_oom 0\noom_kill 7\n"
EVENTS = "low 0\nhigh 0\nmax 31\noom 3\noom_kill 2\noom_group_kill 0\n"


def machine(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


@pytest.mark.parametrize(
    ("cgroup", "counter", "text", "expected"),
    [
        ("0::/user.slice/box\n", "user.slice/box/memory.events", EVENTS, 2),
        ("0::/\n", "memory.events", EVENTS, 2),
        ("0::/docker/only-the-host-knows\n", "memory.events", EVENTS, 2),
        (V1, "memory/box/memory.oom_control", OOM_CONTROL, 7),
        (V1, "memory/memory.oom_control", OOM_CONTROL, 7),
        (V1 + "0::/\n", "memory/box/memory.oom_control", OOM_CONTROL, 7),
        ("2:hugetlb,memory:/box\n", "memory/box/memory.oom_control", OOM_CONTROL, 7),
        ("0::/a:b\n", "a:b/memory.events", EVENTS, 2),
    ],
    ids=["v2", "v2 top", "v2 inside", "v1", "v1 inside", "both", "v1 joined", "colon"],
)
def test_the_count_is_found(
    tmp_path: Path, cgroup: str, counter: str, text: str, expected: int
) -> None:
    files = {"proc/self/cgroup": cgroup, f"sys/fs/cgroup/{counter}": text}
    assert kills(machine(tmp_path, files)) == expected


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"proc/self/cgroup": ""},
        {"proc/self/cgroup": "0::/box\n"},
        {"proc/self/cgroup": "3:cpu:/box\n", "sys/fs/cgroup/memory/memory.oom_control": "x 1\n"},
        {"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.events": "oom 3\n"},
    ],
    ids=["no linux", "no group", "no file", "no controller", "old kernel"],
)
def test_nobody_knows_where_there_is_no_count(tmp_path: Path, files: dict[str, str]) -> None:
    assert kills(machine(tmp_path, files)) is None

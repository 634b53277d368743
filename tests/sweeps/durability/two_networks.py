"""Two network namespaces of this machine, and a wire between them that is slow and can be cut.

Packets go through this process: each end is a TUN device whose other side is read here. So what is
tried is the real network code of both sides, without a kernel that knows how to delay packets.
"""

from __future__ import annotations

import ctypes
import fcntl
import heapq
import os
import select
import shutil
import struct
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

ADDRESSES = ("10.77.0.1", "10.77.0.2")
DEVICE = Path("/dev/net/tun")
SET_NAME = 0x400454CA
"""TUNSETIFF of linux/if_tun.h."""
TUN_WITHOUT_HEADER = 0x0001 | 0x1000
NEW_NETWORK = 0x40000000
"""CLONE_NEWNET of linux/sched.h."""
LONGEST_PACKET = 2**16


class NoNetworksError(Exception):
    """There can be no such networks here; the message says why."""


class Wire:
    """Packets take `seconds` from one end to the other; none arrives while it is `cut`."""

    def __init__(self, ends: tuple[int, int], seconds: float) -> None:
        self._ends = ends
        self._seconds = seconds
        self.cut = False
        self.carried = 0
        self.lost = 0
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._carry, name="wire", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._closed.set()
        self._thread.join()

    def _carry(self) -> None:
        under_way: list[tuple[float, int, int, bytes]] = []
        while not self._closed.is_set():
            now = time.monotonic()
            wait = max(0.0, under_way[0][0] - now) if under_way else 0.1
            for end in select.select(self._ends, [], [], min(wait, 0.1))[0]:
                packet = os.read(end, LONGEST_PACKET)
                if self.cut:
                    self.lost += 1
                    continue
                self.carried += 1
                other = self._ends[1 - self._ends.index(end)]
                due = time.monotonic() + self._seconds
                heapq.heappush(under_way, (due, self.carried, other, packet))
            while under_way and under_way[0][0] <= time.monotonic():
                _, _, end, packet = heapq.heappop(under_way)
                os.write(end, packet)


@contextmanager
def two_networks(seconds: float) -> Iterator[tuple[tuple[str, str], Wire]]:
    """The names of two networks and the wire between them, packets being that long on their way.

    In the first one this machine is ADDRESSES[0], in the second ADDRESSES[1]. Raises
    NoNetworksError.
    """
    if os.geteuid() != 0 or shutil.which("ip") is None or not os.access(DEVICE, os.R_OK | os.W_OK):
        raise NoNetworksError(f"root, the command `ip` and {DEVICE} are wanted")
    names = (f"sweeps-{os.getpid()}-left", f"sweeps-{os.getpid()}-right")
    with ExitStack() as stack:
        ends = tuple(
            stack.enter_context(_network(name, mine, other))
            for name, mine, other in zip(names, ADDRESSES, ADDRESSES[::-1], strict=True)
        )
        wire = Wire((ends[0], ends[1]), seconds)
        stack.callback(wire.close)
        yield names, wire


@contextmanager
def _network(name: str, mine: str, other: str) -> Iterator[int]:
    """A network with one device, whose other side is what is yielded."""
    _ip("netns", "add", name)
    try:
        end = os.open(DEVICE, os.O_RDWR)
        try:
            device = f"sweeps{end}"
            setting = struct.pack("16sH", device.encode(), TUN_WITHOUT_HEADER)
            fcntl.ioctl(end, SET_NAME, setting)
            _ip("link", "set", device, "netns", name)
            _ip("-n", name, "addr", "add", mine, "peer", other, "dev", device)
            _ip("-n", name, "link", "set", device, "up")
            _ip("-n", name, "link", "set", "lo", "up")
            _ip("-n", name, "route", "add", "default", "dev", device)
            yield end
        finally:
            os.close(end)
    finally:
        _ip("netns", "delete", name)


def _ip(*words: str) -> None:
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise NoNetworksError(f"ip {' '.join(words)}: {done.stderr.strip()}")


@contextmanager
def inside(name: str) -> Iterator[None]:
    """Processes that this thread starts meanwhile are in that network."""
    library = ctypes.CDLL(None, use_errno=True)
    before = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    there = os.open(f"/run/netns/{name}", os.O_RDONLY)
    try:
        if library.setns(there, NEW_NETWORK):
            raise NoNetworksError(f"setns: {os.strerror(ctypes.get_errno())}")
        yield
    finally:
        library.setns(before, NEW_NETWORK)
        os.close(there)
        os.close(before)

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).parents[3]
CHILD = """
import time
from sweeps.executors.orphans import end_with_parent
{end}
print("up", flush=True)
time.sleep(20)
"""
PARENT = """
import os, subprocess, sys
words = [sys.executable, "-c", sys.argv[1]]
child = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
child.stdout.readline()
print(child.pid, flush=True)
os._exit(3)
"""


@pytest.mark.slow
def test_a_process_ends_when_nobody_is_left_who_started_it() -> None:
    pids = []
    for end in ("end_with_parent()", ""):
        words = [sys.executable, "-c", PARENT, CHILD.format(end=end)]
        done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 3, done.stderr
        pids.append(int(done.stdout))
    watching, other = (psutil.Process(pid) if psutil.pid_exists(pid) else None for pid in pids)
    if watching is not None:
        watching.wait(10)
    assert other is not None
    assert other.is_running()
    other.kill()

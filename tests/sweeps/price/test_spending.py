from __future__ import annotations

import subprocess
import sys
import time

import psutil

from sweeps.price.spending import Spending

BUSY = "import sys, time; x = bytearray(80_000_000); print(flush=True); sys.stdin.read()"


def test_memory_is_that_of_all_processes_at_once() -> None:
    own = psutil.Process().memory_info().rss
    with Spending() as spending:
        command = [sys.executable, "-c", BUSY]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
            assert child.stdout is not None
            child.stdout.readline()
            until = time.monotonic() + 20
            while spending.memory < own + 60e6:
                assert time.monotonic() < until, "the child was not seen"
                time.sleep(0.02)
            child.communicate()
    assert spending.memory > own + 60e6


def test_processor_time_is_that_of_all_processes_that_have_ended_too() -> None:
    with Spending() as spending:
        before = spending.core_seconds()
        began = time.process_time()
        while time.process_time() - began < 0.3:
            pass
        own = spending.core_seconds() - before
        assert 0.25 < own < 1.5
        program = "import time\nwhile time.process_time() < 0.5: pass"
        subprocess.run([sys.executable, "-c", program], check=True)
        assert spending.core_seconds() - before - own >= 0.45

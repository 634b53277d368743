from __future__ import annotations

import io
import subprocess
import sys

import pytest

from sweeps.executors.processes import Processes
from sweeps.trainers.own.output import CLEAR_LINE, WholeLines, printed_apart


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def speak() -> str:
    """Prints in every way there is."""
    with printed_apart():
        print("from", "print")
        print("held", end="")
        print(" in stderr", file=sys.stderr)
        subprocess.run(["echo", "from another program"], check=True)
        print("unfinished", end="")
    return "answer"


def test_whole_lines_only() -> None:
    stream = io.StringIO()
    lines = WholeLines(stream)
    lines.write("one\ntw")
    assert stream.getvalue() == "one\n"
    lines.write("o\n")
    lines.write("three")
    assert stream.getvalue() == "one\ntwo\n"
    lines.finish()
    lines.finish()
    assert stream.getvalue() == "one\ntwo\nthree\n"


def test_a_bar_is_taken_away_before_a_line_on_a_terminal() -> None:
    terminal = Terminal()
    print("said", file=WholeLines(terminal))
    assert terminal.getvalue() == f"{CLEAR_LINE}said\n"


def test_in_the_users_own_process_printing_is_printing(capfd: pytest.CaptureFixture[str]) -> None:
    speak()
    out, err = capfd.readouterr()
    assert "from print" in out
    assert "from another program" in out
    assert err == " in stderr\n"


def test_a_worker_leaves_standard_output_alone(capfd: pytest.CaptureFixture[str]) -> None:
    workers = Processes(1, {})
    try:
        assert workers.submit(speak).result() == "answer"
    finally:
        workers.shutdown()
    out, err = capfd.readouterr()
    assert out == ""
    assert sorted(err.splitlines()) == [
        "from another program",
        "from print",
        "held in stderr",
        "unfinished",
    ]

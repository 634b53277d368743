from __future__ import annotations

import os

import pytest

from sweeps.chatter import without_chatter


def test_start_up_notices_are_held_back_and_all_else_is_not(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with without_chatter():
        os.write(2, b"WARNING: All log messages before absl::InitializeLog() is called are\n")
        os.write(2, b"I0000 00:00:1795187370.068437 7287 cudart_stub.cc:31] no drivers\n")
        os.write(2, b"2026-01-01 10:00:00.123456: I tensorflow/core/util/port.cc:153] oneDNN\n")
        os.write(2, b"a shared library is missing\n")
    os.write(2, b"after\n")
    assert capfd.readouterr().err == "a shared library is missing\nafter\n"


def test_errors_pass_through(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ImportError), without_chatter():
        os.write(2, b"why it failed\n")
        raise ImportError("no")
    assert capfd.readouterr().err == "why it failed\n"

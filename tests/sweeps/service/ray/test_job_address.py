"""Where a cluster's job server is."""

from __future__ import annotations

import sys

import pytest

from sweeps.executors.executor import ClusterError
from sweeps.service.ray import job_address
from sweeps.service.ray.job_address import job_server_of


def test_rays_own_variable_goes_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAY_API_SERVER_ADDRESS", "https://ray.example")
    assert job_server_of("127.0.0.1:1") == "https://ray.example"


def test_where_no_head_answers_that_is_said() -> None:
    with pytest.raises(ClusterError, match=r"^nobody answers at 127\.0\.0\.1:1, where a Ray"):
        job_server_of("127.0.0.1:1")


def test_the_last_line_is_the_heads_word(monkeypatch: pytest.MonkeyPatch) -> None:
    program = "print('some noise'); print('http://10.0.0.1:8265')"
    monkeypatch.setattr(job_address, "COMMAND", (sys.executable, "-I", "-S", "-c", program))
    assert job_server_of("10.0.0.1:6379") == "http://10.0.0.1:8265"


def test_a_head_that_says_nothing_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    program = "import sys; sys.stdout.flush(); import time; time.sleep(60)"
    monkeypatch.setattr(job_address, "COMMAND", (sys.executable, "-I", "-S", "-c", program))
    monkeypatch.setattr(job_address, "SECONDS", 0.2)
    with pytest.raises(ClusterError, match="in the time that it has"):
        job_server_of("10.0.0.1:6379")

"""Talking to a cluster's job server, with and without a token, and to none."""

from __future__ import annotations

from pathlib import Path

import pytest

from sweeps.service.ray.job_server import JobServer, JobServerError
from tests.sweeps.service.ray.job_server import MadeUpJobs


def submitted(jobs: MadeUpJobs) -> JobServer:
    server = JobServer(jobs.address)
    server.submit("sweeps-a-1", "exec python", {"A": "1"}, {"sweeps.sweep": "a"})
    return server


def test_a_job_is_submitted_with_its_environment(jobs: MadeUpJobs) -> None:
    server = submitted(jobs)
    assert jobs.jobs["sweeps-a-1"]["runtime_env"] == {"env_vars": {"A": "1"}}
    assert jobs.jobs["sweeps-a-1"]["entrypoint"] == "exec python"
    status = server.status("sweeps-a-1")
    assert status is not None
    assert (status.state, status.ended, status.metadata) == (
        "RUNNING",
        False,
        {"sweeps.sweep": "a"},
    )
    assert [one.submission_id for one in server.jobs()] == ["sweeps-a-1"]


def test_the_same_submission_twice_is_one_job(jobs: MadeUpJobs) -> None:
    """As when the answer to the first was lost on its way."""
    submitted(jobs)
    submitted(jobs)
    assert len(jobs.jobs) == 1


def test_what_a_job_says_and_how_it_ends(jobs: MadeUpJobs) -> None:
    server = submitted(jobs)
    jobs.jobs["sweeps-a-1"]["logs"] = "first\n"
    assert server.log("sweeps-a-1") == "first\n"
    server.stop("sweeps-a-1")
    assert jobs.stopped == ["sweeps-a-1"]
    jobs.end("sweeps-a-1", "FAILED", 75)
    status = server.status("sweeps-a-1")
    assert status is not None
    assert (status.ended, status.exit_code) == (True, 75)


def test_a_job_that_nobody_knows_is_none(jobs: MadeUpJobs) -> None:
    assert JobServer(jobs.address).status("sweeps-b-1") is None


def test_a_refused_submission_is_told_in_a_line(jobs: MadeUpJobs) -> None:
    jobs.refuses = (400, "no such\n  runtime_env")
    with pytest.raises(JobServerError, match="answers 400: no such runtime_env") as raised:
        submitted(jobs)
    assert raised.value.status == 400


def test_nobody_answers() -> None:
    with pytest.raises(JobServerError, match=r"0\.1:9 cannot be reached") as raised:
        JobServer("http://127.0.0.1:9/").jobs()
    assert raised.value.status is None


def test_the_token_is_that_of_the_environment_or_of_the_user(
    jobs: MadeUpJobs, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    jobs.token = "letmein"
    server = JobServer(jobs.address)
    with pytest.raises(JobServerError, match="answers 401: Unauthorized"):
        server.jobs()
    monkeypatch.setenv("RAY_AUTH_TOKEN", "letmein")
    assert server.jobs() == []
    monkeypatch.delenv("RAY_AUTH_TOKEN")
    kept = tmp_path / "home" / ".ray" / "auth_token"
    kept.parent.mkdir(parents=True)
    kept.write_text("letmein\n")
    assert server.jobs() == []
    monkeypatch.setenv("RAY_AUTH_TOKEN_PATH", str(tmp_path / "none"))
    monkeypatch.setenv("RAY_AUTH_MODE", "token")
    with pytest.raises(JobServerError, match="RAY_AUTH_MODE=token wants RAY_AUTH_TOKEN"):
        server.jobs()

"""A job's output comes into its sweep's log once, whole lines at a time."""

from __future__ import annotations

from pathlib import Path

from sweeps.service.ray.job_log import JobLog


def test_what_is_new_is_added(tmp_path: Path) -> None:
    file = tmp_path / "logs" / "abc.log"
    log = JobLog(file, "sweeps-abc-1")
    log.take("")
    log.take("first\nsec")
    assert file.read_text() == "first\n"
    log.take("first\nsecond\n")
    log.take("first\nsecond\n")
    assert file.read_text() == "first\nsecond\n"


def test_after_a_restart_it_goes_on_where_it_was(tmp_path: Path) -> None:
    file = tmp_path / "abc.log"
    JobLog(file, "sweeps-abc-1").take("first\n")
    JobLog(file, "sweeps-abc-1").take("first\nsecond\n")
    assert file.read_text() == "first\nsecond\n"


def test_the_next_job_of_a_sweep_follows_the_first(tmp_path: Path) -> None:
    file = tmp_path / "abc.log"
    JobLog(file, "sweeps-abc-1").take("first session\n")
    JobLog(file, "sweeps-abc-2").take("2nd\n")
    assert file.read_text() == "first session\n2nd\n"

from __future__ import annotations

from dataclasses import replace

import pytest

from sweeps.delivery import kept_artifacts
from sweeps.found import Found
from sweeps.reports.sweep_report import sweep_report
from sweeps.trial import Failure
from tests.sweeps.founds import found
from tests.sweeps.reports import samples

EVERY = [
    "report.html",
    "note.md",
    "plots/history.png",
    "plots/importance.png",
    "plots/slices.png",
    "plots/contour.png",
    "plots/parallel.png",
    "plots/learning_curves.png",
    "plots/confusion.png",
    "plots/timeline.png",
]


@pytest.fixture(scope="module")
def ordinary() -> Found:
    return samples.ordinary()


def test_every_sweep_gets_a_page_a_note_and_pictures(ordinary, tmp_path):
    artifacts = sweep_report(ordinary, tmp_path)
    assert [artifact.path for artifact in artifacts] == EVERY
    for artifact in artifacts:
        assert artifact.file is not None
        assert artifact.file.stat().st_size > 300
    kept = {artifact.path for artifact in kept_artifacts(tmp_path)}
    assert kept == set(EVERY), "what an earlier session drew is sent to the same places"


def test_nothing_is_drawn_without_a_score(tmp_path):
    sweep, results = samples.searched(3)
    failed = [replace(one, score=None, error=Failure("crashed", "gone")) for one in results]
    assert sweep_report(found(sweep, failed), tmp_path) == []
    assert sweep_report(found(sweep, []), tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_the_same_sweep_gives_the_same_bytes_and_no_older_pictures(tmp_path):
    sweep, results = samples.searched(3)
    (tmp_path / "rungs.png").write_bytes(b"of an earlier session")
    files = []
    for _ in range(2):
        sweep_report(found(sweep, results), tmp_path)
        files.append({path.name: path.read_bytes() for path in tmp_path.iterdir()})
    assert files[0] == files[1]
    assert "rungs.png" not in files[0]


def test_a_single_trial_has_a_page_that_says_what_is_missing(tmp_path):
    sweep, results = samples.searched(1)
    paths = [artifact.path for artifact in sweep_report(found(sweep, results), tmp_path)]
    assert "plots/history.png" not in paths
    page = (tmp_path / "report.html").read_text()
    assert "fewer than two trials have a score" in page
    assert "Best trials" in page

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks import bench, course
from tests.benchmarks.__main__ import parsed
from tests.benchmarks.bench import Bench, Options, SkippedError
from tests.benchmarks.figures import Run, Section
from tests.benchmarks.sections import posts


@pytest.fixture
def here(tmp_path: Path) -> Bench:
    options = Options(
        only=("speed", "five"), trainer="keras", fits=20, rounds=1, repeats=1, full=False
    )
    return Bench(options, tmp_path)


def _run(name: str, megabytes: float) -> Run:
    return Run(name, 1, 1.0, 0.0, 1.0, megabytes, cpu_seconds=1.0)


def test_a_section_that_cannot_run_here_is_skipped(here: Bench) -> None:
    def measure(_: Bench) -> Section:
        raise SkippedError("no TensorFlow")

    assert course.attempted("peers", measure, here) == Section(
        "peers", "skipped", reason="no TensorFlow"
    )


def test_a_section_that_fails_takes_no_other_with_it(
    here: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: Bench) -> Section:
        raise KeyError("rounds")

    def well(_: Bench) -> Section:
        return Section("five", "measured", runs=[_run("ours", 700.0)])

    monkeypatch.setattr(course, "SECTIONS", {"speed": broken, "five": well})
    monkeypatch.setattr(course, "NAMES", ("speed", "five"))
    speed, five, memory = course.sections(here)
    assert speed.state == "failed"
    assert "KeyError: 'rounds'" in speed.reason
    assert five.state == "measured"
    assert memory.state == "measured"


def test_memory_is_that_of_our_own_runs(here: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    plain, other = _run("plain loop", 11000.0), _run("loop over model.fit", 12000.0)
    here.peers[plain.name] = plain
    here.loops[other.name] = other

    def speed(_: Bench) -> Section:
        return Section("speed", "measured", runs=[_run("ours", 2999.0), plain, other])

    monkeypatch.setattr(course, "SECTIONS", {"speed": speed})
    monkeypatch.setattr(course, "NAMES", ("speed",))
    *_, memory = course.sections(here)
    (target,) = memory.targets
    assert target.reached == 2999.0
    assert target.met


def test_sections_are_left_out_when_not_asked_for(
    here: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(course, "SECTIONS", {"scaling": lambda _: Section("scaling", "measured")})
    monkeypatch.setattr(course, "NAMES", ("scaling",))
    assert [section.name for section in course.sections(here)] == ["memory"]


def test_what_is_not_installed_is_named(here: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "has", lambda package: package != "tensorflow")
    with pytest.raises(SkippedError, match="no TensorFlow"):
        here.need("jax", "tensorflow")


def test_unknown_sections_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert parsed(["--only", "speed,scaling"]).only == ("speed", "scaling")
    with pytest.raises(SystemExit):
        parsed(["--only", "speed,scales"])
    assert "'scales' is not one of peers, speed" in capsys.readouterr().err


def test_real_data_is_copied_or_its_lack_is_said(
    here: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(posts.DATA, raising=False)
    with pytest.raises(SkippedError, match="SWEEPS_TEST_DATA names no folder"):
        posts.keras_home(here)
    given = tmp_path / "given" / "datasets"
    given.mkdir(parents=True)
    (given / "reuters.npz").write_text("rows")
    given.chmod(0o555)
    monkeypatch.setenv(posts.DATA, str(given.parent))
    copied = posts.keras_home(here)
    assert copied != given.parent
    assert (copied / "datasets" / "reuters.npz").read_text() == "rows"
    (copied / "datasets" / "more").touch()
    given.chmod(0o755)

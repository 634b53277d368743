"""Names that somebody submits, where they become names of files, runs and metrics."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

import pytest

from sweeps.errors import SweepFileError
from sweeps.reading.sweep import NOT_IN_NAMES
from sweeps.remembering import sweep_record
from sweeps.reports.sweep_report import sweep_report
from sweeps.service.admission.admit import admit
from sweeps.service.settings import Allowed
from sweeps.sweep import Sweep
from sweeps.tasks.choose import task_for
from sweeps.trial import Failure, Result, Trial
from tests.sweeps.founds import found
from tests.sweeps.service.premises import MODEL, TABLE
from tracking.limits import fitting_name, folder_name

TRICKS = (
    "../../etc/cron.d/x",
    "/etc/passwd",
    "..",
    ".",
    "a/../../b",
    "~/x",
    "a\\..\\b",
    "C:\\x",
    "con",
    "a\x00b",
    "a\nb",
    "%2e%2e%2fx",
    "x" * 5_000,
    "${HOME}",
    "`id`",
    "$(id)",
    "; rm -rf .",
    "<script>alert(1)</script>",
    "-rf",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "my_model.py").write_text(MODEL)
    return tmp_path


def admitted(text: str, folder: Path, *overrides: str) -> Sweep:
    allowed = Allowed((folder,), (folder,), ("my_model:build",))
    return admit(text.encode(), "s.yaml", overrides, allowed)


@pytest.mark.parametrize("name", [name for name in TRICKS if name not in ("con", "a\nb")])
def test_no_trick_is_a_sweeps_name(name: str, folder: Path) -> None:
    with pytest.raises(SweepFileError):
        admitted("task: penguins\nspace: {width: [1, 2]}\n", folder, f"name='{name}'")


@pytest.mark.parametrize("name", TRICKS)
def test_what_mlflow_is_told_is_no_path(name: str) -> None:
    """Of metrics, which a function of the user's names as it likes, and of experiments."""
    told = PurePosixPath(fitting_name(name))
    assert not told.is_absolute()
    assert ".." not in told.parts
    kept = folder_name(name)
    assert PurePosixPath(kept).name == kept
    assert kept not in ("", ".", "..")
    assert len(kept.encode()) < 256


@pytest.mark.parametrize(
    "name", ["..x.csv", "-rf.csv", "a b;c$(id).csv", "<b>.csv", f"{'x' * 99}.csv"]
)
def test_a_tables_name_is_made_of_plain_letters(name: str, folder: Path) -> None:
    (folder / name).write_text(TABLE)
    text = f"task: {{csv: '{name}', target: target}}\nspace: {{width: [1, 2]}}\n"
    sweep = admitted(text, folder)
    for made in (sweep.name, task_for(sweep.task, sweep.folder).name):
        assert not NOT_IN_NAMES.search(made)
        assert made[0] not in ".-"
        assert len(made) < 80


ODD = (
    "function: my_model:build\nobjective: {goal: maximize}\nspace:\n  a/../../b: [1, 2]\n  ..: 3\n"
)


def test_a_sweep_with_odd_parameters_and_metrics_writes_where_it_should(folder: Path) -> None:
    text = ODD.replace("  ..: 3\n", "  ../x: [3, 4]\n".replace("..", "0.."))
    sweep = admitted(text, folder)
    configs = [{"a/../../b": 1 + n % 2, "0../x": 3 + n % 2} for n in range(6)]
    results = [
        Result(Trial(n, config), n / 10, {"value": n / 10, "../../m": 1.0, "/abs": 2.0}, {}, 1.0)
        for n, config in enumerate(configs)
    ]
    failure = Failure("user_error", "<script>alert(1)</script>", "../../x")
    results.append(Result(Trial(6, configs[0]), None, {}, {}, 1.0, error=failure))
    report = folder / "store" / "report"
    report.mkdir(parents=True)
    before = {path for path in folder.rglob("*") if report not in path.parents}
    artifacts = sweep_report(found(sweep, results), report)
    assert {path for path in folder.rglob("*") if report not in path.parents} == before
    for artifact in artifacts:
        assert re.fullmatch(r"(plots/)?[a-z_]+\.(png|html|csv|json|md|svg)", artifact.path)
        assert artifact.file is None or artifact.file.parent == report
    page = (report / "report.html").read_text()
    assert "<script" not in page


def test_a_run_keeps_its_files_under_names_of_ours(folder: Path) -> None:
    sweep = admitted(ODD.replace("  ..: 3\n", ""), folder)
    from sweeps.parts import problem_of

    record = sweep_record(sweep, "abc234", 0, problem_of(sweep), "no rows", "{}")
    names = {artifact.path for artifact in record.artifacts}
    assert names == {"sweep.yaml", "plan.json", "versions.json"}
    assert record.experiment == "my_model.build"

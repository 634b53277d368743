from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from sweeps import cores
from sweeps.cli import checkup
from sweeps.cli.finding import Finding
from sweeps.executors import gpus
from sweeps.ledger.ledger import Ledger
from sweeps.ledger.schema import VERSION
from sweeps.store import Store
from sweeps.surroundings import MISSING
from sweeps.trainers.fused import devices, program_cache
from sweeps.trainers.fused.devices import Device
from tests.sweeps.cli.conftest import Command
from tests.sweeps.cli.test_app import PROBE, python

NOT_A_FOLDER = "Not a directory"


@pytest.fixture(autouse=True)
def cache(here: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of two programs, a kilobyte and a half in all, and a CPU that need not be started."""
    folder = here / "cache" / "programs"
    folder.mkdir(parents=True)
    for name in ("jit_judge-1-cache", "jit_judge-2-cache"):
        (folder / name).write_bytes(b"x" * 750)
    monkeypatch.setenv(program_cache.VARIABLE, str(here / "cache"))
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.setattr(devices, "devices", lambda: [Device("cpu", "CPU", 2)])
    monkeypatch.setattr(gpus, "seen", list)
    return folder


def columns(output: str) -> dict[str, str]:
    """What stands beside each name."""
    pairs = (line.strip().split("  ", 1) for line in output.splitlines() if "  " in line.strip())
    return {name: said.strip() for name, said in pairs}


def test_a_machine_in_order(sweeps: Command, here: Path, cache: Path) -> None:
    done = sweeps("doctor")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.output.endswith("\nall is well\n")
    said = columns(done.output)
    assert said["compiled programs"] == f"2 in {cache}, 1.5 kB"
    assert said["devices"] == "CPU, 2 cores"
    assert said["store"] == f"none at {here}/.sweeps yet, the first run makes it"
    assert said["MLflow"] == f"sqlite:///{here}/mlflow.db"
    assert said["packages"] == "all installed"
    assert said["disk"].endswith(" free for store, MLflow and compiled programs")
    assert said["memory"].endswith(" free")
    assert said["jax"][0].isdigit()
    assert sorted(path.name for path in here.iterdir()) == ["cache"], "looking changes nothing"


def test_values_stand_below_each_other(sweeps: Command) -> None:
    parts = sweeps("doctor").output.splitlines()[:7]
    assert len({len(line) - len(line.split("  ", 1)[1].lstrip()) for line in parts}) == 1


def test_the_store_and_the_place_of_mlflow_can_be_named(sweeps: Command, here: Path) -> None:
    Ledger.open(Store.at(here / "mine").ledger_url).close()
    uri = f"sqlite:///{here}/other.db"
    said = columns(sweeps("doctor", "--store", "mine", "--tracking-uri", uri).output)
    assert said["store"] == f"{here}/mine, 0 sweeps"
    assert said["MLflow"] == uri


def test_json(sweeps: Command, here: Path, cache: Path) -> None:
    found = json.loads(sweeps("doctor", "--json").stdout)
    packages, disk, memory = (found.pop(name) for name in ("packages", "disk", "memory"))
    assert found.pop("ray").keys() == {"installed", "address", "answers", "token"}
    assert disk.keys() == {"store", "mlflow", "compiled_programs"}
    assert memory["free"] > 0
    assert found == {
        "well": True,
        "troubles": [],
        "hints": [],
        "compiled_programs": {
            "folder": str(cache),
            "programs": 2,
            "bytes": 1500,
            "writable": True,
        },
        "devices": [{"platform": "cpu", "name": "CPU", "cores": 2}],
        "gpus": [],
        "store": {"folder": f"{here}/.sweeps", "sweeps": 0},
        "mlflow": {"tracking_uri": f"sqlite:///{here}/mlflow.db"},
    }
    assert {"python", "keras-sweeps", "jax", "tensorflow"} <= packages.keys()


def test_gpus_are_told_by_name(sweeps: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    both = [Device("gpu", "NVIDIA H200"), Device("gpu", "NVIDIA A100")]
    monkeypatch.setattr(devices, "devices", lambda: both)
    assert columns(sweeps("doctor").output)["devices"] == "NVIDIA H200, NVIDIA A100"


def test_a_cache_that_cannot_be_written(
    sweeps: Command, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "file").touch()
    monkeypatch.setenv(program_cache.VARIABLE, str(here / "file"))
    done = sweeps("doctor", "--json")
    assert done.exit_code == 1
    assert done.stderr == (
        f"compiled programs cannot be kept in {here}/file/programs ({NOT_A_FOLDER}), so every run "
        "compiles them again: set SWEEPS_CACHE_DIR to a folder that can be written\n"
    )
    found = json.loads(done.stdout)
    assert (found["well"], found["compiled_programs"]["writable"]) == (False, False)
    assert found["troubles"] == [done.stderr.rstrip()]


def test_a_jax_that_cannot_be_used(sweeps: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> list[Device]:
        raise RuntimeError("Unable to initialize backend")

    monkeypatch.setattr(devices, "devices", broken)
    done = sweeps("doctor")
    assert done.exit_code == 1
    assert columns(done.stdout)["devices"] == "none"
    assert "all is well" not in done.stdout
    assert done.stderr == (
        "JAX cannot be used (RuntimeError: Unable to initialize backend): install keras-sweeps "
        "again in a new environment\n"
    )


def test_a_ledger_that_is_none(sweeps: Command, here: Path) -> None:
    (here / ".sweeps").mkdir()
    (here / ".sweeps" / "ledger.db").write_text("this is no database, whatever its name says")
    done = sweeps("doctor")
    assert done.exit_code == 1
    assert columns(done.stdout)["store"] == f"{here}/.sweeps, which cannot be used"
    assert done.stderr == (
        f"the ledger {here}/.sweeps/ledger.db cannot be opened: file is not a database; the file "
        "is something else: move it away, or use another --store\n"
    )


def test_a_ledger_of_a_newer_version(sweeps: Command, here: Path) -> None:
    Ledger.open(Store.at().ledger_url).close()
    newer = VERSION + 1
    in_ledger(here, "UPDATE ledger SET version = ?", newer)
    done = sweeps("doctor")
    assert done.exit_code == 1
    said = f"has layout {newer}, this program writes {VERSION}: use the program that wrote it"
    assert said in done.stderr


def test_a_ledger_of_an_older_version_is_left_as_it_is(sweeps: Command, here: Path) -> None:
    Ledger.open(Store.at().ledger_url).close()
    in_ledger(here, "UPDATE ledger SET version = 1")
    done = sweeps("doctor")
    assert done.exit_code == 0
    assert columns(done.output)["store"] == (
        f"{here}/.sweeps, 0 sweeps, in layout 1: brought up to {VERSION} when it is used next"
    )
    assert in_ledger(here, "SELECT version FROM ledger") == [(1,)]


def in_ledger(here: Path, statement: str, *values: object) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(here / ".sweeps" / "ledger.db")) as connection, connection:
        return connection.execute(statement, values).fetchall()


def test_places_that_cannot_be_written(sweeps: Command, here: Path) -> None:
    (here / "file").touch()
    uri = f"sqlite:///{here}/file/mlflow.db"
    done = sweeps("doctor", "--store", "file/store", "--tracking-uri", uri)
    assert done.exit_code == 1
    assert done.stderr.splitlines() == [
        f"no store can be made at {here}/file/store ({NOT_A_FOLDER}): work in a folder that can be "
        "written, or give one with --store",
        f"MLflow cannot keep runs at {uri} ({NOT_A_FOLDER}): give another place with "
        "--tracking-uri or MLFLOW_TRACKING_URI",
    ]


def test_packages_that_are_missing(sweeps: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    versions = {"python": "3.11.9", "tensorflow": MISSING, "jax": "0.10.2"}
    monkeypatch.setattr(checkup, "package_versions", lambda: versions)
    done = sweeps("doctor")
    assert done.exit_code == 1
    assert done.stderr == "not installed: tensorflow; install keras-sweeps again\n"
    assert columns(done.stdout)["packages"] == "1 missing"


def test_hints_and_troubles_stand_apart(sweeps: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    found = Finding("devices", "CPU", [], hint="have a GPU")
    monkeypatch.setattr(checkup, "devices", lambda: found)
    done = sweeps("doctor")
    assert done.exit_code == 0
    assert done.output.endswith("\nhint: have a GPU\nall is well\n")
    assert json.loads(sweeps("doctor", "--json").stdout)["hints"] == ["have a GPU"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--repair",), "--repair mends a sweep: write which one, as in sweeps doctor latest"),
        (("latest", "--clear-cache"), "--clear-cache goes without a sweep and without --repair"),
    ],
)
def test_options_that_do_not_go_together(
    sweeps: Command, arguments: tuple[str, ...], said: str
) -> None:
    done = sweeps("doctor", *arguments)
    assert (done.exit_code, done.stderr) == (2, f"{said}\n")


def test_clearing_the_cache(sweeps: Command, cache: Path) -> None:
    done = sweeps("doctor", "--clear-cache")
    assert done.exit_code == 0
    assert done.output == f"freed 1.5 kB: 2 compiled programs in {cache}\n"
    assert list(cache.iterdir()) == []
    done = sweeps("doctor", "--clear-cache")
    assert done.output == f"nothing to free: no compiled programs in {cache}\n"


def test_clearing_the_cache_as_json(sweeps: Command, cache: Path) -> None:
    done = sweeps("doctor", "--clear-cache", "--json")
    freed = {"folder": str(cache), "programs": 2, "bytes": 1500}
    assert json.loads(done.stdout) == {"freed": freed}


def test_a_cache_that_cannot_be_cleared(
    sweeps: Command, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(path: Path, missing_ok: bool = False) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "unlink", refused)
    done = sweeps("doctor", "--clear-cache")
    assert done.exit_code == 1
    assert done.stderr.startswith(f"{cache} cannot be cleared: ")
    assert done.stderr.endswith("; delete it by hand\n")


def test_this_machine_is_looked_at_without_tensorflow(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And JAX trains where compiled programs cannot be kept."""
    (here / "file").touch()
    monkeypatch.setenv(program_cache.VARIABLE, str(here / "file"))
    done = python(PROBE, "doctor", "--json")
    *troubles, last = done.stderr.splitlines()
    assert [trouble.split(" in ")[0] for trouble in troubles] == [
        "compiled programs cannot be kept"
    ]
    imported = json.loads(last)
    assert imported["code"] == 1
    assert not {"tensorflow", "keras", "mlflow", "matplotlib", "pandas"} & set(imported["heavy"])
    found = json.loads(done.stdout)["devices"]
    assert found
    assert all(
        device["cores"] == cores.threads() for device in found if device["platform"] == "cpu"
    )

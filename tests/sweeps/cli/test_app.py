from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sweeps.cli.conftest import Command

ROOT = Path(__file__).parents[3]
HEAVY = (
    *("tensorflow", "keras", "optuna", "keras_tuner", "mlflow", "matplotlib"),
    *("sklearn", "pandas", "sqlalchemy", "jax", "scipy", "ray"),
)
COMMANDS = [
    *("init", "validate", "plan", "run", "resume", "retry", "extend", "pause", "stop", "cancel"),
    *("ls", "status", "best", "logs", "sync", "rm", "reproduce", "ui", "doctor"),
]

PROBE = f"""
import json, sys
from sweeps.cli.app import main
try:
    main(sys.argv[1:])
except SystemExit as error:
    code = error.code
found = [name for name in {HEAVY!r} if name in sys.modules]
print(json.dumps({{"code": code, "heavy": found}}), file=sys.stderr)
"""


def python(code: str, *arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done: subprocess.CompletedProcess[str] = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        **options,  # type: ignore[call-overload]
    )
    return done


@pytest.mark.parametrize(
    "arguments",
    [
        ("--help",),
        ("run", "--help"),
        ("doctor", "--help"),
        ("doctor", "--clear-cache"),
        ("validate", "FILE"),
        ("plan", "--no-price", "FILE"),
        ("plan", "--no-price", "FILE", "--set", "search={backend: random, trials: 9}", "--json"),
        ("plan", "--no-price", "FILE", "--set", "search={backend: optuna, trials: 9}"),
        ("plan", "--no-price", "FILE", "--set", "search=hyperband"),
        ("validate", "FILE", "--set", "search=hyperband"),
    ],
    ids=" ".join,
)
def test_light_commands_import_nothing_heavy(file: str, arguments: tuple[str, ...]) -> None:
    done = python(PROBE, *(file if word == "FILE" else word for word in arguments))
    assert json.loads(done.stderr) == {"code": 0, "heavy": []}
    assert done.stdout


def test_help_lists_every_command(sweeps: Command) -> None:
    for spelling in ("--help", "-h"):
        done = sweeps(spelling)
        assert done.exit_code == 0
        listed = [line.split()[0] for line in done.output.splitlines() if line.startswith("  ")]
        assert [word for word in listed if word in COMMANDS] == COMMANDS


def test_what_a_command_does_is_said_in_a_line_of_a_terminal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In a process of its own: Typer's runner writes wider lines than a terminal has."""
    monkeypatch.setenv("COLUMNS", "80")
    lines = python("from sweeps.cli.app import main; main()", "--help").stdout.splitlines()
    assert len(lines) > len(COMMANDS)
    assert [line for line in lines if line.endswith("...") and "[ARGS]" not in line] == []


@pytest.mark.parametrize("name", [*COMMANDS, "race", "compare", "template", "serve", "predict"])
def test_what_is_typed_is_named_in_capitals_and_said_to_be_left_out_once(
    sweeps: Command, name: str
) -> None:
    said = sweeps(name, "--help").output
    words = said.splitlines()[0].removeprefix(f"Usage: sweeps {name} [OPTIONS]").split()
    for word in words:
        assert re.fullmatch(r"\{[A-Z/]+}(\.{3})?|\[[A-Z]+(\[/TRIAL])?]", word)
    assert "range>" not in said


def test_version(sweeps: Command) -> None:
    from sweeps import __version__

    assert sweeps("--version").output == f"sweeps {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("rnu",), "Did you mean 'run'?"),
        (("run", "s.yaml", "--wrokers", "2"), "--workers"),
        (("run",), "FILE"),
        (("run", "s.yaml", "--workers", "-1"), "Invalid value for '--workers'"),
    ],
)
def test_what_is_mistyped_is_bad_input(
    sweeps: Command, arguments: tuple[str, ...], said: str
) -> None:
    done = sweeps(*arguments)
    assert done.exit_code == 2
    assert said in done.output


def test_an_unexpected_failure_is_one_line_and_a_way_to_see_more(here: Path) -> None:
    code = """
import sys
import sweeps.reading.sweep_file
def broken(*_): raise RuntimeError("line one\\nline two")
sweeps.reading.sweep_file.SweepFile.open = broken
from sweeps.cli.app import main
main(["validate", "x.yaml"])
"""
    done = python(code)
    assert done.returncode == 1
    first, second = done.stderr.splitlines()
    assert first.startswith("sweeps failed unexpectedly: RuntimeError: line one\\nline two (at ")
    assert second == "set SWEEPS_TRACEBACK=1 to see the whole traceback"
    shown = python(f"import os; os.environ['SWEEPS_TRACEBACK'] = '1'\n{code}")
    assert shown.returncode == 1
    assert "Traceback" in shown.stderr


MADE_UP = """
from sweeps import parts
from sweeps.reports import sweep_report
from tests.sweeps.fakes import FakeTrainer, MemoryTracker
from tests.sweeps.tiny_task import TinyTask
import tracking.mlflow_tracker
parts.task_for = lambda *_: TinyTask()
parts.trainer_for = lambda *_: FakeTrainer()
sweep_report.sweep_report = lambda *_: []
tracking.mlflow_tracker.MlflowTracker = lambda uri: MemoryTracker()
"""


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(("plan", "s.yaml"), 1), (("--help",), 1), (("run", "s.yaml", "--workers", "0"), 0)],
)
def test_a_reader_who_goes_away_is_no_error(
    file: str, arguments: tuple[str, ...], code: int
) -> None:
    program = "from sweeps.cli.app import main; main()"
    if "run" in arguments:
        program = MADE_UP + program
    command = [sys.executable, "-c", program, *arguments]
    process = subprocess.Popen(
        command,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == ""
    process.stderr.close()
    assert process.wait(60) == code


def test_chatter_and_telemetry_are_off_unless_the_user_says_otherwise() -> None:
    code = """
import os
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "0"
from sweeps.cli.app import main
try:
    main(["--version"])
except SystemExit:
    print(os.environ["TF_CPP_MIN_LOG_LEVEL"], os.environ["MLFLOW_DISABLE_TELEMETRY"])
"""
    assert python(code).stdout.splitlines()[1] == "0 true"

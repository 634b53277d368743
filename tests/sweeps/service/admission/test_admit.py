"""What a sweep file may name when it comes from somebody else."""

from __future__ import annotations

from pathlib import Path

import pytest

from sweeps.errors import SweepFileError
from sweeps.reading import budget as reading_budget
from sweeps.reading import evaluation as reading_evaluation
from sweeps.reading import subject as reading_subject
from sweeps.reading import sweep as reading
from sweeps.reading.sweep import read_sweep
from sweeps.service.admission.admit import admit, check_admitted
from sweeps.service.settings import Allowed
from sweeps.tasks import table_options, user_rows
from tests.sweeps.service.decisions import DECISIONS, NETWORKS
from tests.sweeps.service.premises import FUNCTION, TABLED, Premises


@pytest.fixture
def premises(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Premises:
    made = Premises.at(tmp_path)
    monkeypatch.chdir(tmp_path / "cwd")
    return made


def placed(text: str, root: Path) -> str:
    for name in ("data", "code", "outside"):
        text = text.replace(f"{{{name}}}", str(root / name))
    return text


def refusal(premises: Premises, text: str, *overrides: str) -> str:
    with pytest.raises(SweepFileError) as caught:
        premises.admit(text, *overrides)
    return str(caught.value)


@pytest.mark.parametrize("name", DECISIONS)
def test_each_key(name: str, premises: Premises) -> None:
    given, says = DECISIONS[name]
    text = placed(given, premises.root)
    if not says:
        assert read_sweep(premises.admit(text).document) == premises.admit(text)
        return
    line = refusal(premises, text)
    assert says in line
    assert line.startswith("s.yaml:")
    # It tells nothing of the machine but what was typed.
    for folder in ("data", "code", "outside"):
        assert str(premises.root / folder) not in line or f"{premises.root / folder}" in text
    assert str(premises.root / "cwd") not in line


def test_every_key_is_decided() -> None:
    texts = "\n".join(text for text, _ in DECISIONS.values())
    keys = (
        *reading.KEYS,
        *reading_budget.KEYS[:1],
        *reading_evaluation.KEYS,
        *(option for options in reading_subject.OPTIONS.values() for option in options),
        *table_options.KEYS,
        *user_rows.KEYS,
        *("trials", "batch", "seed_trials", "warm_start", "command", "webhook", "on"),
    )
    assert [key for key in keys if f"{key}:" not in texts] == []


def test_what_was_admitted_is_what_is_opened(premises: Premises) -> None:
    sweep = premises.admit(TABLED % "inner/table.csv")
    assert sweep.task.options["csv"] == str(premises.root / "data/inner/table.csv")
    assert sweep.folder == str(premises.root / "data")
    assert len(sweep.task.options["digest"]) == 16
    sweep = premises.admit(f"task: {{csv: table.csv, target: target}}\n{FUNCTION}")
    assert sweep.task.options["csv"] == str(premises.root / "data/table.csv")
    assert sweep.folder == str(premises.root / "code")


def test_a_link_that_is_swapped_in_is_seen_when_the_sweep_begins(premises: Premises) -> None:
    sweep = read_sweep(premises.admit(TABLED % "table.csv").document)
    check_admitted(sweep, premises.allowed)
    table = premises.root / "data/table.csv"
    table.unlink()
    table.symlink_to(premises.root / "outside/secret.csv")
    with pytest.raises(ValueError, match="none of the data folders"):
        check_admitted(sweep, premises.allowed)


@pytest.mark.parametrize("text", [TABLED % "table.csv", FUNCTION])
def test_what_is_allowed_no_longer_is_seen_when_the_sweep_begins(
    text: str, premises: Premises
) -> None:
    sweep = read_sweep(premises.admit(text).document)
    with pytest.raises(ValueError, match=r"(of this service|this service runs)"):
        check_admitted(sweep, Allowed())


def test_without_an_operators_word_only_what_comes_with_the_package_runs() -> None:
    assert admit(NETWORKS.encode(), "s.yaml", (), Allowed()).task.name == "penguins"
    for text in (FUNCTION, TABLED % "table.csv", f"{NETWORKS}notify: {{command: /bin/true}}\n"):
        with pytest.raises(SweepFileError, match="its operator would have to"):
            admit(text.encode(), "s.yaml", (), Allowed())


def test_an_override_names_as_little_as_a_file(premises: Premises) -> None:
    line = refusal(premises, NETWORKS, "task={csv: /etc/passwd, target: a}")
    assert line.startswith("--set task=")
    assert "none of the data folders" in line
    line = refusal(premises, FUNCTION, "function=os:system")
    assert line.startswith("--set function=os:system: function: 'os:system' is not among the code")


def test_words_and_places_are_the_command_lines(premises: Premises) -> None:
    text = "task: penguins\nspace:\n  width: {low: 300, high: 256}\n"
    assert refusal(premises, text) == "s.yaml:3:16: width.low: low 300 is above high 256"


@pytest.mark.parametrize("name", ["../../etc/passwd", "a\nb", "x" * 5000, "\x1b[31m", ""])
def test_a_files_name_is_a_label_and_no_more(name: str) -> None:
    with pytest.raises(SweepFileError) as caught:
        admit(b"nothing: 1", name, (), Allowed())
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 600

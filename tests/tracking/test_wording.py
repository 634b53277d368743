from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.tracking.records_for_tests import sweep, trial
from tracking.records import NOTE, Artifact
from tracking.wording import child_name, child_tags, note_tags, parent_tags


def test_lists_cut_names_so_the_number_comes_first() -> None:
    assert child_name(sweep(), 12) == "#12 decay 3f9a2c"


def test_tags_that_identify_a_run_cannot_be_overridden() -> None:
    forged = {"sweeps.sweep": "x", "sweeps.trial": "x", "mlflow.parentRunId": "x"}
    tags = child_tags("p1", replace(trial(4), tags=forged))
    assert (tags["sweeps.sweep"], tags["sweeps.trial"]) == ("3f9a2c", "4")
    assert tags["mlflow.parentRunId"] == "p1"
    assert parent_tags(replace(sweep(), tags=forged), "3")["sweeps.sweep"] == "3f9a2c"


def test_a_note_of_ones_own_replaces_ours() -> None:
    own = replace(sweep(), tags={"mlflow.note.content": "mine"})
    assert parent_tags(own, "3")["mlflow.note.content"] == "mine"
    assert "Sweep **decay 3f9a2c**" in parent_tags(sweep(), "3")["mlflow.note.content"]


def test_a_note_has_what_was_found_below_what_the_sweep_is(tmp_path: Path) -> None:
    kept = tmp_path / "note.md"
    kept.write_bytes("**Best: trial 3** ü, see `plots/a b.png`".encode() + b"\xff")
    artifacts = [Artifact("plots/a b.png"), Artifact(NOTE, file=kept)]
    tags = note_tags(sweep(), "3", "r1", artifacts)
    first, second = tags["mlflow.note.content"].split("\n\n")
    assert first == parent_tags(sweep(), "3")["mlflow.note.content"]
    link = "#/experiments/3/runs/r1/artifacts/plots/a%20b.png"
    assert second.startswith(f"**Best: trial 3** ü, see [plots/a b.png]({link}")
    assert second.endswith("\N{REPLACEMENT CHARACTER}")
    assert note_tags(sweep(), "3", "r1", [Artifact("plots/x.png")]) == {}


def test_the_source_is_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["/usr/bin/sweeps", "run"])
    monkeypatch.setenv("LOGNAME", "ada")
    tags = child_tags("p1", trial(0))
    assert (tags["mlflow.source.name"], tags["mlflow.user"]) == ("sweeps", "ada")


def test_a_user_without_a_name_is_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise KeyError("uid not found")

    monkeypatch.setattr("getpass.getuser", nobody)
    assert child_tags("p1", trial(0))["mlflow.user"].isdigit()

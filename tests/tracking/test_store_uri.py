from __future__ import annotations

from pathlib import Path

import pytest

from tracking.store_uri import (
    database_folder,
    is_server,
    resolve,
    run_link,
    runs_link,
    without_credentials,
)


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)


def test_default_is_where_mlflow_looks_by_itself(tmp_path: Path) -> None:
    from mlflow.store.tracking import DEFAULT_TRACKING_URI

    assert resolve(None) == f"sqlite:///{tmp_path}/mlflow.db"
    assert DEFAULT_TRACKING_URI == "sqlite:///mlflow.db"


def test_the_environment_counts_and_the_argument_counts_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://here:5000")
    assert resolve(None) == "http://here:5000"
    assert resolve("https://there") == "https://there"


def test_a_relative_database_becomes_absolute(tmp_path: Path) -> None:
    assert resolve("sqlite:///data/m.db") == f"sqlite:///{tmp_path}/data/m.db"
    assert resolve("sqlite:////data/m.db") == "sqlite:////data/m.db"
    assert resolve("sqlite:///:memory:") == "sqlite:///:memory:"


def test_folders_whose_names_mean_something_in_an_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = tmp_path / "100% sure?"
    odd.mkdir()
    monkeypatch.chdir(odd)
    assert database_folder(resolve(None)) == odd


def test_only_databases_in_files_have_a_folder() -> None:
    assert database_folder("http://here:5000") is None
    assert database_folder("postgresql://here/sweeps") is None
    assert database_folder("sqlite:////data/m.db?timeout=3") == Path("/data")


@pytest.mark.parametrize(
    ("uri", "server"),
    [("http://x", True), ("https://x/y", True), ("sqlite:///m.db", False), ("./mlruns", False)],
)
def test_servers(uri: str, server: bool) -> None:
    assert is_server(uri) is server


def test_passwords_are_not_shown() -> None:
    assert without_credentials("postgresql://me:pa@ss@db:5432/x") == "postgresql://db:5432/x"
    assert without_credentials("sqlite:////home/me@work/m.db") == "sqlite:////home/me@work/m.db"
    assert run_link("https://me:secret@host/ml/", "3", "ab") == (
        "https://host/ml/#/experiments/3/runs/ab?workflowType=machine_learning"
    )


def test_lists_are_sorted_by_the_metric_that_decides() -> None:
    link = runs_link("3", "tags.a = 'b'", "val_loss", ascending=True)
    assert link.startswith("#/experiments/3/runs?workflowType=machine_learning&searchFilter=tags.a")
    assert link.endswith("&orderByKey=metrics.%60val_loss%60&orderByAsc=true")
    assert "orderBy" not in runs_link("3", "", "", ascending=True)

from __future__ import annotations

from pathlib import Path

import pytest

from sweeps.store import VARIABLE, Store


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(VARIABLE, raising=False)


def test_by_default_everything_is_in_one_folder_here(tmp_path: Path) -> None:
    store = Store.at()
    assert store.ledger_url == f"sqlite:///{tmp_path}/.sweeps/ledger.db"
    assert store.ledger_file == tmp_path / ".sweeps/ledger.db"
    assert store.place == str(tmp_path / ".sweeps")
    assert store.checkpoints("abc234") == tmp_path / ".sweeps/checkpoints/abc234"


def test_a_ledger_elsewhere_leaves_the_folder_as_it_is(tmp_path: Path) -> None:
    store = Store.at(Path("kept"), "postgresql://ann:secret@host/sweeps")
    assert store.ledger_url == "postgresql://ann:secret@host/sweeps"
    assert store.ledger_file is None
    assert store.place == "postgresql://ann:***@host/sweeps"
    assert store.reports("abc234") == tmp_path / "kept/reports/abc234"


def test_the_variable_counts_where_no_address_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "sqlite:///other.db")
    assert Store.at().ledger_file == tmp_path / "other.db"
    assert Store.at(None, "sqlite:///third.db").ledger_file == tmp_path / "third.db"
    monkeypatch.setenv(VARIABLE, "")
    assert Store.at().ledger is None

from __future__ import annotations

from pathlib import Path

import pytest

from sweeps.ledger.address import absolute, file_of, secrets, shown


@pytest.mark.parametrize(
    ("url", "fit"),
    [
        ("postgresql://host/sweeps", "postgresql://host/sweeps"),
        ("postgresql://ann@host/sweeps", "postgresql://ann@host/sweeps"),
        ("postgresql://ann:secret@host:5432/sweeps", "postgresql://ann:***@host:5432/sweeps"),
        ("postgresql+psycopg://ann:s@e/c?r#e:t@host/s", "postgresql+psycopg://ann:***@host/s"),
        (
            "postgresql://host/s?user=ann&password=secret",
            "postgresql://host/s?user=ann&password=***",
        ),
        ("postgresql://h/s?sslpassword=a&sslmode=b", "postgresql://h/s?sslpassword=***&sslmode=b"),
        ("sqlite:////folder/ledger.db", "sqlite:////folder/ledger.db"),
        ("host=a password=secret", "***"),
        ("nonsense", "nonsense"),
    ],
)
def test_an_address_is_shown_without_what_is_secret(url: str, fit: str) -> None:
    assert shown(url) == fit


def test_every_piece_of_a_password_is_secret() -> None:
    assert secrets("postgresql://ann:one@three@host/s?password=fourth") == [
        "one@three",
        "fourth",
        "three",
        "one",
    ]
    assert secrets("postgresql://ann@host/s") == []


def test_an_address_is_made_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert absolute("sqlite:///a.db?timeout=3") == f"sqlite:///{tmp_path}/a.db?timeout=3"
    assert absolute("sqlite:////a/b.db") == "sqlite:////a/b.db"
    assert absolute("postgres://ann@host/s") == "postgresql://ann@host/s"
    assert absolute("postgresql://ann@host/s") == "postgresql://ann@host/s"


def test_only_sqlite_has_a_file() -> None:
    assert file_of("sqlite:////a/b.db?x=y") == Path("/a/b.db")
    assert file_of("postgresql://host/a") is None
    assert file_of("sqlite:///:memory:") is None

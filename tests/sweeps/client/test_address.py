from __future__ import annotations

from pathlib import Path

import pytest

from sweeps.client.address import Address, token_from
from sweeps.client.errors import AddressError

SECRET = "swp_abc_0123456789"


@pytest.mark.parametrize(
    ("typed", "url", "secure", "loopback"),
    [
        ("http://127.0.0.1:8765", "http://127.0.0.1:8765", False, True),
        (" http://localhost:8765/ ", "http://localhost:8765", False, True),
        ("http://[::1]:8765", "http://[::1]:8765", False, True),
        ("http://127.8.0.1", "http://127.8.0.1", False, True),
        ("https://sweeps.example.org/team/", "https://sweeps.example.org/team", True, False),
        ("http://10.0.0.2:8765", "http://10.0.0.2:8765", False, False),
        ("http://localhost.example.org", "http://localhost.example.org", False, False),
    ],
)
def test_addresses(typed: str, url: str, secure: bool, loopback: bool) -> None:
    assert Address.of(typed) == Address(url, secure, loopback)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("localhost:8765", "is not the address of a service, as in http://127.0.0.1:8765 or "),
        ("", "is not the address of a service"),
        ("ftp://here", "is not the address of a service"),
        ("http://", "is not the address of a service"),
        ("http://here:port", "is not the address of a service: "),
        ("http://here:0", "is not the address of a service"),
        ("http://[::1", "is not the address of a service: "),
        ("https://here/?a=b", "goes on after its path"),
        ("https://here/#a", "goes on after its path"),
    ],
)
def test_what_is_no_address(typed: str, said: str) -> None:
    with pytest.raises(AddressError) as raised:
        Address.of(typed)
    assert said in str(raised.value)


def test_a_password_in_an_address_is_not_shown() -> None:
    with pytest.raises(AddressError, match="put a token into SWEEPS_TOKEN") as raised:
        Address.of(f"https://ann:{SECRET}@here")
    assert SECRET not in str(raised.value)


def test_a_token_is_sent_where_nobody_can_read_it() -> None:
    for safe in ("https://sweeps.example.org", "http://127.0.0.1:8765"):
        Address.of(safe).trust(SECRET)
    open_to_all = Address.of("http://sweeps.example.org")
    open_to_all.trust(None)
    with pytest.raises(AddressError, match="is not https: a token is not sent") as raised:
        open_to_all.trust(SECRET)
    assert SECRET not in str(raised.value)


def test_a_token_comes_from_a_file_or_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    warned: list[str] = []
    monkeypatch.delenv("SWEEPS_TOKEN", raising=False)
    assert token_from(None, warned.append) is None
    monkeypatch.setenv("SWEEPS_TOKEN", f" {SECRET}\n")
    assert token_from(None, warned.append) == SECRET
    monkeypatch.setenv("SWEEPS_TOKEN", "")
    assert token_from(None, warned.append) is None
    file = tmp_path / "token"
    file.write_text(f"{SECRET}\n")
    file.chmod(0o600)
    assert token_from(file, warned.append) == SECRET
    assert warned == []
    file.chmod(0o640)
    assert token_from(file, warned.append) == SECRET
    assert warned == [f"others may read {file}, which holds a token: chmod 600 {file}"]


@pytest.mark.parametrize(
    "content", [b"", b" \n", b"two words", b"x" * 600, b"\xff\xfe", "ü".encode()]
)
def test_what_is_no_token(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "token"
    file.write_bytes(content)
    file.chmod(0o600)
    with pytest.raises(AddressError, match=f"^--token-file: {file}"):
        token_from(file, pytest.fail)


def test_a_token_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(AddressError, match="cannot be read: No such file or directory"):
        token_from(tmp_path / "none", pytest.fail)
    with pytest.raises(AddressError, match="cannot be read: Is a directory"):
        token_from(tmp_path, pytest.fail)

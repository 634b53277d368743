"""Whom a submitted sweep may tell, and what refusals say of secrets."""

from __future__ import annotations

import pytest

from sweeps.errors import SweepError
from sweeps.service.admission.notify import check_notify, is_listed
from sweeps.service.settings import Allowed

HOSTS = ("hooks.example.org", "localhost:8123", "[::1]:9000")
LISTED = (
    "https://hooks.example.org/T0/B0/secret",
    "http://hooks.example.org",
    "https://hooks.example.org:443/x",
    "https://HOOKS.Example.ORG/x",
    "http://localhost:8123/x",
    "http://[::1]:9000/x",
)
NOT_LISTED = (
    "https://example.org/x",
    "https://hooks.example.org.evil.net/x",
    "https://evil.net/hooks.example.org",
    "https://evil.net#hooks.example.org",
    "https://evil.net?hooks.example.org",
    "https://hooks.example.org@evil.net/",
    "https://hooks.example.org:x@evil.net/",
    "https://evil.net\\\\@hooks.example.org/",
    "https://hooks.example.org%2eevil.net/",
    "https://hooks.example.org:8443/x",
    "https://hooks.example.org:22/x",
    "http://hooks.example.org:443/x",
    "https://hooks.example.org./x",
    "http://localhost/x",
    "http://localhost:8124/x",
    "http://127.0.0.1:8123/x",
    "http://[::1]/x",
    "http://2130706433:8123/x",
    "ftp://hooks.example.org/x",
    "file://hooks.example.org/etc/passwd",
    "gopher://hooks.example.org/x",
    "//hooks.example.org/x",
    "hooks.example.org",
    "",
)


@pytest.mark.parametrize("address", LISTED)
def test_an_address_on_a_listed_host(address: str) -> None:
    assert is_listed(address, HOSTS)


@pytest.mark.parametrize("address", NOT_LISTED)
def test_every_other_address(address: str) -> None:
    assert not is_listed(address, HOSTS)


def refusal(webhook: str) -> str:
    with pytest.raises(SweepError) as caught:
        check_notify({"notify": {"webhook": webhook}}, Allowed(notify_hosts=HOSTS))
    return str(caught.value)


def test_a_variable_stands_for_what_the_service_has_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUR_HOOK", LISTED[0])
    check_notify({"notify": {"webhook": "${OUR_HOOK}"}}, Allowed(notify_hosts=HOSTS))


def test_no_word_of_what_variables_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set to another address, to a password, to nothing, or not set: the same words."""
    said = set()
    for value in ("https://evil.net/secret", "hunter2", "", None):
        if value is None:
            monkeypatch.delenv("SOME_HOOK")
        else:
            monkeypatch.setenv("SOME_HOOK", value)
        said.add(refusal("${SOME_HOOK}"))
    (line,) = said
    assert "evil" not in line
    assert "hunter2" not in line


def test_a_refusal_shows_no_address() -> None:
    line = refusal("https://other.example.org/T0/B0/secret")
    assert "https://other.example.org/…" in line
    assert "secret" not in line


@pytest.mark.parametrize(
    ("listed", "given", "says"),
    [
        ("/bin/tell", "/bin/tell", ""),
        ("/bin/tell", ["/bin/tell"], ""),
        ("/opt/our tools/tell", "'/opt/our tools/tell'", ""),
        ("/bin/tell", "/bin/tell me", "no arguments"),
        ("/bin/tell", ["/bin/tell", ""], "no arguments"),
        ("/bin/tell me", "/bin/tell me", "its operator would have to list it"),
        ("tell", "tell", "its operator would have to list it"),  # first on the service's PATH
        ("/bin/tell", "tell", "its operator would have to list it"),
        ("/bin/tell", "/bin//tell", "its operator would have to list it"),
        ("/bin/tell", "/bin/../bin/tell", "its operator would have to list it"),
        ("", "/bin/tell", "its operator would have to list it"),
    ],
)
def test_a_command_is_a_listed_program_and_nothing_more(
    listed: str, given: str | list[str], says: str
) -> None:
    document = {"notify": [{"command": given}]}
    allowed = Allowed(notify_commands=(listed,))
    if not says:
        check_notify(document, allowed)
        return
    with pytest.raises(SweepError, match=says) as caught:
        check_notify(document, allowed)
    assert caught.value.path == ("notify", 0, "command")


def test_everybody_on_a_list_is_looked_at() -> None:
    listed = {"webhook": LISTED[0]}
    document = {"notify": [listed, {**listed, "command": "/bin/sh"}]}
    with pytest.raises(SweepError) as caught:
        check_notify(document, Allowed(notify_hosts=HOSTS))
    assert caught.value.path == ("notify", 1, "command")

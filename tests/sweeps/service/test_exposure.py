from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sweeps.service.exposure import check_exposure
from sweeps.service.settings import Settings, Tls
from sweeps.store import Store

TLS = Tls(Path("c.pem"), Path("k.pem"))
TOKENS_SAID = (
    "tokens (`sweeps token create NAME --role admin` makes one in its store; with --auth the first "
    "may come later)"
)
TLS_SAID = (
    "TLS (--tls-cert and --tls-key, or --behind-tls where a proxy in front of it ends the TLS)"
)


def check(tokens: bool = False, **settings: Any) -> None:
    check_exposure(Settings(Store(Path("s")), **settings), tokens=tokens)


def refused(**settings: Any) -> str:
    """What is said of them."""
    with pytest.raises(ValueError, match="the service needs") as raised:
        check(**settings)
    return str(raised.value)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_this_machine_alone_needs_nothing(host: str) -> None:
    check(host=host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.5", "gpu.lab", "127.0.0.2", ""])
def test_beyond_it_tokens_and_tls_are_needed(host: str) -> None:
    assert refused(host=host) == (
        f"--host {host}: where other machines reach it, the service needs {TOKENS_SAID} and "
        f"{TLS_SAID}"
    )
    assert refused(host=host, tls=TLS).endswith(f"the service needs {TOKENS_SAID}")
    for asks in ({"auth": True}, {"tokens": True}):
        assert refused(host=host, **asks).endswith(f"the service needs {TLS_SAID}")
        check(host=host, tls=TLS, **asks)
        check(host=host, behind_tls=True, **asks)


def test_a_proxy_brings_everybody_to_this_machine() -> None:
    said = "--behind-tls: whoever the proxy lets in could do anything here: the service needs "
    assert refused(behind_tls=True) == f"{said}{TOKENS_SAID}"
    assert refused(behind_tls=True, host="0.0.0.0") == f"{said}{TOKENS_SAID}"
    check(behind_tls=True, auth=True)
    check(behind_tls=True, tokens=True)

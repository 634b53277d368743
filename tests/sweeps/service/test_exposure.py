from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sweeps.service.exposure import check_exposure
from sweeps.service.settings import Settings, Tls
from sweeps.store import Store

TLS = Tls(Path("c.pem"), Path("k.pem"))


def check(tokens: bool = False, **settings: Any) -> None:
    check_exposure(Settings(Store(Path("s")), **settings), tokens=tokens)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_this_machine_alone_needs_nothing(host: str) -> None:
    check(host=host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.5", "gpu.lab", "127.0.0.2", ""])
def test_beyond_it_tokens_and_tls_are_needed(host: str) -> None:
    for tls in (None, TLS):
        with pytest.raises(ValueError, match="asks nobody for a token: add --auth"):
            check(host=host, tls=tls)
    for asks in ({"auth": True}, {"tokens": True}):
        with pytest.raises(ValueError, match="unencrypted: give --tls-cert and --tls-key"):
            check(host=host, **asks)
        check(host=host, tls=TLS, **asks)
        check(host=host, behind_tls=True, **asks)


def test_a_proxy_brings_everybody_to_this_machine() -> None:
    with pytest.raises(ValueError, match=r"--behind-tls: .* ask for tokens with --auth"):
        check(behind_tls=True)
    check(behind_tls=True, auth=True)
    check(behind_tls=True, tokens=True)

"""Who can reach a service, and whether that is safe."""

from __future__ import annotations

from sweeps.service.settings import Settings

_TOKENS = (
    "tokens (`sweeps token create NAME --role admin` makes one in its store; with --auth the first "
    "may come later)"
)
_TLS = "TLS (--tls-cert and --tls-key, or --behind-tls where a proxy in front of it ends the TLS)"


def check_exposure(settings: Settings, *, tokens: bool) -> None:
    """Refuse to listen where strangers could do what they like, or could overhear a token.

    `tokens` tells whether any was ever made in the store, which asks everybody for one as
    `settings.auth` does. Raises ValueError with all that is missing, and the way to it.
    """
    asks = settings.auth or tokens
    if settings.behind_tls and not asks:
        # Whatever ends the TLS speaks from this machine for everybody whom it lets in.
        raise ValueError(
            "--behind-tls: whoever the proxy lets in could do anything here: the service needs "
            f"{_TOKENS}"
        )
    if settings.loopback:
        return
    open_read = settings.tls is None and not settings.behind_tls
    missing = [*([] if asks else [_TOKENS]), *([_TLS] if open_read else [])]
    if missing:
        raise ValueError(
            f"--host {settings.host}: where other machines reach it, the service needs "
            f"{' and '.join(missing)}"
        )

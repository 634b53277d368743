"""Who can reach a service, and whether that is safe."""

from __future__ import annotations

from sweeps.service.settings import Settings

_TOKENS = "`sweeps token create NAME --role admin` makes one"


def check_exposure(settings: Settings, *, tokens: bool) -> None:
    """Refuse to listen where strangers could do what they like, or could overhear a token.

    `tokens` tells whether any was ever made in the store, which asks everybody for one as
    `settings.auth` does. Raises ValueError with the way out.
    """
    asks = settings.auth or tokens
    if settings.behind_tls and not asks:
        # Whatever ends the TLS speaks from this machine for everybody whom it lets in.
        raise ValueError(
            "--behind-tls: whoever the proxy lets in could do anything here: ask for tokens with "
            f"--auth; {_TOKENS}"
        )
    if settings.loopback:
        return
    beyond = f"--host {settings.host}: other machines would reach this service"
    if not asks:
        raise ValueError(f"{beyond}, and it asks nobody for a token: add --auth; {_TOKENS}")
    if settings.tls is None and not settings.behind_tls:
        raise ValueError(
            f"{beyond}, and tokens would travel unencrypted: give --tls-cert and --tls-key, or "
            "--behind-tls when a proxy in front ends the TLS"
        )

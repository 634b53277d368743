"""What HTTP may fail with before there is an answer, or in it, as a line with the way out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from sweeps.client.errors import AwayError, NoServiceError, ServiceError


class BrokenOffError(AwayError):
    """A connection ended in the middle of a request."""


@contextmanager
def unanswered(url: str, connect_seconds: float) -> Iterator[None]:
    """Within it, what HTTP may fail with becomes a line with the way out."""
    try:
        yield
    except httpx.ConnectTimeout as error:
        raise AwayError(f"nobody answers at {url} within {connect_seconds:.0f} s") from error
    except httpx.TimeoutException as error:
        raise AwayError(f"{url} has taken the request and does not answer") from error
    except httpx.ConnectError as error:
        raise _not_connected(url, error) from error
    except httpx.TransportError as error:
        raise BrokenOffError(
            f"{url} broke off before it answered ({error}); is it https?"
            if url.startswith("http://")
            else f"{url} broke off before it answered ({error})"
        ) from error
    except httpx.InvalidURL as error:
        raise NoServiceError(f"{url} cannot be asked: {error}") from error


@contextmanager
def unfinished(url: str) -> Iterator[None]:
    """Within it an answer is read that has begun; where it does not end, a line says so."""
    try:
        yield
    except httpx.TimeoutException as error:
        raise AwayError(f"{url} does not go on with its answer") from error
    except httpx.TransportError as error:
        raise cut(url, error) from error


def cut(url: str, error: Exception) -> BrokenOffError:
    """That an answer has begun, and is not whole: the same may be asked again."""
    return BrokenOffError(f"{url} broke off in the middle of its answer ({error})")


def _not_connected(url: str, error: httpx.ConnectError) -> ServiceError:
    said = str(error)
    if "CERTIFICATE_VERIFY_FAILED" in said:
        why = said.partition("failed: ")[2].partition(" (_ssl")[0].rstrip(".")
        advice = (
            "call the service by a name that the certificate is for"
            if "mismatch" in why or "not valid for" in why
            else "where it is of an authority of your own, name that one's file in SSL_CERT_FILE"
        )
        return NoServiceError(f"the certificate of {url} cannot be trusted: {why}; {advice}")
    if "[SSL" in said:
        return NoServiceError(f"{url} does not speak https ({said}); is it http?")
    why = said.rpartition("] ")[2]
    return AwayError(f"no service at {url}: {why}; it is started with `sweeps serve`")

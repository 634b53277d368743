"""Secrets taken out of text that others will see: logs, errors, and what MLflow is told.

Nobody knows every secret, so this goes by their looks: tokens of a service, passwords in addresses,
headers that let somebody in, addresses of webhooks, and what is called a password or a key. What is
hidden by mistake costs a glance at the original.
"""

from __future__ import annotations

import re
from dataclasses import replace

from sweeps.trial import Failure

HIDDEN = "***"

_HINT = re.compile(r"swp_|://|authori[sz]ation|cookie|bearer|basic |passw|secret|key|token", re.I)
"""Without any of these there is nothing to hide."""

_IS = r"(\\?[\"']?\s{0,3}[=:,]\s{0,3}(?:b(?=[\"']))?\\?[\"']?)"
"""What stands between a name and its value, be it in a header, in JSON or in Python's own form."""

_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), instead)
    for pattern, instead in (
        (r"\bswp_([a-z0-9]{1,16})_[0-9a-z]{4,64}", rf"swp_\1_{HIDDEN}"),
        (
            r"(\b[a-z][a-z0-9+.-]{0,30}://[^\s/?#@:\"'<>]{0,100}):[^\s\"'<>]{1,300}@",
            rf"\1:{HIDDEN}@",
        ),
        (r"(\bhttps?://)[^\s/?#@:\"'<>]{20,300}@", rf"\1{HIDDEN}@"),
        (
            r"(\bhttps?://[^\s/\"'<>]{0,100}(?:hook|discord|telegram)[^\s/\"'<>]{0,100})/"
            r"[^\s\"'<>]{1,2000}",
            rf"\1/{HIDDEN}",
        ),
        (
            rf"\b((?:proxy-)?authori[sz]ation|(?:set-)?cookie|x-api-key){_IS}[^\"'\r\n]{{1,4000}}",
            rf"\1\2{HIDDEN}",
        ),
        (r"\b(bearer|basic) {1,3}(?=\S{0,300}[0-9=._])[\w.~+/=-]{8,300}", rf"\1 {HIDDEN}"),
        (
            r"((?:passw(?:or)?d|passphrase|secret|api[_-]?key|access[_-]?key|signature))"
            rf"{_IS}[^\s\"',;&)}}\]]{{1,300}}",
            rf"\1\2{HIDDEN}",
        ),
        (r"(token\\?[\"']?=\\?[\"']?)[^\s\"',;&)}\]]{8,300}", rf"\1{HIDDEN}"),
    )
)
"""All that repeats is bounded, so that the time grows with the text's length and no faster."""


def redacted(text: str) -> str:
    """The text without what looks like a secret; of a token of ours its id stays."""
    if _HINT.search(text) is None:
        return text
    for pattern, instead in _PATTERNS:
        text = pattern.sub(instead, text)
    return text


def told_safely(failure: Failure | None) -> Failure | None:
    """A failure as it may be kept and shown: what the user's code raised may quote anything."""
    if failure is None:
        return None
    return replace(
        failure, message=redacted(failure.message), traceback=redacted(failure.traceback)
    )

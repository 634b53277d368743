"""Descriptions of sweeps as everybody with a token may see them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sweeps.reading.notify import without_addresses
from sweeps.redaction import HIDDEN


def readable(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """The description without addresses of webhooks and what programs are given.

    Clients read it as they read a sweep file, so what stands instead is an address as well.
    """
    shown = without_addresses(document)
    if "notify" not in shown:
        return shown
    given = shown["notify"]
    several = given if isinstance(given, list) else [given]
    notify = [
        {**each, "webhook": each["webhook"].replace("…", HIDDEN)} if "webhook" in each else each
        for each in several
    ]
    return {**shown, "notify": notify if isinstance(given, list) else notify[0]}

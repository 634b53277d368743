"""What of Ray a sweep or a service would find here. Ray itself is not loaded."""

from __future__ import annotations

import os
from importlib.metadata import PackageNotFoundError, version

from sweeps.cli.finding import Finding
from sweeps.executors.executor import ClusterError
from sweeps.executors.ray.address import AUTO, answers, found
from sweeps.executors.ray.token import NoTokenError, token_in

NAME = "Ray"


def ray() -> Finding:
    """Whether it is installed, which cluster it would join, and with which token."""
    try:
        installed = version("ray")
    except PackageNotFoundError:
        nothing = dict.fromkeys(("installed", "address", "answers", "token"))
        return Finding(NAME, "not installed; --executor ray needs keras-sweeps[ray]", nothing)
    named = os.environ.get("RAY_ADDRESS")
    address = _address(named)
    there = None if address is None else answers(address)
    trouble = None
    try:
        token = token_in(os.environ)
    except NoTokenError as error:
        token, trouble = None, str(error)
    if named and not there:
        trouble = f"RAY_ADDRESS={named}: nobody answers there: start the cluster, or unset it"
    place = None if token is None else token.place
    facts = {"installed": installed, "address": address, "answers": there, "token": place}
    return Finding(NAME, _said(installed, address, there, place), facts, trouble)


def _address(named: str | None) -> str | None:
    """That of RAY_ADDRESS, else of this machine's cluster."""
    try:
        return found(named or AUTO)
    except ClusterError:
        return None


def _said(installed: str, address: str | None, there: bool | None, token: str | None) -> str:
    if address is None or (not there and token is None):
        return f"{installed}, no cluster runs here"
    cluster = f"a cluster answers at {address}" if there else f"nobody answers at {address}"
    return f"{installed}, {cluster}, " + (f"token in {token}" if token else "no token")

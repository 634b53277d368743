"""Variables of the environment that are none of the business of code that is only run here.

A service has passwords and tokens in its environment, and runs code of many people. Those processes
that import it are started without them. What a process was started with can still be read under
/proc by code that looks for it there, which runs as the service's user anyway: this keeps secrets
out of what code prints, logs and hands on, not out of the reach of an enemy.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Mapping

HIDDEN = "SWEEPS_HIDDEN"
"""The variable with the names of all that are hidden, with a comma between. Unset: none is."""

NAMES = re.compile(
    r"^(?!RAY_).*(TOKEN(?!IZ)|PASSW|PASSFILE|PASSPHRASE|SECRET|CREDENTIAL|WEBHOOK|_PWD$|(API|ACCESS|PRIVATE)_?KEY)"
    r"|^SWEEPS_(LEDGER|SERVER|TRACKING_URI)$|^MLFLOW_TRACKING_|^DATABASE_URL$|^SSH_AUTH_SOCK$",
    re.IGNORECASE,
)
"""What variables with secrets are called, and those with the addresses of ledger and MLflow.

Ray's own processes need Ray's token."""

LOGIN = re.compile(r"://[^/?#\s@]*:[^/?#\s@]*@")
"""An address with a password in it, whatever the variable is called."""


def secrets_in(environ: Mapping[str, str]) -> list[str]:
    """The names of variables that may hold a secret, by what they and their values look like."""
    return [
        name
        for name, value in environ.items()
        if name != HIDDEN and (NAMES.search(name) or LOGIN.search(value))
    ]


def hide(names: Iterable[str]) -> None:
    """From now on, no process that this one or its children start for the user's code has them."""
    os.environ[HIDDEN] = ",".join(sorted({*_hidden(os.environ), *names}))


def without_secrets(environ: Mapping[str, str]) -> dict[str, str]:
    """What a process gets that imports the user's code: all that is not hidden."""
    return without(_hidden(environ), environ)


def without(names: Collection[str], environ: Mapping[str, str]) -> dict[str, str]:
    """The environment but for these variables."""
    return {name: value for name, value in environ.items() if name not in names}


def forget() -> None:
    """Take what is hidden out of this process's own environment, before the user's code sees it."""
    for name in _hidden(os.environ):
        os.environ.pop(name, None)


def _hidden(environ: Mapping[str, str]) -> set[str]:
    return {name for name in environ.get(HIDDEN, "").split(",") if name}

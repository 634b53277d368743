"""Users of MLflow's own access control, within its server: whoever else decides may name them."""

from __future__ import annotations

import secrets
from functools import lru_cache
from pathlib import Path

APP = "basic-auth"
"""MLflow's name for its server with access control."""


@lru_cache
def make_sure_of(name: str, *, admin: bool) -> None:
    """Have a user of that name; nobody knows its password. Runs in MLflow's server alone.

    Raises MlflowException when the users' database cannot be used.
    """
    from mlflow.exceptions import MlflowException
    from mlflow.server.auth import store

    try:
        if not store.has_user(name):
            store.create_user(name, secrets.token_urlsafe(32), is_admin=admin)
    except MlflowException:
        # Another worker may have been first.
        if not store.has_user(name):
            raise


def access_settings(database: Path, admin: str, decides: str) -> str:
    """The settings file of MLflow's access control: everybody whom it lets in may read.

    `database` is where it keeps its users, `admin` the one who may do everything, `decides` the
    `module:function` that says who asks.
    """
    lines = {
        "default_permission": "READ",
        "database_uri": f"sqlite:///{database}",
        "admin_username": admin,
        "authorization_function": decides,
    }
    # What reads it takes a % for the beginning of a name.
    body = "".join(f"{name} = {text.replace('%', '%%')}\n" for name, text in lines.items())
    return f"[mlflow]\n{body}"


def access_environment(settings: Path) -> dict[str, str]:
    """What MLflow's server is told beside the settings file; secrets of this start alone."""
    return {
        "MLFLOW_AUTH_CONFIG_PATH": str(settings),
        "MLFLOW_AUTH_ADMIN_PASSWORD": secrets.token_urlsafe(32),
        "MLFLOW_FLASK_SERVER_SECRET_KEY": secrets.token_urlsafe(32),
        # A route that MLflow has no rule for is closed rather than open.
        "MLFLOW_BASIC_AUTH_FAIL_CLOSED": "true",
    }

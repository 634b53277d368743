"""A PostgreSQL server of our own for tests: in a folder that goes with it, on a socket there.

Its files are a normal user's even when the tests are root's, since PostgreSQL refuses to be that.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

INSTALLED = Path("/usr/lib/postgresql")
USERS = ("postgres", "nobody")
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "max_connections": "60",
    "shared_buffers": "32MB",
}


END = """
read _
test ! -e "$2/data/postmaster.pid" || "$1" stop -D "$2/data" -m immediate -s -w
rm -rf "$2"
"""


class NoServerError(Exception):
    """There is no PostgreSQL server here; the message says why."""


@dataclass(frozen=True)
class Server:
    """A running server, and how databases of it are named. `programs` is their folder."""

    folder: Path
    programs: Path
    owner: Mapping[str, Any]
    numbers: Iterator[int]
    settings: Mapping[str, str]

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://sweeps@/{database}?host={self.folder}"

    def fresh(self) -> str:
        """The address of a new, empty database."""
        name = f"ledger{next(self.numbers)}"
        self.execute(f"CREATE DATABASE {name}")
        return self.url(name)

    def execute(self, statement: str) -> None:
        """One statement, outside any transaction."""
        import psycopg

        with psycopg.connect(
            dbname="postgres", user="sweeps", host=str(self.folder), autocommit=True
        ) as connection:
            connection.execute(statement.encode())

    def restart(self) -> None:
        """Stop the server, whoever is connected, and start it again."""
        self.control("stop", "-m", "fast")
        self.start()

    def start(self) -> None:
        settings = [f"-c {name}={value}" for name, value in self.settings.items()]
        options = " ".join([f"-k {self.folder}", *settings])
        self.control("start", "-o", options, "-l", str(self.folder / "log"))

    def control(self, action: str, *options: str) -> None:
        self.program("pg_ctl", action, "-D", str(self.data), "-w", "-s", *options)

    def program(self, name: str, *arguments: str) -> None:
        done = subprocess.run(
            [self.programs / name, *arguments],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            timeout=120,
            **self.owner,
        )
        if done.returncode:
            raise RuntimeError(f"{name} {arguments}: {done.stderr}")


@contextmanager
def running(**settings: str) -> Iterator[Server]:
    """A server of our own until the end. Raises NoServerError where there can be none.

    It forgets what was committed when the machine fails, unless it is told `fsync="on"`.
    """
    programs, user = _programs(), _user()
    folder = Path(tempfile.mkdtemp(prefix="sweeps-pg-"))
    owner: dict[str, Any] = {}
    if user is not None:
        os.chown(folder, user.pw_uid, user.pw_gid)
        owner = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": ()}
    server = Server(folder, programs, owner, count(), {**SETTINGS, **settings})
    with _kept(server):
        encoding = ("-E", "UTF8", "--locale=C", "-A", "trust", "-N")
        server.program("initdb", "-D", str(server.data), "-U", "sweeps", *encoding)
        server.start()
        yield server


@contextmanager
def _kept(server: Server) -> Iterator[None]:
    """Stop the server and remove its folder in the end, even if the tests are killed.

    A process of its own waits for our end of a pipe to close.
    """
    keeper = subprocess.Popen(
        ["sh", "-c", END, "sh", server.programs / "pg_ctl", server.folder],
        cwd="/",
        stdin=subprocess.PIPE,
        start_new_session=True,
        **server.owner,
    )
    assert keeper.stdin is not None
    try:
        yield
    finally:
        keeper.stdin.close()
        keeper.wait()


def _programs() -> Path:
    installed = sorted(INSTALLED.glob("*/bin"), key=_version, reverse=True)
    found = shutil.which("initdb")
    folders = ([Path(found).resolve().parent] if found else []) + installed
    for folder in folders:
        if all((folder / name).exists() for name in ("initdb", "pg_ctl", "postgres")):
            return folder
    raise NoServerError("no PostgreSQL server is installed (Debian's package is `postgresql`)")


def _version(folder: Path) -> float:
    return float(folder.parent.name)


def _user() -> pwd.struct_passwd | None:
    """Whom the server runs as; None for who runs the tests."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    for name in USERS:
        if name in known:
            return known[name]
    raise NoServerError("PostgreSQL does not run as root, and there is no other user")

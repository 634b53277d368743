"""One service a store, and one at an address: a second one is told of the first."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path


class ServingError(RuntimeError):
    """A service cannot start, or cannot go on; the message says why, in one line.

    `exit_code` is what the command ends with: 2 for what was asked for and cannot be.
    """

    def __init__(self, message: str, exit_code: int = 1) -> None:
        super().__init__(message)
        self.exit_code = exit_code


@contextmanager
def only_service(folder: Path, address: str) -> Iterator[None]:
    """Hold a store's service folder, until the end, however that comes.

    Raises ServingError while another process holds it. Services on other folders may share a ledger
    on a server: each takes on what the others have not.
    """
    file = folder / "lock"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise ServingError(f"{file} cannot be written: {error.strerror}") from error
    try:
        _take(descriptor, file)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()} {address}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def answers(address: str) -> bool:
    """Whether a service of sweeps is at that address of this machine already. Asks it once.

    One whose certificate is not trusted here is not known by that.
    """
    from sweeps.client.address import Address
    from sweeps.client.connection import Connection
    from sweeps.client.errors import RefusedError, ServiceError

    with closing(Connection(Address.of(address), None)) as connection:
        try:
            found = connection.glance("/healthz")
        except (RefusedError, ServiceError):
            return False  # somebody else's: the port is taken all the same
    return isinstance(found, dict) and found.keys() == {"status", "trouble"}


def _take(descriptor: int, file: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        pid, _, address = os.pread(descriptor, 200, 0).decode(errors="replace").partition(" ")
        raise ServingError(
            f"a service runs on {file.parent.parent} already: {address.strip()}, process {pid}"
        ) from error
    except OSError as error:
        raise ServingError(f"{file} cannot be locked: {error.strerror}") from error

"""What kind of file system a folder lies on."""

from __future__ import annotations

import re
from pathlib import Path

NETWORKED = frozenset(
    [
        "nfs",
        "nfs3",
        "nfs4",
        "cifs",
        "smb3",
        "smbfs",
        "ncpfs",
        "afs",
        "fuse.sshfs",
        "fuse.s3fs",
        "fuse.goofys",
        "fuse.mountpoint-s3",
        "fuse.gcsfuse",
        "fuse.blobfuse2",
        "fuse.rclone",
    ]
)
MOUNTS = Path("/proc/self/mounts")


def over_network(folder: Path, mounts: Path = MOUNTS) -> str | None:
    """The kind of network file system that `folder` is on; None for a local one.

    File systems that keep locks and shared memory in step between machines (Lustre, GPFS) count as
    local. Where the system does not list its mounts, every folder counts as local.
    """
    try:
        listed = mounts.read_text(encoding="utf-8", errors="surrogateescape")
    except FileNotFoundError:
        return None
    place = folder.resolve()
    # Only blanks and ends of lines divide: names may hold any other kind of space as it is.
    fields = [line.split(" ") for line in listed.split("\n") if line]
    kinds = {_unescaped(mount): kind for _, mount, kind, *_ in fields}
    nearest = next((parent for parent in (place, *place.parents) if str(parent) in kinds), None)
    kind = kinds.get(str(nearest))
    return kind if kind in NETWORKED else None


def _unescaped(mount: str) -> str:
    """A mount point as it is; the list writes blanks and the like as octal numbers."""
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), mount)

"""What kind of file system a folder lies on."""

from __future__ import annotations

from pathlib import Path

NETWORKED = frozenset(
    {"nfs", "nfs3", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "afs", "fuse.sshfs", "fuse.s3fs"}
)
MOUNTS = Path("/proc/self/mounts")


def over_network(folder: Path, mounts: Path = MOUNTS) -> str | None:
    """The kind of network file system that `folder` is on; None for a local one.

    File systems that keep locks and shared memory in step between machines (Lustre, GPFS) count as
    local. Where the system does not list its mounts, every folder counts as local.
    """
    try:
        lines = mounts.read_text(errors="replace").splitlines()
    except FileNotFoundError:
        return None
    place = folder.resolve()
    kinds = {_unescaped(line.split()[1]): line.split()[2] for line in lines if line.strip()}
    nearest = next((parent for parent in (place, *place.parents) if str(parent) in kinds), None)
    kind = kinds.get(str(nearest))
    return kind if kind in NETWORKED else None


def _unescaped(mount: str) -> str:
    """A mount point as it is; the list writes blanks and the like as octal numbers."""
    for code, character in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        mount = mount.replace(code, character)
    return mount

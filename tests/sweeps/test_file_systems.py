from __future__ import annotations

import os
from pathlib import Path

import pytest

from sweeps.errors import LedgerError
from sweeps.file_systems import over_network
from sweeps.ledger.ledger import Ledger

MOUNTS = r"""
/dev/vda / ext4 rw,relatime 0 0
proc /proc proc rw 0 0
server:/home /home nfs4 rw,vers=4.2 0 0
/dev/vdb /home/ann/fast xfs rw 0 0
//nas/data /mnt/with\040a\040blank\011and\134more cifs rw 0 0
//nas/odd /mnt/\134040 cifs rw 0 0
//nas/sharp /mnt/no\0431 smb3 rw 0 0
ann@host:/x /mnt/ssh fuse.sshfs rw 0 0
local /mnt/cluster lustre rw 0 0
/etc/auto /auto autofs rw 0 0
server:/auto /auto/disk nfs rw 0 0
server:/twice /twice nfs rw 0 0
tmpfs /twice tmpfs rw 0 0
"""

KINDS = {
    "/var/data": None,
    "/home/ann": "nfs4",
    "/home/ann/fast/store": None,
    "/home/ann/faster": "nfs4",
    "/homes": None,
    "/mnt/with a blank\tand\\more/deep": "cifs",
    "/mnt/with": None,
    "/mnt/\\040": "cifs",
    "/mnt/no#1/.sweeps": "smb3",
    "/mnt/ssh/a/b/c": "fuse.sshfs",
    "/mnt/cluster/a": None,
    "/auto/other": None,
    "/auto/disk": "nfs",
    "/twice/mounted": None,
}


@pytest.fixture
def mounts(tmp_path: Path) -> Path:
    path = tmp_path / "mounts"
    path.write_text(MOUNTS.lstrip())
    return path


@pytest.mark.parametrize("folder", KINDS)
def test_the_nearest_mount_above_a_folder_decides(mounts: Path, folder: str) -> None:
    assert over_network(Path(folder), mounts) == KINDS[folder]


def test_names_of_any_bytes_are_found(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    names = [b"/mnt/\xff\xfe", "/mnt/narrow\u202fspace".encode(), "/mnt/line\u2028end".encode()]
    mounts.write_bytes(b"".join(b"nas %s nfs rw 0 0\n" % name for name in names))
    found = [over_network(Path(os.fsdecode(name)) / "store", mounts) for name in names]
    assert found == ["nfs"] * 3


def test_a_link_is_followed_to_where_it_leads(tmp_path: Path) -> None:
    far = tmp_path / "far"
    far.mkdir()
    (tmp_path / "near").symlink_to(far)
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/vda / ext4 rw 0 0\nnas {far} nfs rw 0 0\n")
    assert over_network(tmp_path / "near" / "store", mounts) == "nfs"


def test_where_mounts_are_not_listed_every_folder_is_local(tmp_path: Path) -> None:
    assert over_network(tmp_path, tmp_path / "missing") is None


def test_a_ledger_on_a_network_file_system_is_refused_before_anything_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sweeps.ledger.engine.over_network", lambda folder: "nfs4")
    folder = tmp_path / "store"
    with pytest.raises(LedgerError, match=r"network file system \(nfs4\).*--store") as caught:
        Ledger.open(f"sqlite:///{folder}/ledger.db")
    assert "\n" not in str(caught.value)
    assert not folder.exists()

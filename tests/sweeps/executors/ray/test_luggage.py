from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from sweeps.executors.ray import luggage
from sweeps.trainers.trainer import Pack
from sweeps.trial import Fit, Keeping, Outcome, Trial


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    """One fit that goes on from a checkpoint and may be kept, and one that starts."""
    (tmp_path / "0-0-0.npz").write_bytes(b"of its parent")
    first = Fit(Trial(3, {}, parent=0), 0, 0, seed=1, budget=4)
    return Pack(
        (
            replace(
                first,
                resume_from=str(tmp_path / "0-0-0.npz"),
                save_to=str(tmp_path / "3-0-0.npz"),
                keeping=Keeping(str(tmp_path / "3-0-0-under-way.npz"), epochs=1),
            ),
            Fit(Trial(4, {}), 0, 0, seed=2, budget=4),
        )
    )


@pytest.fixture
def sent() -> list[tuple[str, bytes]]:
    return []


def test_what_is_there_goes_along(pack: Pack, tmp_path: Path) -> None:
    assert luggage.folder_of(pack) == tmp_path
    assert luggage.packed(pack) == {pack.fits[0].resume_from: b"of its parent"}
    assert luggage.folder_of(Pack(pack.fits[1:])) is None


def test_fits_find_their_files_elsewhere_and_what_they_leave_is_sent(
    pack: Pack, tmp_path: Path, sent: list[tuple[str, bytes]]
) -> None:
    files = luggage.packed(pack)
    with luggage.unpacked(files, pack, lambda *what: sent.append(what)) as moved:
        there = moved.fits[0]
        assert moved.fits[1] == pack.fits[1]
        assert there.resume_from is not None
        assert there.save_to is not None
        assert not there.resume_from.startswith(str(tmp_path))
        assert Path(there.resume_from).read_bytes() == b"of its parent"
        Path(there.save_to).write_bytes(b"its end")
    assert sent == [(pack.fits[0].save_to, b"its end")]
    assert not Path(there.save_to).exists()


def test_what_is_kept_on_the_way_is_sent_on_the_way(
    pack: Pack, monkeypatch: pytest.MonkeyPatch, sent: list[tuple[str, bytes]]
) -> None:
    monkeypatch.setattr(luggage, "LOOK_SECONDS", 0.01)
    came = threading.Event()

    def send(path: str, content: bytes) -> None:
        sent.append((path, content))
        came.set()

    with luggage.unpacked({}, pack, send) as moved:
        keeping = moved.fits[0].keeping
        assert keeping is not None
        assert (keeping.epochs, keeping.seconds) == (1, None)
        for content in (b"epoch 1", b"epoch 2"):
            came.clear()
            part = Path(keeping.path).with_suffix(".part")
            part.write_bytes(content)
            part.replace(keeping.path)
            assert came.wait(10)
    original = pack.fits[0].keeping
    assert original is not None
    assert sent == [(original.path, b"epoch 1"), (original.path, b"epoch 2")]


def test_a_checkpoint_that_is_too_large_says_the_way_out(
    pack: Pack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(luggage, "MOST_BYTES", 4)
    with pytest.raises(OSError, match="too large to be carried between nodes"):
        luggage.packed(pack)


def test_a_file_is_put_down_whole_in_a_folder_that_may_not_be_there(tmp_path: Path) -> None:
    path = tmp_path / "checkpoints" / "3-0-0.npz"
    for content in (b"first", b"second"):
        luggage.put_down(str(path), content)
        assert path.read_bytes() == content
    assert list(path.parent.iterdir()) == [path]


def test_outcomes_are_of_the_packs_own_fits(pack: Pack) -> None:
    elsewhere = [replace(fit, save_to="/tmp/elsewhere") for fit in pack.fits]
    outcomes = [Outcome(fit, {}, {}, 1.0) for fit in elsewhere]
    assert [one.fit for one in luggage.at_home(outcomes, pack)] == list(pack.fits)
    assert luggage.at_home("anything else", pack) == "anything else"

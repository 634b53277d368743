from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sweeps.exporting.inputs import InputsSpec
from sweeps.exporting.manifest import FILE, ExportError, Manifest

Content = dict[str, Any]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An export with a file of each kind."""
    folder = tmp_path / "best"
    folder.mkdir()
    (folder / "model.keras").write_bytes(b"weights")
    (folder / "configuration.yaml").write_text("width: 4\n")
    Manifest(
        sweep="abcdef",
        trial=3,
        config={"width": 4, "rate": 1e-3, "word": None},
        objective="val_accuracy",
        score=0.5,
        kind="classification",
        classes=("red", "blaß"),
        files={"model": "model.keras"},
        metrics={"test_loss": 0.1},
        epochs=2,
        inputs=InputsSpec("arrays", (3,), shift=(0.0, 1.0, 2.0), filled=(None, 0.5, 1.0)),
    ).write(folder)
    return folder


def changed(folder: Path, change: Callable[[Content], Any]) -> None:
    content = json.loads((folder / FILE).read_text())
    change(content)
    (folder / FILE).write_text(json.dumps(content))


def test_it_is_read_as_it_was_written(folder: Path) -> None:
    manifest = Manifest.read(folder)
    assert manifest.classes == ("red", "blaß")
    assert manifest.config == {"width": 4, "rate": 1e-3, "word": None}
    assert manifest.inputs == InputsSpec(
        "arrays", (3,), shift=(0.0, 1.0, 2.0), filled=(None, 0.5, 1.0)
    )
    assert set(manifest.digests) == {"model.keras", "configuration.yaml"}


@pytest.mark.parametrize("name", ["model.keras", "configuration.yaml"])
def test_a_file_that_was_changed_or_is_gone(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"other")
    with pytest.raises(ExportError, match=f"{name} is not as it was exported"):
        Manifest.read(folder)
    (folder / name).unlink()
    with pytest.raises(ExportError, match=f"{name} is not as it was exported"):
        Manifest.read(folder)


@pytest.mark.parametrize("name", ["../evil", "{folder}/../evil", "sub/evil", "..", "", "."])
def test_files_outside_are_not_looked_at(folder: Path, name: str) -> None:
    name = name.format(folder=folder)
    for place in (folder.parent / "evil", folder / "sub" / "evil"):
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(b"evil")
    digest = hashlib.sha256(b"evil").hexdigest()
    changed(folder, lambda content: content["digests"].update({name: digest}))
    with pytest.raises(ExportError, match="nothing is loaded"):
        Manifest.read(folder)


def test_a_model_without_a_digest_is_not_loaded(folder: Path) -> None:
    (folder.parent / "evil.keras").write_bytes(b"evil")
    (folder / "added.keras").write_bytes(b"evil")
    for name in ("../evil.keras", "added.keras"):
        changed(folder, lambda content, name=name: content["files"].update(model=name))
        with pytest.raises(ExportError, match=f"{name} was not exported, so nothing is loaded"):
            Manifest.read(folder)


def test_a_pipeline_without_a_digest_is_not_loaded(folder: Path) -> None:
    (folder / "preprocessing.skops").write_bytes(b"evil")
    changed(folder, lambda content: content["inputs"].update(form="table"))
    with pytest.raises(ExportError, match=r"preprocessing\.skops was not exported"):
        Manifest.read(folder)


@pytest.mark.parametrize("version", [2, "1", None])
def test_another_version(folder: Path, version: object) -> None:
    changed(folder, lambda content: content.update(version=version))
    with pytest.raises(ExportError, match="exported by another version of this program"):
        Manifest.read(folder)


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content.pop("files"),
        lambda content: content.update(unknown=1),
        lambda content: content.update(files=["model.keras"]),
        lambda content: content.update(files={"model": ["model.keras"]}),
        lambda content: content.update(digests=None),
        lambda content: content.update(digests={"model.keras": 3}, files={}, inputs=[]),
        lambda content: content.update(inputs={"form": "arrays"}),
        lambda content: content.update(inputs="arrays"),
    ],
)
def test_json_that_is_no_manifest(folder: Path, change: Callable[[Content], Any]) -> None:
    changed(folder, change)
    with pytest.raises(ExportError, match=r"no export|nothing is loaded"):
        Manifest.read(folder)


@pytest.mark.parametrize("text", ["", "{", "[]", "3", "[" * 100_000, "\xff"])
def test_text_that_is_no_json(folder: Path, text: str) -> None:
    (folder / FILE).write_bytes(text.encode("latin-1"))
    with pytest.raises(ExportError, match="is no export"):
        Manifest.read(folder)


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(ExportError, match="cannot be read: No such file"):
            Manifest.read(place)
    os.truncate(_touched(tmp_path / FILE), 2**27)
    with pytest.raises(ExportError, match="too large"):
        Manifest.read(tmp_path)


def _touched(file: Path) -> Path:
    file.touch()
    return file

"""The refit in a worker process, as users have it; and processes that are interrupted."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from sweeps.exporting.export import export
from sweeps.exporting.exported import ExportedModel
from sweeps.trainers.refitting.refit import RefitError
from tests.sweeps.exporting.shop import NETWORK, PIPELINE, TRANSFORMS, Shop
from tests.sweeps.tasks.made_up_tables import birds

pytestmark = pytest.mark.slow

TASK = {"csv": "birds.csv", "target": "species", "drop": ["id", "nest"]}
WAITING = TRANSFORMS.replace(
    "return 2 * x",
    "import pathlib, time\n    pathlib.Path(__file__).with_name('begun').touch()\n"
    "    time.sleep(60)\n    return x",
)


@pytest.fixture
def own(tmp_path: Path) -> Shop:
    """As `shop`, with worker processes."""
    birds().to_csv(tmp_path / "birds.csv", index=False)
    return Shop(tmp_path)


def exported(own: Shop, document: Any, config: Any) -> ExportedModel:
    return own.exported({**document, "task": TASK}, config)


def test_estimators_and_networks_come_out_of_a_worker(own: Shop) -> None:
    own.write()
    sweep_id = own.ran({**PIPELINE, "task": TASK}, {"clf__C": 0.1})
    export(sweep_id, own.folder / "estimator", own.store, own.said.append)
    network = exported(own, NETWORK, {"width": 4, "epochs": 2})
    for model in (ExportedModel.load(own.folder / "estimator"), network):
        assert set(model.predict(birds())) <= set(model.classes)
        assert "test_accuracy" in model.manifest.metrics


def test_mistakes_come_whole_out_of_a_worker(own: Shop) -> None:
    own.write(TRANSFORMS.replace("return 2 * x", "raise KeyError('what')"))
    with pytest.raises(RefitError, match="KeyError: 'what'") as error:
        exported(own, PIPELINE, {"clf__C": 0.1})
    assert "raise KeyError('what')" in error.value.lines


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interruption_leaves_nothing(own: Shop, number: int, code: int) -> None:
    own.write(WAITING)
    own.ran({**PIPELINE, "task": TASK}, {"clf__C": 0.1})
    before = {path.name for path in own.folder.iterdir()}
    script = "from sweeps.cli.app import main; main(['export', '-o', 'best'])"
    process = subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=own.folder,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    until = time.monotonic() + 60
    while not (own.folder / "begun").exists():
        assert process.poll() is None and time.monotonic() < until, process.communicate()[0]
        time.sleep(0.05)
    process.send_signal(number)
    said, _ = process.communicate(timeout=30)
    assert process.returncode == code, said
    assert "Traceback" not in said
    assert {path.name for path in own.folder.iterdir()} - before <= {"begun", "__pycache__"}

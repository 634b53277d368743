"""The refit is one on all training rows, and the folder is whole or not there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sweeps import parts
from sweeps.errors import SweepError
from sweeps.executors.executor import WorkerDiedError
from sweeps.executors.inline import Inline
from sweeps.executors.raised import Raised, RemoteError
from sweeps.exporting import export as exporting
from sweeps.exporting.manifest import FILE, ExportError
from sweeps.trainers.refitting.refit import RefitError, UnexportableError
from sweeps.user_code import user_code
from tests.sweeps.exporting.shop import PIPELINE, TRANSFORMS, Shop, whole
from tests.sweeps.tasks.made_up_tables import birds
from tests.sweeps.trainers.own.code import MODULE, UnscaledTask

BEST = {"clf__C": 0.1}


@pytest.fixture(autouse=True)
def tiny(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    if "real_tasks" not in request.fixturenames:
        monkeypatch.setattr(parts, "task_for", lambda *_: UnscaledTask())


@pytest.fixture
def real_tasks() -> None:
    """The task is that of the document."""


def left_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {".sweeps", f"{MODULE}.py", "__pycache__"}


def test_an_estimator_is_fitted_on_all_training_rows_and_no_others(shop: Shop) -> None:
    shop.write()
    model = shop.exported({**PIPELINE, "evaluate": {"folds": 3}}, BEST)
    rows = UnscaledTask().rows(0)
    peer = user_code.load(f"{MODULE}:make", str(shop.folder))().set_params(**BEST)
    peer.set_params(clf__random_state=model.model.get_params()["clf__random_state"])
    peer.fit(rows.x_train.astype("float32"), rows.y_train)
    test = rows.x_test.astype("float32")
    assert model.predict_proba(test) == pytest.approx(peer.predict_proba(test), rel=1e-5)
    names = np.array(["red", "green", "blue"])
    assert (model.predict(test) == names[peer.predict(test)]).all()
    assert model.manifest.metrics["test_accuracy"] == peer.score(test, rows.y_test)
    assert model.manifest.metrics["train_accuracy"] == peer.score(
        rows.x_train.astype("float32"), rows.y_train
    )
    assert model.config == BEST
    assert (model.folder / "configuration.yaml").read_text() == "clf__C: 0.1\n"
    assert shop.said == ["training trial 0 again, on all 44 training rows"]
    assert left_in(shop.folder) == {"best"}


def test_the_same_again_is_the_same(shop: Shop) -> None:
    document = {
        "estimator": "sklearn.ensemble:RandomForestClassifier",
        "objective": "val_accuracy",
        "space": {"n_estimators": [3, 5]},
    }
    shop.write()
    sweep_id = shop.ran(document, {"n_estimators": 3})
    first, again = (shop.export(sweep_id, name) for name in ("first", "again"))
    test = UnscaledTask().rows(0).x_test
    assert (first.predict_proba(test) == again.predict_proba(test)).all()
    assert first.manifest.trusted == ("sklearn.tree._tree.Tree",)


def test_an_estimator_without_probabilities(shop: Shop) -> None:
    shop.write()
    document = {**PIPELINE, "estimator": f"{MODULE}:hard"}
    model = shop.exported(document, BEST)
    rows = UnscaledTask().rows(0)
    assert not model.has_probabilities
    assert (model.predict(rows.x_test) == np.array(["red", "green", "blue"])[rows.y_test]).any()
    with pytest.raises(ValueError, match="a Pipeline gives no probabilities: call predict"):
        model.predict_proba(rows.x_test)


def test_a_function_leaves_its_configuration(shop: Shop) -> None:
    shop.write()
    document = {
        "function": f"{MODULE}:objective",
        "objective": {"metric": "score", "goal": "maximize"},
        "space": {"x": [1, 2]},
    }
    model = shop.exported(document, {"x": 2})
    assert model.config == {"x": 2}
    assert left_in(model.folder) == {"configuration.yaml", FILE}
    assert shop.said == []
    with pytest.raises(ExportError, match="a configuration alone: a function leaves no model"):
        model.predict(np.zeros((1, 2)))
    with pytest.raises(ExportError, match="holds no Keras model"):
        _ = model.model


def test_nothing_to_export(shop: Shop) -> None:
    shop.write()
    failed = shop.ran(PIPELINE, BEST, score=None)
    with pytest.raises(ExportError, match=f"no trial of sweep {failed} has a score"):
        shop.export(failed)
    with pytest.raises(LookupError):
        shop.export("nosuch")
    assert left_in(shop.folder) == set()


def test_a_folder_that_is_there_stays_as_it_is(shop: Shop) -> None:
    shop.write()
    sweep_id = shop.ran(PIPELINE, BEST)
    (shop.folder / "best").symlink_to("nowhere")
    with pytest.raises(ExportError, match="best exists and is left as it is; name another folder"):
        shop.export(sweep_id)
    assert not (shop.folder / "nowhere").exists()


def test_a_sweep_under_way_is_exported_as_far_as_it_is(shop: Shop) -> None:
    shop.write()
    sweep_id = shop.ran(PIPELINE, BEST, state="running")
    shop.export(sweep_id)
    assert shop.said[0] == f"sweep {sweep_id} is running: this is its best so far, of 1 trials"


class Broken(Inline):
    """An executor whose calls end so; they may have begun to write."""

    error: BaseException = KeyboardInterrupt()

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
        Path(args[-1], "model.keras").write_bytes(b"half")
        raise self.error


@pytest.mark.parametrize(
    ("error", "raised", "said"),
    [
        (KeyboardInterrupt(), KeyboardInterrupt, None),
        (SystemExit(143), SystemExit, "143"),
        (OSError(28, "No space left on device"), ExportError, "best cannot be written: No space"),
        (WorkerDiedError("ended by signal 9", 9), RefitError, "again: ended by signal 9"),
        (RemoteError(Raised("Odd", "so", "lines")), RefitError, "Odd: so"),
    ],
)
def test_whatever_ends_it_nothing_is_left(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, error: Any, raised: Any, said: str | None
) -> None:
    shop.write()
    monkeypatch.setattr(Broken, "error", error)
    monkeypatch.setattr(exporting, "executor_for", lambda _, environment: Broken(environment))
    with pytest.raises(raised, match=said):
        shop.export(shop.ran(PIPELINE, BEST))
    assert left_in(shop.folder) == set()


def test_a_place_that_cannot_be_written(shop: Shop) -> None:
    shop.write()
    sweep_id = shop.ran(PIPELINE, BEST)
    (shop.folder / "file").touch()
    with pytest.raises(ExportError, match=r"cannot be written: (Not a directory|File exists)"):
        shop.export(sweep_id, "file/best")
    with pytest.raises(ExportError, match="cannot be written: File name too long"):
        shop.export(sweep_id, "a" * 300)


def test_what_cannot_be_kept_is_refused(shop: Shop) -> None:
    shop.write(TRANSFORMS.replace("FunctionTransformer(doubled)", "nameless()"))
    with pytest.raises(
        UnexportableError, match=r"own_code:make: .* no name to find it by"
    ) as error:
        shop.export(shop.ran(PIPELINE, BEST))
    assert "give it one" in str(error.value)
    assert left_in(shop.folder) == set()


def test_mistakes_of_theirs_come_with_their_lines(shop: Shop) -> None:
    shop.write(TRANSFORMS.replace("return 2 * x", "raise KeyError('what')"))
    with pytest.raises(RefitError, match="KeyError: 'what'") as error:
        shop.export(shop.ran(PIPELINE, BEST))
    assert "raise KeyError('what')" in error.value.lines
    assert left_in(shop.folder) == set()


def test_a_table_that_has_changed_since(shop: Shop, real_tasks: None) -> None:
    shop.write()
    birds().to_csv(shop.folder / "birds.csv", index=False)
    task = {"csv": "birds.csv", "target": "species", "drop": ["id", "nest"]}
    sweep_id = shop.ran({**PIPELINE, "task": task}, BEST)
    model = shop.export(sweep_id, "before")
    assert set(model.predict(pd.read_csv(shop.folder / "birds.csv"))) <= set(model.classes)
    birds().iloc[:-1].to_csv(shop.folder / "birds.csv", index=False)
    with pytest.raises(SweepError, match=r"birds\.csv has changed since this sweep began"):
        shop.export(sweep_id, "after")
    assert left_in(shop.folder) == {"birds.csv", "before"}
    # What was exported needs the table no more.
    (shop.folder / "birds.csv").unlink()
    assert len(model.predict(birds())) == len(birds())


def test_the_manifest_is_plain_json_without_the_rows(shop: Shop) -> None:
    shop.write()
    model = shop.exported(PIPELINE, BEST)
    content = json.loads((model.folder / FILE).read_text())
    assert content["inputs"]["form"] == "columns"
    assert set(content["digests"]) == {"configuration.yaml", "estimator.skops"}
    train, _ = whole(shop_problem(shop))
    assert str(float(train[0, 0])) not in (model.folder / FILE).read_text()


def shop_problem(shop: Shop) -> Any:
    return parts.problem_of(shop.sweep(PIPELINE))

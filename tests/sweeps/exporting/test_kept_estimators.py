from __future__ import annotations

import builtins
import importlib
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from skops.io import dump

from sweeps.exporting.kept_estimators import UntrustedError, kept, load_kept, refuse_untrusted
from sweeps.trainers.refitting.refit import UnexportableError
from sweeps.user_code import user_code
from sweeps.user_code.user_code import UserCodeError
from tests.sweeps.exporting.shop import Shop
from tests.sweeps.trainers.own.code import MODULE

X = np.random.default_rng(0).normal(size=(20, 3))
Y = (X.sum(axis=1) > 0).astype(int)


def made(shop: Shop, name: str) -> Any:
    shop.write()
    return user_code.load(f"{MODULE}:{name}", str(shop.folder))()


def test_classes_and_functions_of_the_user_come_back(shop: Shop) -> None:
    estimator = made(shop, "make").fit(X, Y)
    file, folder = shop.folder / "e.skops", str(shop.folder)
    trusted = kept(estimator, file, "own", folder)
    assert set(trusted) == {f"{MODULE}.Clipped", f"{MODULE}.doubled"}
    again = load_kept(file, trusted, folder)
    assert (again.predict_proba(X) == estimator.predict_proba(X)).all()


def test_their_module_must_be_there(shop: Shop) -> None:
    file, folder = shop.folder / "e.skops", str(shop.folder)
    trusted = kept(made(shop, "make").fit(X, Y), file, "own", folder)
    with pytest.raises(UntrustedError, match="not safe to build"):
        load_kept(file, trusted, "")
    (shop.folder / f"{MODULE}.py").write_text("")
    importlib.reload(importlib.import_module(MODULE)).__dict__.pop("Clipped")
    with pytest.raises(UserCodeError, match="Clipped"):
        load_kept(file, trusted, folder)


@pytest.mark.parametrize(
    ("function", "name"),
    [(os.system, "posix.system"), (builtins.eval, "builtins.eval"), (np.load, "numpy.load")],
)
def test_functions_of_others_are_neither_kept_nor_built(
    tmp_path: Path, function: Any, name: str
) -> None:
    estimator, file = FunctionTransformer(function), tmp_path / "e.skops"
    with pytest.raises(UnexportableError, match=f"own: FunctionTransformer cannot .* {name}"):
        kept(estimator, file, "own", str(tmp_path))
    dump(estimator, file)
    with pytest.raises(UntrustedError, match=f"{name}, which is not safe to build"):
        load_kept(file, [name], str(tmp_path))


def test_what_their_module_imports_is_not_theirs(shop: Shop) -> None:
    estimator, file = made(shop, "theirs"), shop.folder / "e.skops"
    assert estimator.func is os.system
    with pytest.raises(UnexportableError, match=r"posix\.system"):
        kept(estimator, file, "own", str(shop.folder))
    # As a file would say it that somebody has changed.
    system, before = os.system, os.system.__module__
    dump(FunctionTransformer(user_code.load(f"{MODULE}:doubled", str(shop.folder))), file)
    content = file.read_bytes()
    assert system.__module__ == before
    import zipfile

    with zipfile.ZipFile(file) as held:
        schema = held.read("schema.json").replace(b'"doubled"', b'"system"')
    with zipfile.ZipFile(file, "w") as forged:
        forged.writestr("schema.json", schema)
    assert content != file.read_bytes()
    with pytest.raises(UntrustedError, match=f"{MODULE}.system, which is not safe"):
        load_kept(file, [f"{MODULE}.system"], str(shop.folder))


def test_only_what_the_export_names(tmp_path: Path, shop: Shop) -> None:
    file = tmp_path / "e.skops"
    kept(made(shop, "make").fit(X, Y), file, "own", str(shop.folder))
    with pytest.raises(UntrustedError, match="which its export does not name"):
        load_kept(file, [f"{MODULE}.Clipped"], str(shop.folder))


def test_a_lambda_has_no_name(shop: Shop) -> None:
    estimator = made(shop, "nameless").fit(X, Y)
    with pytest.raises(UnexportableError, match="has no name to find it by: give it one"):
        kept(estimator, shop.folder / "e.skops", "own", str(shop.folder))


def test_scikit_learns_own_need_no_trust(tmp_path: Path) -> None:
    estimator = make_pipeline(LogisticRegression()).fit(X, Y)
    assert kept(estimator, tmp_path / "e.skops", "own") == ()
    assert (load_kept(tmp_path / "e.skops", ()).predict(X) == estimator.predict(X)).all()


def test_a_keras_model_within_is_told_the_way_out(tmp_path: Path) -> None:
    from scikeras.wrappers import KerasClassifier

    with pytest.raises(UnexportableError, match="tune the network itself with `model:`"):
        kept(make_pipeline(KerasClassifier(np.sum)), tmp_path / "e.skops", "own")


@pytest.mark.parametrize(
    "name",
    [
        "scikeras.wrappers.KerasClassifier",  # an estimator, which comes back by a way of its own
        "random.Random",  # Python's own, whatever lies in the folder
        "nosuch.Thing",
        "sklearn.nosuch.Thing",
        "Thing",
    ],
)
def test_types_that_nobody_should_name(tmp_path: Path, name: str) -> None:
    (tmp_path / "random.py").touch()
    with pytest.raises(UntrustedError, match=f"holds {name}, which is not safe"):
        refuse_untrusted([name], str(tmp_path))

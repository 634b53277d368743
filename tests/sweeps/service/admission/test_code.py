"""Code of submitted sweeps: what is on the operator's list, and nothing of it in this process."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from sweeps.errors import SweepError, SweepFileError
from sweeps.service.admission.code import code_in, is_allowed
from sweeps.service.settings import Allowed
from sweeps.user_code.user_code import NOWHERE
from tests.sweeps.service.premises import FUNCTION, NETWORK, OWN, Premises


@pytest.fixture
def premises(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Premises:
    made = Premises.at(tmp_path)
    monkeypatch.chdir(tmp_path / "cwd")
    return made


STARRED = {
    "build": True,
    "Builder": True,
    "WEIGHT": True,
    "system": False,  # imported there
    "os": False,
    "os.system": False,
    "Builder.make": False,
    "nothing": False,
    "__import__": False,
}


@pytest.mark.parametrize("name", STARRED)
def test_all_of_a_module_is_what_its_text_defines(name: str, premises: Premises) -> None:
    allowed = replace(premises.allowed, code=("my_model:*",))
    folder = str(premises.root / "code")
    assert is_allowed(f"my_model:{name}", allowed, folder) is STARRED[name]
    assert not is_allowed(f"ours:{name}", allowed, folder)


@pytest.mark.parametrize(
    ("path", "there"),
    [
        ("sklearn.linear_model:Ridge", True),
        ("sklearn.linear_model:sys", False),
        ("sklearn.linear_model:_base", False),
        ("sklearn:Ridge", False),
        ("no_such_package.at_all:Ridge", False),
        ("os:system", False),  # from elsewhere, by a star
        ("__main__:build", False),
    ],
)
def test_all_of_an_installed_module_is_what_it_says_it_offers(path: str, there: bool) -> None:
    stars = ("sklearn.linear_model:*", "os:*", "__main__:*", "no_such_package.at_all:*")
    assert is_allowed(path, Allowed(code=stars), NOWHERE) is there


def test_what_is_listed_whole_may_be_a_method(premises: Premises) -> None:
    allowed = replace(premises.allowed, code=("my_model:Builder.make",))
    assert is_allowed("my_model:Builder.make", allowed, NOWHERE)
    assert not is_allowed("my_model:Builder", allowed, NOWHERE)


def test_code_of_a_package_is_hidden_by_none_of_the_folders_of_code(premises: Premises) -> None:
    estimator = FUNCTION.replace("function: my_model:build", "estimator: sklearn.svm:SVC")
    estimator = estimator.replace("objective: {goal: maximize}", "task: penguins")
    allowed = replace(premises.allowed, code=("sklearn.svm:SVC",))
    made = replace(premises, allowed=allowed)
    assert made.admit(estimator).folder == str(premises.root / "code")
    (premises.root / "code/sklearn").mkdir()
    (premises.root / "code/sklearn/__init__.py").touch()
    (premises.root / "code/sklearn/svm.py").write_text("SVC = 1\n")
    with pytest.raises(SweepFileError, match="it hides the package of that name"):
        made.admit(estimator)


def test_all_code_of_a_sweep_is_in_one_folder(premises: Premises) -> None:
    other = premises.root / "more"
    other.mkdir()
    (other / "other.py").write_text("def score(a, b): ...\ndef build(config): ...\n")
    folders = (premises.root / "code", other)
    allowed = replace(
        premises.allowed,
        code_folders=folders,
        code=("my_model:build", "other:score", "other:build"),
    )
    made = replace(premises, allowed=allowed)
    assert made.admit(FUNCTION.replace("my_model", "other")).folder == str(other)
    apart = f"{OWN}evaluate: {{metrics: ['other:score']}}\n"
    with pytest.raises(SweepFileError, match="in several folders of code"):
        made.admit(apart)
    (premises.root / "code/other.py").write_text("def score(a, b): ...\n")
    assert made.admit(apart).folder == str(folders[0])


@pytest.mark.parametrize("said", ["def build(: 'secret'\n", "secret = 1\n", "raise SystemExit\n"])
def test_a_file_outside_is_not_read_to_say_what_is_wrong_with_it(
    said: str, premises: Premises
) -> None:
    (premises.root / "outside/theirs.py").write_text(said)
    with pytest.raises(SweepFileError, match="its file is a link that leads out") as caught:
        premises.admit(FUNCTION.replace("my_model", "linked"))
    assert "secret" not in f"{caught.value}{caught.value.lines}"


@pytest.mark.parametrize("key", ["model", "estimator", "function"])
@pytest.mark.parametrize("path", ["../x:f", "x.py", "x:f()", "x:", ":f", "a b:c", "x:f;y"])
def test_what_is_no_name_of_code_is_refused_before_it_is_looked_for(key: str, path: str) -> None:
    for given in (path, {"path": path}):
        with pytest.raises(SweepError, match=r"is not of the form `module:name`"):
            code_in({key: given})


def test_what_is_not_even_text_is_left_to_its_reader(premises: Premises) -> None:
    odd = {"model": 3, "estimator": [1], "task": {"load": None}, "evaluate": {"metrics": "os:x"}}
    assert code_in(odd) == []
    for text in ("model: 3", "function: {path: [1]}", "evaluate: {metrics: 'os:system'}"):
        with pytest.raises(SweepFileError):
            premises.admit(f"{text}\ntask: penguins\n{NETWORK}")


ADMITTING = """
import sys
from pathlib import Path
from sweeps.service.admission.admit import admit
from sweeps.service.settings import Allowed
root = Path(sys.argv[1])
allowed = Allowed((root,), (root,), ("noisy:build", "noisy:rows", "noisy:measure"))
for text in sys.argv[2:]:
    admit(text.encode(), "s.yaml", (), allowed)
assert str(root) not in sys.path
heavy = {"tensorflow", "keras", "jax", "torch", "noisy", "mlflow", "pandas"} & set(sys.modules)
assert not heavy, heavy
"""


def test_nothing_of_the_users_is_imported_where_it_is_admitted(tmp_path: Path) -> None:
    (tmp_path / "noisy.py").write_text(
        "raise SystemExit('it was imported')\n"
        "def build(config): ...\ndef rows(): ...\ndef measure(a, b): ...\n"
    )
    files = [
        "function: noisy:build\nobjective: {goal: maximize}\nspace: {x: [1, 2]}\n",
        "model: noisy:build\ntask: {load: 'noisy:rows'}\nspace: {x: [1, 2]}\n",
        "estimator: noisy:build\ntask: penguins\nspace: {x: [1, 2]}\n",
        "task: {load: 'noisy:rows'}\nspace: {width: [1, 2]}\n"
        "evaluate: {metrics: ['noisy:measure']}\n",
    ]
    done = subprocess.run(
        [sys.executable, "-c", ADMITTING, str(tmp_path), *files],
        cwd=Path(__file__).parents[4],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr

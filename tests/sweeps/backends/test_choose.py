import subprocess
import sys
from typing import Any

import pytest

from search_spaces import Choice, Constraint, Float, Int, Param, Space, SpaceError
from sweeps.backends.choose import BACKENDS, backend_for
from sweeps.backends.grid_search import GridSearch
from sweeps.backends.hyperband import Hyperband
from sweeps.backends.optuna_search import OptunaSearch
from sweeps.backends.random_search import RandomSearch
from sweeps.sweep import SearchChoice

SPACE = Space.of(
    Param("width", Int(1, 8)),
    Param("epochs", Choice((9,))),
    Constraint("even", "width % 2 == 0"),
)


def chosen(backend: str, **options: Any) -> Any:
    return backend_for(SearchChoice(backend, options=options), SPACE)


def test_names_stand_for_backends_with_their_own_defaults() -> None:
    assert chosen("grid") == GridSearch()
    assert chosen("random") == RandomSearch()
    assert chosen("hyperband") == Hyperband()
    assert chosen("optuna") == OptunaSearch()


def test_settings_of_the_search_reach_the_backend() -> None:
    assert chosen("grid", limit=100) == GridSearch(limit=100)
    assert chosen("hyperband", factor=4, hyperband_iterations=2) == Hyperband(4, 2)
    assert chosen("optuna", sampler="qmc") == OptunaSearch(sampler="qmc")
    tpe = {"n_startup_trials": 5, "multivariate": False, "constant_liar": False}
    assert chosen("optuna", **tpe) == OptunaSearch("tpe", 5, False, False)


@pytest.mark.parametrize("backend", sorted(BACKENDS))
def test_batch_and_completed_seed_trials_reach_every_backend(backend: str) -> None:
    search = SearchChoice(backend, batch=7, seed_trials=({"width": 4},))
    made: Any = backend_for(search, SPACE)
    assert made.batch == 7
    assert made.seed_trials == ({"width": 4, "epochs": 9},)


def test_the_cap_on_trials_reaches_grid_search() -> None:
    assert backend_for(SearchChoice("grid", trials=50), SPACE) == GridSearch(trials=50)


@pytest.mark.parametrize(
    ("backend", "options", "key", "message"),
    [
        ("optunna", {}, "backend", "'optunna' is no backend; did you mean 'optuna'?"),
        ("xyz", {}, "backend", "there is grid, hyperband, optuna, random"),
        ("hyperband", {"facter": 3}, "facter", "no setting of hyperband; did you mean 'factor'"),
        ("random", {"sampler": "tpe"}, "sampler", "no setting of random; there is batch"),
        ("hyperband", {"factor": 1}, "factor", "1 is not a whole number from 2 to 1,000"),
        ("hyperband", {"factor": 3.0}, "factor", "3.0 is not a whole number"),
        ("hyperband", {"hyperband_iterations": True}, "hyperband_iterations", "true is not"),
        ("grid", {"limit": 0}, "limit", "0 is not a whole number from 1 to 1,000,000,000,000"),
        ("optuna", {"sampler": "cma-es"}, "sampler", "did you mean 'cmaes'?"),
        ("optuna", {"sampler": ["tpe"]}, "sampler", "is not known"),
        ("optuna", {"multivariate": 1}, "multivariate", "1 is neither true nor false"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(
    backend: str, options: dict[str, Any], key: str, message: str
) -> None:
    with pytest.raises(SpaceError) as info:
        chosen(backend, **options)
    assert message in info.value.message
    assert info.value.path == ("search", key)


@pytest.mark.parametrize(
    ("seed_trials", "path", "message"),
    [
        (({"width": 4}, {"width": 9}), (1, "width"), "9"),
        (({"width": 3},), (0,), "even: width % 2 == 0"),
        (({"width": 4}, {"width": 4, "epochs": 9}), (1,), "the same as seed trial 0"),
    ],
)
def test_seed_trials_are_held_against_the_space(
    seed_trials: Any, path: tuple[Any, ...], message: str
) -> None:
    with pytest.raises(SpaceError) as info:
        backend_for(SearchChoice("random", seed_trials=seed_trials), SPACE)
    assert message in info.value.message
    assert info.value.path == ("search", "seed_trials", *path)


def test_values_that_python_takes_for_equal_are_different_seed_trials() -> None:
    space = Space.of(Param("seeded", Choice((True, 1))), Param("rate", Float(0.0, 1.0)))
    seeds = ({"seeded": True, "rate": 0.5}, {"seeded": 1, "rate": 0.5})
    made: Any = backend_for(SearchChoice("random", seed_trials=seeds), space)
    assert len(made.seed_trials) == 2


def test_no_backends_library_is_imported_for_the_choice() -> None:
    heavy = "{'optuna', 'keras_tuner', 'keras', 'tensorflow', 'numpy'}"
    code = (
        "import sys\n"
        "from search_spaces import Choice, Int, Param, Space\n"
        "from sweeps.backends.choose import BACKENDS, backend_for\n"
        "from sweeps.sweep import SearchChoice\n"
        "space = Space.of(Param('width', Int(1, 8)), Param('epochs', Choice((9,))))\n"
        "for name in BACKENDS: backend_for(SearchChoice(name), space).check(space)\n"
        f"sys.exit(', '.join({heavy} & set(sys.modules)) or None)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")

from __future__ import annotations

from pathlib import Path

import pytest

from sweeps.errors import SweepFileError
from sweeps.reading.sweep_file import SweepFile, load_sweep

GOOD = """\
task: penguins
search: grid
space:
  layer_count: {low: 1, high: 3}
  width:
    low: 8
    high: 10
  decay:
    constant: {}
    step: {drop: [0.3, 0.5], every_epochs: 3}
  learning_rate: 1e-3
constraints:
  small: layer_count * width <= 20
"""


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def error(text: str, *overrides: str) -> str:
    Path("s.yaml").write_text(text)
    with pytest.raises(SweepFileError) as caught:
        load_sweep(Path("s.yaml"), overrides)
    return str(caught.value)


def test_a_file_becomes_a_sweep() -> None:
    Path("s.yaml").write_text(GOOD)
    sweep = load_sweep(Path("s.yaml"))
    assert sweep.space.count == 27
    assert sweep.document["space"]["learning_rate"] == 0.001


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("low: 8", "low: 80", "s.yaml:6:10: width.low: low 80 is above high 10"),
        ("width:", "widht:", "s.yaml:5:3: widht: unknown key; did you mean 'width'?"),
        ("search:", "serach:", "s.yaml:2:1: unknown key 'serach'; did you mean 'search'?"),
        ("grid", "gird", "s.yaml:2:9: search.backend: 'gird' is no backend; did you mean 'grid'?"),
        (
            "task: penguins",
            "task: {name: penguins, preprocessing: [1]}",
            "s.yaml:1:39: task.preprocessing: ",
        ),
        ("0.5]", "0.3]", "s.yaml:10:24: decay.step.drop.1: 0.3 is listed twice"),
        ("[0.3, 0.5]", ".nan", "s.yaml:10:18: decay.step.drop: nan is not a finite number"),
        ("high: 3}", "high: true}", "s.yaml:4:31: layer_count.high: true is not a number"),
        ("task: penguins\n", "", "s.yaml:1:1: 'task' is missing: add `task: penguins`"),
        (
            "layer_count * width <= 20",
            "layer_cuont > 1",
            "s.yaml:13:10: constraints.small: ",
        ),
        ("layer_count * width <= 20", "layer_count >", "s.yaml:13:10: constraints.small: "),
    ],
)
def test_errors_have_a_place(old: str, new: str, message: str) -> None:
    assert old in GOOD
    assert error(GOOD.replace(old, new, 1)).startswith(message)


@pytest.mark.parametrize(
    ("override", "message"),
    [
        (
            "search.trails=5",
            "--set search.trails=5: search.trails: 'trails' is no setting of grid; ",
        ),
        ("serach.trials=5", "--set serach.trials=5: unknown key 'serach'; did you mean 'search'?"),
        ("search.trials=many", "--set search.trials=many: search.trials: 'many' is not a whole"),
        ("space.width.low=11", "--set space.width.low=11: width.low: low 11 is above high 10"),
        ("seed", "--set seed: expected KEY.KEY=VALUE, as in search.trials=50"),
        ("=3", "--set =3: expected KEY.KEY=VALUE, as in search.trials=50"),
        ("space..low=3", "--set space..low=3: expected KEY.KEY=VALUE"),
        (
            "space.learning_rate.low=1",
            "--set space.learning_rate.low=1: space.learning_rate is 0.001, so nothing can be set",
        ),
        ("space.width=[1", "--set space.width:1:3: "),
        ("seed=&x 1", "--set seed:1:1: the anchor &x"),
    ],
)
def test_errors_of_overrides_name_the_override(override: str, message: str) -> None:
    assert error(GOOD, override).startswith(message)


def test_an_error_elsewhere_keeps_its_place_in_the_file() -> None:
    found = error(GOOD, "search=hyperband")
    assert found.startswith("s.yaml:3:1: ")
    assert "add `epochs: N`" in found


def test_overrides_are_yaml_and_later_ones_win() -> None:
    Path("s.yaml").write_text(GOOD)
    overrides = [
        "search.trials=3",
        "search.trials=5",
        "space.width=[4, 5]",
        "space.learning_rate=1e-2",
        "budget.minutes=0.5",
        "task.preprocessing=published",
    ]
    sweep = load_sweep(Path("s.yaml"), overrides)
    assert (sweep.search.backend, sweep.search.trials) == ("grid", 5)
    assert sweep.space.count == 18
    assert sweep.budget.minutes == 0.5
    assert sweep.task.options == {"preprocessing": "published"}


def test_reading_a_file_twice_gives_the_same_sweep() -> None:
    Path("s.yaml").write_text(GOOD)
    source = SweepFile.open(Path("s.yaml"), ["space.width.low=9"])
    assert source.sweep() == source.sweep()
    assert source.document.value["space"]["width"] == {"low": 8, "high": 10}


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    for file, reason in ((Path("none.yaml"), "No such file"), (tmp_path, "Is a directory")):
        with pytest.raises(SweepFileError, match=f"cannot be read: {reason}"):
            load_sweep(file)


def test_a_file_that_is_no_mapping() -> None:
    assert error("- 1\n") == "s.yaml:1:1: [1] is not a mapping of names to values"
    assert error("---\n", "seed=3") == "s.yaml:1:1: null is not a mapping of names to values"


def test_nothing_in_a_message_reaches_the_terminal_as_a_command() -> None:
    assert "\x1b" not in error(f'{GOOD}"\\e[2J": 1\n')
    assert "\\x1b[2J" in error(f'{GOOD}"\\e[2J": 1\n')

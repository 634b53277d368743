"""What the README and its pages show of the user's own data, models and code is so."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import palmerpenguins
import pytest

import sweeps
from sweeps.reading.strict_yaml import read_yaml

ROOT = Path(__file__).parent.parent
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NAMED = re.compile(r"# (\w+\.(?:py|yaml))\n")


def blocks(language: str) -> list[str]:
    """Those of every page; what two of them show counts once."""
    found = [block for page in PAGES for block in BLOCK.findall(page.read_text(encoding="utf-8"))]
    return [*dict.fromkeys(body for kind, body in found if kind == language)]


def files() -> Iterator[tuple[str, str]]:
    """The blocks that begin with a file's name, and those names."""
    for body in (*blocks("python"), *blocks("yaml")):
        named = NAMED.match(body)
        if named:
            yield named[1], body


def sweep_files() -> list[str]:
    return [name for name, _ in files() if name.endswith(".yaml")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the README's files, and the table that they are about."""
    for name, body in files():
        (tmp_path / name).write_text(body, encoding="utf-8")
    birds = palmerpenguins.load_penguins()
    birds.to_csv(tmp_path / "birds.csv", index=False)
    birds.drop(columns="species").to_csv(tmp_path / "new_birds.csv", index=False)
    return tmp_path


def command(folder: Path, *arguments: str) -> str:
    """What a `sweeps` command prints."""
    environment = {n: v for n, v in os.environ.items() if not n.startswith(("MLFLOW", "KERAS"))}
    done = subprocess.run(
        [sys.executable, "-c", "from sweeps.cli.app import main; main()", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_every_page_is_shown_the_way_to() -> None:
    readme = PAGES[0].read_text(encoding="utf-8")
    assert [page.name for page in PAGES[1:] if f"(docs/{page.name})" not in readme] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_files_that_are_named_are_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    named = re.findall(r"`((?:sweeps|tests|tracking|search_spaces)/[\w/.]+)`", text)
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_every_kind_of_example_is_there() -> None:
    assert {"birds.yaml", "model.yaml", "function.yaml", "optuna.yaml"} <= {*sweep_files()}


@pytest.mark.parametrize("body", blocks("python"))
def test_python_is_python(body: str) -> None:
    ast.parse(body)


@pytest.mark.parametrize("body", blocks("yaml"))
def test_yaml_is_read_without_complaint(body: str) -> None:
    assert read_yaml(body.encode(), "page.md").value


def test_a_function_runs(folder: Path) -> None:
    trials = sweeps.run(
        sweeps.load(folder / "function.yaml"),
        store=folder / "store",
        tracking_uri=f"sqlite:///{folder}/mlflow.db",
    )
    assert len(trials) == 20
    assert trials["score"].min() < 5


@pytest.mark.slow
@pytest.mark.parametrize("name", sweep_files())
def test_sweep_files_run(name: str, folder: Path) -> None:
    command(folder, "plan", "--no-price", name)
    told = command(folder, "run", name, "--set", "search.trials=2")
    assert "finished, 2 trials" in told
    assert "best: trial" in command(folder, "best")


@pytest.mark.slow
def test_the_best_is_taken_home(folder: Path) -> None:
    command(folder, "run", "birds.yaml", "--set", "search.trials=2")
    shell = next(body for body in blocks("sh") if "sweeps export" in body)
    for line in shell.splitlines():
        told = command(folder, *line.partition("#")[0].split()[1:])
    assert told.count("\n") == 1 + 344
    body = next(body for body in blocks("python") if "load_model" in body)
    script = f"{body}\nassert {{*labels}} <= {{'Adelie', 'Gentoo', 'Chinstrap'}}, labels\n"
    subprocess.run([sys.executable, "-c", script], cwd=folder, check=True, timeout=200)

"""`sweeps template`, as it is typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sweeps.cli.conftest import Command


def test_without_a_name_all_are_listed(sweeps: Command) -> None:
    done = sweeps("template")
    assert done.exit_code == 0
    names = [line.split()[0] for line in done.output.splitlines()]
    assert names == sorted(names)
    assert {"compose", "compose-s3", "slurm", "slurm-ray"} <= set(names)
    assert "slurm            A sweep on one node of a Slurm cluster" in done.output


@pytest.mark.parametrize("name", ["slurm", "slurm.sh"])
def test_one_is_printed_as_it_is(sweeps: Command, name: str) -> None:
    done = sweeps("template", name)
    assert done.exit_code == 0
    assert done.stdout.startswith("#!/bin/bash\n# A sweep on one node")
    assert done.stdout.endswith('exit "$code"\n')
    assert not list(Path().iterdir())


def test_one_is_written_and_nothing_is_overwritten_unasked(sweeps: Command) -> None:
    assert sweeps("template", "compose", "-o", "c.yaml").output == "wrote c.yaml\n"
    written = Path("c.yaml").read_text()
    assert written == sweeps("template", "compose").stdout
    Path("c.yaml").write_text("mine")
    done = sweeps("template", "compose", "-o", "c.yaml")
    assert done.exit_code == 2
    assert "c.yaml exists and is left as it is" in done.stderr
    assert Path("c.yaml").read_text() == "mine"
    assert sweeps("template", "compose", "-o", "c.yaml", "--force").exit_code == 0
    assert Path("c.yaml").read_text() == written


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("slrm",), "there is no template 'slrm': did you mean 'slurm'?\n"),
        (("-o", "x"), "which template is to be written? One of compose, "),
        (("slurm", "-o", "none/x"), "none/x cannot be written: No such file or directory\n"),
    ],
)
def test_what_cannot_be(sweeps: Command, arguments: tuple[str, ...], said: str) -> None:
    done = sweeps("template", *arguments)
    assert done.exit_code == 2
    assert said in done.stderr
    assert done.stdout == ""

from __future__ import annotations

import json
import re
from pathlib import Path

from sweeps.plan import plan_sweep
from sweeps.reading.strict_yaml import read_yaml
from sweeps.reading.sweep import read_sweep
from sweeps.reading.sweep_file import load_sweep
from tests.sweeps.cli.conftest import Command


def test_init_writes_an_example_that_can_be_run(sweeps: Command) -> None:
    done = sweeps("init")
    assert done.exit_code == 0
    assert done.output == (
        "wrote sweep.yaml\nnext: sweeps plan sweep.yaml, then sweeps run sweep.yaml\n"
    )
    plan = plan_sweep(load_sweep(Path("sweep.yaml")))
    assert plan.trials == 40
    assert "#" in Path("sweep.yaml").read_text()


def test_every_other_form_that_the_example_shows_can_be_written(sweeps: Command) -> None:
    sweeps("init")
    text = Path("sweep.yaml").read_text()
    assert len(text.splitlines()) <= 100
    shown = re.findall(r"^( *)# or (.+)$", text, re.MULTILINE)
    assert len(shown) == 18
    for indent, form in shown:
        document = read_yaml(text.encode(), "sweep.yaml").value
        other = read_yaml(form.encode(), "form").value
        space = document["space"]
        (space if indent else document).update(other)
        if "split" in space["ratio"] or "layers" in space["width"]:
            for name in {"layer_count", "ratio", "width"} - set(other):
                del space[name]
            del document["constraints"]
        plan_sweep(read_sweep(document))


def test_init_overwrites_nothing(sweeps: Command) -> None:
    Path("mine.yaml").write_text("mine")
    done = sweeps("init", "mine.yaml")
    assert done.exit_code == 2
    assert done.stderr == "mine.yaml exists and is left as it is; name another file\n"
    assert Path("mine.yaml").read_text() == "mine"


def test_init_where_nothing_can_be_written(sweeps: Command) -> None:
    done = sweeps("init", "none/sweep.yaml")
    assert done.exit_code == 2
    assert done.stderr == "none/sweep.yaml cannot be written: No such file or directory\n"


def test_validate(sweeps: Command, file: str) -> None:
    done = sweeps("validate", file)
    assert done.exit_code == 0
    assert done.output == "s.yaml: ok, small: grid on penguins\n"


def test_validate_tells_every_bad_file(sweeps: Command, file: str) -> None:
    Path("bad.yaml").write_text("task: penguins\nspace: {widht: 3}\n")
    done = sweeps("validate", "bad.yaml", file, "none.yaml")
    assert done.exit_code == 2
    assert done.stdout == "s.yaml: ok, small: grid on penguins\n"
    assert done.stderr == (
        "bad.yaml:2:16: widht: unknown key; did you mean 'width'?\n"
        "none.yaml: cannot be read: No such file or directory\n"
    )


def test_validate_as_json(sweeps: Command, file: str) -> None:
    done = sweeps("validate", file, "none.yaml", "--json", "--set", "seed=3")
    assert done.exit_code == 2
    good, bad = json.loads(done.stdout)
    assert (good["file"], good["valid"], good["document"]["seed"]) == ("s.yaml", True, 3)
    assert bad == {
        "file": "none.yaml",
        "valid": False,
        "error": "none.yaml: cannot be read: No such file or directory",
        "lines": "",
    }


def test_a_files_name_is_no_command_to_a_terminal(sweeps: Command, file: str) -> None:
    strange = Path("\x1b[2J\udcff.yaml")
    strange.write_text(Path(file).read_text())
    for arguments in (("validate",), ("validate", "--json"), ("plan", "--json", "--set", "name=")):
        done = sweeps(*arguments, str(strange))
        assert done.exit_code == (2 if "plan" in arguments else 0)
        assert "\x1b" not in done.output
        assert "\\x1b[2J\\udcff.yaml" in done.output.replace("\\\\", "\\")
    done = sweeps("init", "\x1b[2J")
    assert done.output.startswith("wrote \\x1b[2J\n")


def test_a_sweep_in_which_nothing_is_allowed_is_not_valid(sweeps: Command, file: str) -> None:
    done = sweeps("validate", file, "--set", "constraints={none: width > 99}")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "every one of the 3 points is refused" in done.stderr


def test_validate_says_who_cannot_be_notified(sweeps: Command, here: Path) -> None:
    (here / "s.yaml").write_text(
        "task: penguins\nspace: {width: [16, 32]}\n"
        "notify:\n- command: no-such-program --now\n- webhook: https://hooks.example/s3cr3t\n"
    )
    done = sweeps("validate", "s.yaml")
    assert done.exit_code == 0
    assert done.output.splitlines()[1:] == [
        "  notify: no-such-program: there is no such program here"
    ]
    (told,) = json.loads(sweeps("validate", "s.yaml", "--json").output)
    assert told["unheard"] == ["notify: no-such-program: there is no such program here"]
    assert told["document"]["notify"][1] == {"webhook": "https://hooks.example/…"}

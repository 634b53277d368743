"""`sweeps init` and `sweeps validate`."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

import typer

from sweeps.cli.endings import BAD_INPUT, BadInputError, complain, guarded, show_lines
from sweeps.cli.options import AsJson, Overrides
from sweeps.cli.screen import say
from sweeps.errors import SweepFileError, printable


@guarded
def init(
    file: Annotated[Path, typer.Argument(help="The file to write.", metavar="FILE")] = Path(
        "sweep.yaml"
    ),
) -> None:
    """Write a commented example of a sweep file."""
    example = (files("sweeps.cli") / "example.yaml").read_text(encoding="utf-8")
    try:
        with file.open("x", encoding="utf-8") as stream:
            stream.write(example)
    except FileExistsError as error:
        raise BadInputError(f"{file} exists and is left as it is; name another file") from error
    except OSError as error:
        raise BadInputError(f"{file} cannot be written: {error.strerror}") from error
    name = printable(str(file))
    say([f"wrote {name}", f"next: sweeps plan {name}, then sweeps run {name}"])


@guarded
def validate(
    sweep_files: Annotated[list[Path], typer.Argument(help="Sweep files.", metavar="FILE")],
    overrides: Overrides = None,
    as_json: AsJson = False,
) -> None:
    """Say what is wrong with sweep files, and where."""
    from sweeps.wording import as_json as json_text

    checked = [_checked(file, overrides or []) for file in sweep_files]
    if as_json:
        say([json_text(checked)])
    for result in () if as_json else checked:
        if result["valid"]:
            say(
                [f"{result['file']}: ok, {result['name']}: {result['backend']} on {result['task']}"]
            )
            say(f"  {line}" for line in result["unheard"])
        else:
            complain(result["error"])
            show_lines(result["lines"])
    if not all(result["valid"] for result in checked):
        raise typer.Exit(BAD_INPUT)


def _checked(file: Path, overrides: list[str]) -> dict[str, Any]:
    from sweeps.notifying.sending import troubles
    from sweeps.plan import check_allowed
    from sweeps.reading.notify import without_addresses
    from sweeps.reading.sweep_file import SweepFile
    from sweeps.tasks.table_described import described

    try:
        source = SweepFile.open(file, overrides)
        sweep = source.sweep()
        with source.blamed():
            check_allowed(sweep)
            described(sweep)
    except SweepFileError as error:
        return {
            "file": printable(str(file)),
            "valid": False,
            "error": str(error),
            "lines": error.lines,
        }
    return {
        "file": printable(str(file)),
        "valid": True,
        "name": sweep.name,
        "task": sweep.task.label,
        "backend": sweep.search.backend,
        "document": without_addresses(sweep.document),
        "unheard": troubles(sweep.notify),
    }

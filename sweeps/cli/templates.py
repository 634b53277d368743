"""`sweeps template`: files to start from where a sweep shall run on other machines."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated

import typer

from search_spaces.spelling import suggestion
from search_spaces.values import shown
from sweeps.cli.endings import BadInputError, guarded
from sweeps.cli.screen import say
from sweeps.errors import printable
from sweeps.wording import lines


@guarded
def template(
    name: Annotated[
        str | None,
        typer.Argument(
            help="The template's name; lists all of them when left out.",
            metavar="NAME",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="Write it there, not on the screen."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite FILE.")] = False,
) -> None:
    """Print a file to start from, for systemd, Compose, Slurm or Ray."""
    known = templates()
    if name is None:
        if output is not None:
            raise BadInputError(f"which template is to be written? One of {', '.join(known)}")
        say(lines({each: purpose(text) for each, text in known.items()}, indent=""))
        return
    text = _chosen(name, known)
    if output is None:
        typer.echo(text, nl=False)
        return
    _write(output, text, anew=force)
    say([f"wrote {printable(str(output))}"])


def templates() -> dict[str, str]:
    """The templates' texts by their names, which are file names without an ending."""
    found: list[Traversable] = sorted((files("sweeps") / "templates").iterdir(), key=_name)
    return {_name(file): file.read_text(encoding="utf-8") for file in found if "." in file.name}


def purpose(text: str) -> str:
    """What a template is for: its first line, behind that which names a shell."""
    first, second = text.split("\n", 2)[:2]
    return (second if first.startswith("#!") else first).lstrip("# ")


def _name(file: Traversable) -> str:
    return file.name.rpartition(".")[0]


def _chosen(name: str, known: dict[str, str]) -> str:
    # Who types the file's whole name means the same.
    for given in (name, name.rpartition(".")[0]):
        if given in known:
            return known[given]
    raise BadInputError(f"there is no template {shown(name)}: {suggestion(name, known)}")


def _write(file: Path, text: str, *, anew: bool) -> None:
    try:
        with file.open("w" if anew else "x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError as error:
        raise BadInputError(
            f"{file} exists and is left as it is; name another file, or say --force"
        ) from error
    except OSError as error:
        raise BadInputError(f"{file} cannot be written: {error.strerror}") from error

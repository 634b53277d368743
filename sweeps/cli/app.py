"""The `sweeps` command: its subcommands, and how it starts and ends."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from collections.abc import Callable, Mapping
from typing import Annotated, Any

import typer
from typer.main import get_command

from sweeps import __version__
from sweeps.cli import (
    browsing,
    commanding,
    comparing,
    continuing,
    doctoring,
    explaining,
    exporting,
    files,
    listing,
    planning,
    racing,
    removing,
    reporting,
    reproducing,
    rerunning,
    running,
    serving,
    submitting,
    syncing,
    templates,
    tokens,
    watching,
    workers,
)
from sweeps.cli.endings import report_unexpected
from sweeps.cli.flag_groups import with_groups

QUIET = {
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "ABSL_MIN_LOG_LEVEL": "3",
    "GLOG_minloglevel": "3",
    "GRPC_VERBOSITY": "ERROR",
    "MLFLOW_DISABLE_TELEMETRY": "true",
}
"""TensorFlow's start-up chatter and MLflow's telemetry, unless the user asked for them."""

OBJECTS_BEFORE_COLLECTING = 50_000
"""Python looks for cycles after every 700 new objects; MLflow and what it imports make millions
that stay, and looking through them is a tenth of what a short sweep computes in this process."""

COMMANDS: Mapping[str, Callable[..., None]] = {
    "init": files.init,
    "validate": files.validate,
    "plan": planning.plan,
    "run": running.run,
    "race": racing.race,
    "submit": submitting.submit,
    "resume": continuing.resume,
    "retry": continuing.retry,
    "extend": continuing.extend,
    "pause": commanding.pause,
    "stop": commanding.stop,
    "cancel": commanding.cancel,
    "ls": listing.ls,
    "status": listing.status,
    "watch": watching.watch,
    "best": listing.best,
    "report": reporting.report,
    "logs": explaining.logs,
    "workers": workers.workers,
    "compare": comparing.compare,
    "rerun": rerunning.rerun,
    "export": exporting.export,
    "predict": exporting.predict,
    "sync": syncing.sync,
    "rm": removing.rm,
    "reproduce": reproducing.reproduce,
    "serve": serving.serve,
    "ui": browsing.ui,
    "template": templates.template,
    "doctor": doctoring.doctor,
}

app = typer.Typer(
    name="sweeps",
    help="Tune Keras models: sweeps that survive crashes, with every trial in MLflow.",
    epilog="Start with: sweeps init, sweeps plan sweep.yaml, sweeps run sweep.yaml",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for name, command in COMMANDS.items():
    app.command(name)(with_groups(command))
app.add_typer(tokens.group, name="token")


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"sweeps {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    """Take the options that stand before a subcommand; `--version` has acted by now."""


def main(arguments: list[str] | None = None) -> Any:
    """Run the command and exit: 0 ok, 1 failed, 2 bad input, 130 interrupted, 143 terminated.

    Typer itself would print tracebacks in its own way, so its command is called directly.
    """
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    sys.excepthook = report_unexpected
    gc.set_threshold(OBJECTS_BEFORE_COLLECTING)
    # What Python would otherwise do last is look through all of them once more, for half a second.
    atexit.register(gc.freeze)
    get_command(app)(arguments, prog_name="sweeps")

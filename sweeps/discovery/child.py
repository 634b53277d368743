"""The process in which a user's function is recorded: `python -m sweeps.discovery.child`.

Arguments: `module:name`, the folder to look in, and the file that the answer is written to as JSON:
`{"space": …}`, or `{"error": one line, "lines": a traceback}`.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from sweeps.discovery.explore import UndiscoverableError, explored
from sweeps.discovery.recording import recorded
from sweeps.executors.import_path import take_over
from sweeps.executors.orphans import end_with_parent
from sweeps.trainers.fused import jax_import
from sweeps.user_code.user_code import UserCodeError


def main(path: str, folder: str, answer: str) -> None:
    """Record, and write the answer."""
    Path(answer).write_text(json.dumps(_answer(path, folder)), encoding="utf-8")


def _answer(path: str, folder: str) -> dict[str, Any]:
    if os.environ.get("KERAS_BACKEND") == "jax":
        # Building a model compiles how its weights are drawn, which workers then find compiled.
        jax_import.load()
    try:
        return {"space": explored(recorded(path, folder))}
    except UserCodeError as error:
        return {"error": str(error), "lines": error.lines}
    except UndiscoverableError as error:
        return {"error": f"{path}: {error}", "lines": ""}


if __name__ == "__main__":
    end_with_parent()
    take_over()
    main(*sys.argv[1:])

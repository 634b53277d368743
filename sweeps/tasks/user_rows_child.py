"""The process in which the user's rows are loaded: `python -m sweeps.tasks.user_rows_child`.

Arguments: `module:name`, the folder to look in, the folder to write to, and options as JSON. It
leaves the rows there (`user_rows_kept`), or an `error.json` with one line and a traceback.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from sweeps.errors import SweepError
from sweeps.executors.import_path import take_over
from sweeps.executors.orphans import end_with_parent
from sweeps.tasks.user_rows_found import found_rows
from sweeps.tasks.user_rows_kept import ERROR, keep
from sweeps.user_code.user_code import UserCodeError


def main(path: str, folder: str, place: str, options: str) -> None:
    """Load, check, and write what was found."""
    try:
        keep(found_rows(path, folder, **json.loads(options)), Path(place))
    except UserCodeError as error:
        _fail(place, str(error), error.lines)
    except SweepError as error:
        _fail(place, error.message, "")
    except (ValueError, MemoryError) as error:
        _fail(place, f"{path}: {error or type(error).__name__}", "")


def _fail(place: str, message: str, lines: str) -> None:
    told = {"error": message, "lines": lines}
    Path(place, ERROR).write_text(json.dumps(told), encoding="utf-8")


if __name__ == "__main__":
    end_with_parent()
    take_over()
    main(*sys.argv[1:])

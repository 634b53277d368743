"""The process that draws a report: `python -m sweeps.service.report_child`, told what on its input.

Pictures need packages that the API's process does without, and that keep its other threads waiting.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from contextlib import closing
from pathlib import Path

NO_SCORE = 3
"""How it ends where there is nothing to draw yet."""

NICENESS = 5


def draw(ledger_url: str, sweep_id: str, folder: Path, kept: Path) -> bool:
    """Draw into the folder; whether there was anything. Residuals are taken from those `kept`."""
    from sweeps.found import found_of
    from sweeps.ledger.view import LedgerView
    from sweeps.reports.residuals import FILE
    from sweeps.reports.sweep_report import sweep_report

    with closing(LedgerView(ledger_url)) as view:
        found = found_of(view, sweep_id)
    folder.mkdir(parents=True, exist_ok=True)
    if (kept / FILE).exists():
        shutil.copyfile(kept / FILE, folder / FILE)
    return bool(sweep_report(found, folder))


def main() -> int:
    """What is drawn stands on the standard input, since addresses of ledgers may hold passwords."""
    os.nice(NICENESS)
    told = json.load(sys.stdin)
    drawn = draw(told["ledger"], told["sweep"], Path(told["folder"]), Path(told["kept"]))
    return 0 if drawn else NO_SCORE


if __name__ == "__main__":
    sys.exit(main())

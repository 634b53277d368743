"""What the page says of a sweep, read without a browser."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import Any

import pytest

from sweeps.service.page_files import page_files

NODE = shutil.which("node")
SAYING = """
const { readFileSync } = require("fs");
const { source, info } = JSON.parse(readFileSync(0, "utf-8"));
import("data:text/javascript," + encodeURIComponent(source))
  .then(words => console.log(JSON.stringify(words.factsOf(info, null))));
"""

NOON_MS = 1_790_000_000_000
HOUR_MS = 3_600_000


def facts(state: str, submitted_ms: int, created_ms: int) -> list[str]:
    """Of a sweep in that state whose job was submitted then."""
    info: dict[str, Any] = dict.fromkeys(
        ("done", "failed", "pruned", "cancelled", "confirmed", "unconfirmed"), 0
    )
    info |= {"state": state, "created_ms": created_ms, "spent_seconds": 3, "expected": 10}
    info |= {"backend": "random", "task": "none", "holder": None}
    info["job"] = {"submitted_ms": submitted_ms, "owner": "anna", "position": None}
    assert NODE is not None
    asked = json.dumps({"source": page_files()["words.js"].content.decode(), "info": info})
    found = subprocess.run(
        [NODE, "-e", SAYING], input=asked, capture_output=True, text=True, check=True, timeout=30
    )
    said: list[str] = json.loads(found.stdout)
    return said


@pytest.mark.skipif(NODE is None, reason="needs node")
@pytest.mark.parametrize(
    ("state", "submitted_ms", "created_ms", "said"),
    [
        ("queued", NOON_MS, NOON_MS, ["submitted"]),
        ("running", NOON_MS, NOON_MS + 5, ["submitted", "began"]),
        ("running", NOON_MS + HOUR_MS, NOON_MS, ["queued again", "began"]),
    ],
    ids=["waits", "begun", "resumed"],
)
def test_a_sweep_that_was_resumed_was_not_submitted_after_it_began(
    state: str, submitted_ms: int, created_ms: int, said: list[str]
) -> None:
    told = [one.partition(" 20")[0] for one in facts(state, submitted_ms, created_ms)]
    assert told == ["0 of 10 trials", "3 s", "random search", *said]

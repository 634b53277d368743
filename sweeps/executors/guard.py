"""Ends workers whose coordinator was killed, should they be too busy to see to that themselves."""

from __future__ import annotations

import subprocess
import threading
from contextlib import suppress
from shutil import which

SCRIPT = """\
watched=' '
while read -r order group; do
  case $order in
    watch) watched="$watched$group " ;;
    forget) case $watched in *" $group "*)
      watched="${watched%% $group *} ${watched#* $group }" ;;
    esac ;;
  esac
done
for group in $watched; do kill -KILL "-$group"; done
"""
"""A worker's own thread notices when the coordinator is gone, unless a C library keeps Python's
lock for long. A shell reads until the pipe is closed, and that is done by the system if need be."""


class Guard:
    """A process that outlives this one by a moment. Threads may call it; `close` may be repeated.

    It is no member of this process's group or session, so that it hears no signal meant for those.
    Where there is no shell, there is no guard.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        shell = which("sh")
        self._shell = None if shell is None else _started(shell)

    def watch(self, group: int) -> None:
        """End that process group when this process is gone."""
        self._order(f"watch {group}")

    def forget(self, group: int) -> None:
        """Nothing of that group is left."""
        self._order(f"forget {group}")

    def close(self) -> None:
        """End what is still watched, and the guard."""
        if self._shell is None:
            return
        with self._lock:
            assert self._shell.stdin is not None, "it was made with a pipe"
            with suppress(BrokenPipeError):  # somebody has ended it
                self._shell.stdin.close()
            self._shell.wait()

    def _order(self, order: str) -> None:
        if self._shell is None:
            return
        with self._lock:
            assert self._shell.stdin is not None, "it was made with a pipe"
            with suppress(BrokenPipeError):  # somebody has ended it: workers still end themselves
                self._shell.stdin.write(order + "\n")
                self._shell.stdin.flush()


def _started(shell: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [shell, "-c", SCRIPT],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        text=True,
    )

from __future__ import annotations

import os
from multiprocessing import Process

import pytest

from sweeps.service.running import fork_server
from sweeps.service.running.fork_server import VARIABLE, begin, leave_to_others


class Started(Process):
    """A process that notes what the one that it is forked from would be begun with."""

    safe: str | None = None

    def start(self) -> None:
        self.safe = os.environ.get(VARIABLE)
        if self.name == "fails":
            raise EOFError


@pytest.mark.parametrize("said", [None, "1"])
def test_it_is_begun_without_the_working_folder_and_nothing_else_is(
    said: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    if said is not None:
        monkeypatch.setenv(VARIABLE, said)
    process, failing = Started(), Started(name="fails")
    begin(process)
    with pytest.raises(EOFError):
        begin(failing)
    assert process.safe == failing.safe == (said or fork_server.OURS)
    assert os.environ.get(VARIABLE) == said


@pytest.mark.parametrize(("said", "left"), [(fork_server.OURS, None), ("1", "1"), (None, None)])
def test_users_programs_are_begun_as_the_operator_has_it(
    said: str | None, left: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "")
    if said is None:
        del os.environ[VARIABLE]
    else:
        os.environ[VARIABLE] = said
    leave_to_others()
    assert os.environ.get(VARIABLE) == left

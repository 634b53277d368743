from __future__ import annotations

import os

import pytest

from sweeps.service.safe_path import OURS, VARIABLE, leave_to_others, left_to_others, safe_path


@pytest.mark.parametrize("said", [None, "1"])
def test_within_a_service_no_python_begins_with_the_working_folder(
    said: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    if said is not None:
        monkeypatch.setenv(VARIABLE, said)
    with pytest.raises(EOFError), safe_path():
        assert os.environ[VARIABLE] == (said or OURS)
        raise EOFError
    assert os.environ.get(VARIABLE) == said


@pytest.mark.parametrize(("said", "left"), [(OURS, None), ("1", "1"), (None, None)])
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


def test_users_code_is_given_what_the_operator_has_said() -> None:
    assert left_to_others({VARIABLE: OURS, "A": "b"}) == {"A": "b"}
    assert left_to_others({VARIABLE: "1", "A": "b"}) == {VARIABLE: "1", "A": "b"}

"""One service on a store, and at an address: the second is told of the first."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

import pytest
from starlette.responses import Response

from sweeps.service import serving
from sweeps.service.only_one import ServingError, only_service
from sweeps.service.settings import Settings
from sweeps.store import Store
from tests.sweeps.client.listening import listening
from tests.sweeps.service.api import service as api_service


def test_a_second_one_on_the_store_is_told_of_the_first(tmp_path: Path) -> None:
    folder = tmp_path / "store" / "service"
    with only_service(folder, "http://127.0.0.1:8765"):
        with (
            pytest.raises(ServingError) as refused,
            only_service(folder, "http://127.0.0.1:9"),
        ):
            pytest.fail("two at once")
        said = f"a service runs on {tmp_path}/store already: http://127.0.0.1:8765, process "
        assert str(refused.value) == f"{said}{os.getpid()}"
    with only_service(folder, "http://127.0.0.1:9"):
        assert (folder / "lock").read_text() == f"{os.getpid()} http://127.0.0.1:9\n"


def test_what_a_service_keeps_is_its_users_alone(tmp_path: Path) -> None:
    with only_service(tmp_path / "store" / "service", "http://127.0.0.1:9"):
        assert (tmp_path / "store" / "service").stat().st_mode & 0o777 == 0o700


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "store").touch()
    with (
        pytest.raises(ServingError, match=r"service/lock cannot be written: Not a directory"),
        only_service(tmp_path / "store" / "service", "http://127.0.0.1:9"),
    ):
        pytest.fail("without a lock")


def test_a_second_one_at_an_address_is_told_of_the_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = api_service(Store.at(tmp_path / "first"))
    with closing(first.ledger), listening(first.app) as url:
        port = int(url.rpartition(":")[2])
        with pytest.raises(ServingError) as refused:
            serving.serve(Settings(Store.at(tmp_path / "second"), port=port), print)
    assert str(refused.value) == (
        f"a sweeps service already answers at {url}; another one beside it needs a --port and a "
        "--store of its own"
    )
    assert not (tmp_path / "second").exists()
    assert capsys.readouterr().err == "", "what was asked for that is no business of the log"


@pytest.mark.parametrize("status", [200, 404, 503])
def test_a_port_that_something_else_has_is_taken(tmp_path: Path, status: int) -> None:
    with listening(Response("[]", status)) as url:
        port = int(url.rpartition(":")[2])
        with pytest.raises(ServingError, match=f"^port {port} on 127.0.0.1 is taken: say another"):
            serving.serve(Settings(Store.at(tmp_path), port=port), print)

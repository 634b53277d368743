"""What a service is deployed with: the unit of systemd, the image, and the services of compose."""

from __future__ import annotations

import configparser
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sweeps import __version__
from tests.sweeps.templates.linting import PINNED, documents, parse, text_of

HARDENED = ("NoNewPrivileges", "PrivateTmp", "ProtectHome", "RestrictSUIDSGID", "LockPersonality")


class Repeating(dict[str, Any]):
    """A key that is said again adds a line, as systemd has it."""

    def __setitem__(self, key: str, value: Any) -> None:
        if key in self and isinstance(value, list):
            value = [*self[key], *value]
        super().__setitem__(key, value)


@pytest.fixture
def unit() -> configparser.RawConfigParser:
    read = configparser.RawConfigParser(dict_type=Repeating, strict=False)
    read.optionxform = str  # type: ignore[assignment]
    read.read_string(text_of("service"))
    return read


def test_the_unit_starts_our_own_command(unit: configparser.RawConfigParser) -> None:
    program, *words = shlex.split(unit["Service"]["ExecStart"])
    assert Path(program).name == "sweeps"
    assert words.pop() == "$SWEEPS_FLAGS"
    assert parse(words) == "serve"
    assert words[words.index("--store") + 1].startswith("/var/lib/sweeps/")
    flags = re.search(r"SWEEPS_FLAGS=(--.+)", text_of("service"))
    assert flags is not None
    assert parse([*words, *shlex.split(flags[1])]) == "serve"


def test_the_unit_gives_time_to_drain_and_no_privileges(
    unit: configparser.RawConfigParser,
) -> None:
    service = unit["Service"]
    words = shlex.split(service["ExecStart"])
    assert float(service["TimeoutStopSec"]) >= float(words[words.index("--drain-seconds") + 1]) + 30
    assert (service["KillMode"], service["KillSignal"]) == ("mixed", "SIGTERM")
    assert service["ProtectSystem"] == "strict"
    assert service["OOMPolicy"] == "continue"
    assert {service[name] for name in HARDENED} == {"yes"}
    assert service["CapabilityBoundingSet"] == ""
    assert "MemoryDenyWriteExecute" not in service  # XLA compiles at run time


@pytest.mark.slow
def test_systemd_can_read_the_unit(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("there is no systemd here")
    file = tmp_path / "sweeps.service"
    file.write_text(re.sub(r"/opt/\S+/sweeps", sys.executable, text_of("service")))
    done = subprocess.run(
        [analyze, "verify", "--man=no", file],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, "SYSTEMD_COLORS": "0"},
    )
    ours = [line for line in done.stderr.splitlines() if "sweeps.service" in line]
    assert (done.returncode, ours) == (0, [])


def test_the_image_is_of_this_version_and_has_no_rights() -> None:
    lines = [line for line in text_of("service-image").splitlines() if line[:1] not in ("", "#")]
    words = [line.split()[0] for line in lines]
    assert words[0] == "FROM"
    assert PINNED.fullmatch(lines[0].removeprefix("FROM "))
    assert words.index("USER") > max(place for place, word in enumerate(words) if word == "RUN")
    command = next(line for line in lines if line.startswith("CMD "))
    assert parse(shlex.split(command.removeprefix("CMD ").strip("[]").replace(",", " "))[1:])
    assert f"--tag keras-sweeps:{__version__} " in text_of("service-image")


def test_compose_waits_for_the_drain_and_listens_with_tls_and_tokens() -> None:
    (compose,) = documents(text_of("service-compose"))
    service = compose["services"]["sweeps"]
    assert service["image"] == f"keras-sweeps:{__version__}"
    words = shlex.split(service["command"])
    assert {"--auth", "--tls-cert", "--tls-key"} <= set(words)
    assert float(words[words.index("--drain-seconds") + 1]) < 120
    assert service["stop_grace_period"] == "2m"
    assert service["cap_drop"] == ["ALL"]
    assert service["depends_on"] == {"database": {"condition": "service_healthy"}}
    compile(service["healthcheck"]["test"][3], "healthcheck", "exec")
    named = {volume.split(":")[0] for volume in service["volumes"]}
    assert {name for name in named if not name.startswith(".")} == {"store", "cache"}
    assert set(compose["volumes"]) == {"database", "store", "cache"}


def test_compose_is_as_exposed_as_a_service_may_be() -> None:
    from sweeps.service.exposure import check_exposure
    from sweeps.service.settings import Settings, Tls
    from sweeps.store import Store

    (compose,) = documents(text_of("service-compose"))
    words = shlex.split(compose["services"]["sweeps"]["command"])
    host = words[words.index("--host") + 1]
    tls = Tls(Path("/tls/certificate.pem"), Path("/tls/key.pem"))
    settings = Settings(Store(Path("/store")), host=host, auth="--auth" in words, tls=tls)
    check_exposure(settings, tokens=False)

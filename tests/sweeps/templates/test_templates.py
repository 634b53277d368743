"""The templates as files: what can be checked of them without what they are for."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from sweeps import __version__
from sweeps.cli.templates import purpose, templates
from tests.sweeps.templates.linting import (
    FROM_OUTSIDE,
    IN_AN_ADDRESS,
    PINNED,
    REGISTRIES,
    SECRET,
    commands,
    documents,
    parse,
    text_of,
    values,
)

FOLDER = Path(__file__).parents[3] / "sweeps" / "templates"
NAMES = sorted(templates())
YAML = sorted(path.stem for path in FOLDER.glob("*.yaml"))
SHELL = sorted(path.stem for path in FOLDER.glob("*.sh"))


OF_A_SERVICE = ["service", "service-image"]
"""Neither YAML nor shell: see `test_service.py`."""


def test_all_of_them_are_found() -> None:
    assert sorted(YAML + SHELL + OF_A_SERVICE) == NAMES
    assert {"compose", "compose-s3", "service-compose", "slurm", "slurm-ray"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_each_says_what_it_is_for_and_what_was_not_tried(name: str) -> None:
    text = text_of(name)
    assert 20 < len(purpose(text)) <= 110
    header = text.split("\n\n")[0]
    assert re.search(r"never|yet", header), "say that it was only checked"
    assert not REGISTRIES.search(text)
    assert not IN_AN_ADDRESS.search(text)


@pytest.mark.parametrize("name", YAML)
def test_images_are_pinned_and_secrets_come_from_outside(name: str) -> None:
    images = 0
    for key, value in values(documents(text_of(name))):
        if key == "image":
            images += 1
            assert PINNED.fullmatch(value), value
        if SECRET.search(key):
            assert FROM_OUTSIDE.fullmatch(value), key
    assert images


@pytest.mark.parametrize("name", YAML)
def test_our_own_commands_are_commands(name: str) -> None:
    for words in commands(documents(text_of(name))):
        parse(words)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run", "sweep.yaml", "--worker", "auto"], "--worker"),
        (["rum", "sweep.yaml"], "rum"),
        (["run", "sweep.yaml", "--workers", "many"], "neither auto nor a number"),
    ],
)
def test_what_is_no_command_is_found(words: list[str], said: str) -> None:
    with pytest.raises(Exception, match=said):
        parse(words)


@pytest.mark.parametrize("name", SHELL)
def test_bash_can_read_it(name: str) -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("there is no bash here")
    text = text_of(name)
    done = subprocess.run([bash, "-n"], input=text, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert text.startswith("#!/bin/bash\n")
    assert "set -euo pipefail" in text


def test_compose_has_its_services_and_they_wait_for_each_other() -> None:
    (compose,) = documents(text_of("compose"))
    services = compose["services"]
    assert list(services) == ["database", "mlflow", "sweep"]
    for name in ("database", "mlflow"):
        assert services[name]["healthcheck"]["test"]
    assert services["mlflow"]["depends_on"] == {"database": {"condition": "service_healthy"}}
    assert services["sweep"]["depends_on"] == {"mlflow": {"condition": "service_healthy"}}
    assert [parse(words) for words in commands(services)] == ["run"]
    mounted = {
        volume.split(":")[0]
        for service in services.values()
        for volume in service.get("volumes", [])
    }
    assert mounted - {"."} == set(compose["volumes"])
    assert services["sweep"]["environment"]["SWEEPS_LEDGER"].startswith("postgresql://")


def test_what_compose_builds_is_this_version() -> None:
    (compose,) = documents(text_of("compose"))
    (bucket,) = documents(text_of("compose-s3"))
    assert compose["x-sweeps"]["image"] == f"keras-sweeps:{__version__}"
    assert bucket["services"]["bucket"]["image"] == f"keras-sweeps:{__version__}"
    lines = compose["x-sweeps"]["build"]["dockerfile_inline"].splitlines()
    assert PINNED.fullmatch(lines[0].removeprefix("FROM "))
    assert {line.split()[0] for line in lines} == {"FROM", "ARG", "RUN", "USER", "WORKDIR"}


def test_the_bucket_lies_beside_the_services_of_compose() -> None:
    (compose,) = documents(text_of("compose"))
    (beside,) = documents(text_of("compose-s3"))
    assert set(beside["services"]) - set(compose["services"]) == {"minio", "bucket"}
    changed = beside["services"]["mlflow"]["environment"]
    assert changed["MLFLOW_ARTIFACTS_DESTINATION"] == "s3://mlflow/"
    compile(beside["services"]["bucket"]["command"][2], "bucket", "exec")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # of all that MLflow imports
def test_mlflow_answers_those_who_compose_lets_ask() -> None:
    from mlflow.cli import server
    from mlflow.server.security_utils import is_allowed_host_header

    (compose,) = documents(text_of("compose"))
    settings = compose["services"]["mlflow"]["environment"]
    allowed = settings["MLFLOW_SERVER_ALLOWED_HOSTS"].split(",")
    tracking = compose["services"]["sweep"]["environment"]["MLFLOW_TRACKING_URI"]
    assert is_allowed_host_header(allowed, tracking.removeprefix("http://"))
    assert is_allowed_host_header(allowed, "localhost:5000")
    assert not is_allowed_host_header(allowed, "elsewhere.example:5000")
    known = {option.envvar for option in server.params}
    told = {"MLFLOW_BACKEND_STORE_URI", "MLFLOW_ARTIFACTS_DESTINATION", "MLFLOW_HOST"}
    assert told <= known & set(settings)

"""The wheel holds everything: built, installed elsewhere, and run from there."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    subprocess.run([*build, str(ROOT)], check=True, capture_output=True)
    return next(folder.glob("*.whl"))


@pytest.mark.slow
def test_the_wheel_holds_all_packages_and_data_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    tops = {name.split("/")[0] for name in names if ".dist-info" not in name}
    assert tops == {"search_spaces", "sweeps", "tracking"}
    sources = {
        path.relative_to(ROOT).as_posix()
        for package in tops
        for pattern in ("*.py", "*.yaml", "*.sh", "*.css", "py.typed")
        for path in (ROOT / package).rglob(pattern)
    }
    assert sources - set(names) == set()


@pytest.mark.slow
def test_the_installed_wheel_plans_a_shipped_sweep(wheel: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    install = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", str(site)]
    subprocess.run([*install, str(wheel)], check=True, capture_output=True)
    program = (
        f"import sys; sys.path.insert(0, {str(site)!r}); import sweeps; "
        f"assert sweeps.__file__.startswith({str(site)!r}), sweeps.__file__; "
        "from sweeps.cli.app import main; sys.argv[0] = 'sweeps'; main()"
    )
    file = site / "sweeps" / "experiments" / "penguins" / "units.yaml"
    answer = subprocess.run(
        [sys.executable, "-c", program, "plan", "--no-price", str(file)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    assert "100" in answer.stdout

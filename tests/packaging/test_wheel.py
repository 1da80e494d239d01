"""What people install carries the policy pack and works away from the checkout.

Builds a wheel and installs it, dependencies included, into an environment that has nothing else.
"""

import subprocess
import sys
import venv
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` of a clean environment with the wheel in it."""
    environment = tmp_path_factory.mktemp("clean") / "venv"
    venv.EnvBuilder(symlinks=True).create(environment)
    python = environment / "bin" / "python"
    run(sys.executable, "-m", "pip", "--python", python, "install", "--quiet", wheel)
    return python.parent


@pytest.mark.parametrize("folder", ["workflows", "rules"])
def test_the_wheel_carries_every_file_of_the_shipped_packs(wheel: Path, folder: str) -> None:
    expected = {
        f"kamflow/builtin/{file.relative_to(ROOT).as_posix()}"
        for file in (ROOT / folder).rglob("*.yaml")
    }

    names = set(ZipFile(wheel).namelist())

    assert expected
    assert expected <= names


def test_the_wheel_holds_the_two_packages_and_nothing_else(wheel: Path) -> None:
    names = ZipFile(wheel).namelist()

    top = {name.split("/")[0] for name in names if ".dist-info/" not in name}

    assert top == {"kamflow", "kamflow_cli"}
    assert "kamflow/py.typed" in names


def test_an_installed_kamflow_tells_its_version(installed: Path, tmp_path: Path) -> None:
    version = wheel_version(installed)

    answer = run(installed / "kamflow", "--version", cwd=tmp_path)

    assert version in answer


@pytest.mark.parametrize("pack", ["kam-core", "kam-lite"])
def test_an_installed_kamflow_finds_its_packs_sound_from_any_folder(
    installed: Path, tmp_path: Path, pack: str
) -> None:
    run(installed / "kamflow", "policy", "check", pack, cwd=tmp_path)


def test_an_installed_kamflow_writes_a_first_policy(installed: Path, tmp_path: Path) -> None:
    run(installed / "kamflow", "policy", "new", "mine", cwd=tmp_path)

    run(installed / "kamflow", "policy", "check", "mine", cwd=tmp_path)


def test_an_editable_install_reads_the_pack_of_the_checkout(tmp_path: Path) -> None:
    kamflow = Path(sys.executable).with_name("kamflow")

    run(kamflow, "policy", "check", cwd=tmp_path)

    assert not (ROOT / "kamflow" / "builtin").exists()


def wheel_version(installed: Path) -> str:
    question = "from importlib.metadata import version; print(version('kamflow'))"
    return run(installed / "python", "-c", question).strip()


def run(*command: str | Path, cwd: Path | None = None) -> str:
    """Run `command` and return what it prints; a failure shows all of it."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout

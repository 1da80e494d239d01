"""Who may import whom, as the contracts in `pyproject.toml` say."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
LINT_IMPORTS = str(Path(sys.executable).with_name("lint-imports"))


def test_every_import_points_the_way_the_contracts_allow() -> None:
    command = [LINT_IMPORTS, "--no-logo", "--no-cache", "--config", "pyproject.toml"]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 broken" in done.stdout

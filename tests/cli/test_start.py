"""What the command line brings in before it is asked to do something."""

import subprocess
import sys

import pytest

LOADED = """
import sys
from click.testing import CliRunner
from kamflow_cli.main import root
CliRunner().invoke(root, {arguments!r})
print(",".join(sorted({{name.partition(".")[0] for name in sys.modules}})))
"""


def modules_after(arguments: list[str]) -> set[str]:
    """Return the top-level modules that are loaded after a command has run."""
    code = LOADED.format(arguments=arguments)
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(ran.stdout.strip().split(","))


@pytest.mark.parametrize(
    "package", ["sqlalchemy", "alembic", "lark", "transitions", "rich", "yaml"]
)
def test_help_is_printed_without_the_heavy_packages(package: str) -> None:
    assert package not in modules_after(["--help"])


def test_importing_the_library_brings_in_none_of_its_layers() -> None:
    code = "import kamflow, sys; print(sum(name.startswith('kamflow.') for name in sys.modules))"

    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert ran.stdout.strip() == "0"

"""Make `.venv` and install the checkout into it, editable: the work behind `make setup`.

Uses the standard library only and works on a bare machine: without ensurepip (Debian keeps it in a
package of its own), without a home folder to write to, with a Python that refuses installs into
itself. Keep the syntax readable for Python 3.6, which has to get as far as `_require_python`.
"""

import os
import subprocess
import sys
import venv
from pathlib import Path

OLDEST_PYTHON = (3, 11)
ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
DEVELOPMENT_EXTRAS = ("import", "check", "delivery", "dev")


class SetupError(Exception):
    """A step failed; the message says what to do."""


def main(*extras: str) -> int:
    """Install the checkout with `extras`, by default all that developing it takes."""
    try:
        _require_python()
        if not _venv_is_ours():
            _say("making .venv with Python {}.{}.{}".format(*sys.version_info[:3]))
            venv.EnvBuilder(clear=True, symlinks=True, with_pip=False).create(VENV)
        _ensure_pip()
        chosen = ",".join(extras or DEVELOPMENT_EXTRAS)
        _say(f"installing kamflow with the extras {chosen} (the first time takes a minute)")
        _pip("install", "--editable", f"{ROOT}[{chosen}]")
        if not extras:
            _install_durable_rules()
    except (SetupError, OSError) as error:
        print(f"setup failed: {error}", file=sys.stderr)
        return 1
    return 0


def _require_python() -> None:
    if sys.version_info[:2] < OLDEST_PYTHON:
        raise SetupError(
            "{} is Python {}.{} and kamflow needs {}.{} or newer; "
            "name another one with `make setup PYTHON=...`".format(
                sys.executable, *sys.version_info[:2], *OLDEST_PYTHON
            )
        )


def _venv_is_ours() -> bool:
    """Whether `.venv` runs and stems from the interpreter that runs this script."""
    question = "import sys; print(sys.version, sys.base_prefix)"
    answer = f"{sys.version} {sys.base_prefix}"
    return VENV_PYTHON.exists() and _run(str(VENV_PYTHON), "-c", question).stdout.strip() == answer


def _ensure_pip() -> None:
    python = str(VENV_PYTHON)
    ways = (
        (python, "-m", "pip", "--version"),
        (python, "-m", "ensurepip", "--default-pip"),
        (sys.executable, "-m", "pip", "--python", python, "install", "pip"),
    )
    attempts = (_run(*way) for way in ways)
    if all(attempt.returncode != 0 for attempt in attempts):
        raise SetupError(
            f"{sys.executable} has neither pip nor ensurepip; "
            "install one of them, on Debian `apt install python3-pip`"
        )


def _install_durable_rules() -> None:
    """Build the firing engine where that works; kamflow decides the same without it."""
    try:
        _pip("install", "--editable", f"{ROOT}[durable-rules]")
    except SetupError as error:
        log = VENV / "durable-rules.log"
        log.write_text(str(error))
        _say(
            "durable-rules does not build here (it needs a C compiler and Python's headers): "
            f"event rules run on the reference matcher; details in {log.relative_to(ROOT)}"
        )
    else:
        _say("durable-rules is built and installed")


def _pip(*arguments: str) -> None:
    done = _run(str(VENV_PYTHON), "-m", "pip", *arguments)
    if done.returncode != 0:
        raise SetupError(f"`pip {' '.join(arguments)}` said:\n\n{done.stdout}")


def _run(*command: str) -> "subprocess.CompletedProcess[str]":
    """Run `command` and catch what it prints, errors included."""
    return subprocess.run(
        command,
        check=False,
        env=_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _environment() -> "dict[str, str]":
    """Return the environment for pip: the user's indexes and proxies, our place to install to."""
    elsewhere = ("PIP_PREFIX", "PIP_ROOT", "PIP_TARGET", "PYTHONHOME", "PYTHONPATH")
    environment = {name: value for name, value in os.environ.items() if name not in elsewhere}
    environment.update(PIP_DISABLE_PIP_VERSION_CHECK="1", PIP_NO_INPUT="1", PIP_USER="0")
    if not os.access(str(Path.home()), os.W_OK):
        environment["PIP_NO_CACHE_DIR"] = "1"
    if sys.version_info >= (3, 13):
        # durable-rules calls a function that Python 3.13 removed; this one is the same.
        flag = "-DPyEval_CallObject=PyObject_CallObject"
        environment["CPPFLAGS"] = f"{environment.get('CPPFLAGS', '')} {flag}".strip()
    return environment


def _say(text: str) -> None:
    print(f"  {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

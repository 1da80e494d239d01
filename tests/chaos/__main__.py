"""Runs the scenarios: `python -m tests.chaos [--short] [--seed N] [--only NAME]... [--list]`."""

import argparse
import os
import sys
import time
import traceback
from collections.abc import Sequence

from tests.chaos.scenarios import SCENARIOS
from tests.chaos.stage import Stage, a_stage, described


def main(arguments: Sequence[str]) -> int:
    """Run what was asked for; return 0 when every promise held."""
    asked = _parsed(arguments)
    if asked.list:
        for name, scenario in SCENARIOS.items():
            print(f"{name:22} {described(scenario)}")
        return 0
    seed = asked.seed if asked.seed is not None else int.from_bytes(os.urandom(3))
    print(f"seed {seed}; `make chaos SEED={seed}` repeats the choices of this run", flush=True)
    with a_stage(seed, long=not asked.short) as stage:
        failed = [name for name in asked.only or SCENARIOS if not _ran(name, stage)]
    print(f"{len(failed)} failed: {', '.join(failed)}" if failed else "every promise held")
    return 1 if failed else 0


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make chaos", description="Breaks things on purpose.")
    parser.add_argument("--seed", type=int, help="repeats the choices of another run")
    parser.add_argument("--short", action="store_true", help="a little of everything")
    parser.add_argument("--only", action="append", choices=list(SCENARIOS), help="one scenario")
    parser.add_argument("--list", action="store_true", help="what there is")
    return parser.parse_args(arguments)


def _ran(name: str, stage: Stage) -> bool:
    """Run a scenario; tell how it went."""
    begun = time.monotonic()
    stage.begin(name)
    try:
        outcome = SCENARIOS[name](stage)
    except Exception:  # noqa: BLE001 - the edge of the program
        traceback.print_exc()
        outcome = ""
    verdict = "held" if outcome else "BROKEN"
    print(f"{name:22} {verdict:6} {time.monotonic() - begun:6.1f} s  {outcome}", flush=True)
    return bool(outcome)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

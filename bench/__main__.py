"""Runs the benches: all, or those that are named. Prints ratios and writes `bench/results.json`.

A bench is a module of this folder with `run() -> list[Result]`.
"""

import sys
from importlib import import_module
from pathlib import Path

import msgspec

from bench.measuring import Result

HERE = Path(__file__).parent
RESULTS = HERE / "results.json"


def main(names: list[str]) -> int:
    """Run benches; return 1 when a bar does not hold."""
    known = sorted(path.stem for path in HERE.glob("*.py") if "\ndef run()" in path.read_text())
    unknown = [name for name in names if name not in known]
    if unknown:
        print(f"there is no bench {', '.join(unknown)}; there are {', '.join(known)}")
        return 2
    results: list[Result] = []
    print(f"{'':44} {'min':>8} {'median':>8} {'max':>8} {'bar':>8}")
    for name in names or known:
        for result in import_module(f"bench.{name}").run():
            results.append(result)
            print(_line(result), flush=True)
    RESULTS.write_bytes(msgspec.json.format(msgspec.json.encode([_row(r) for r in results])))
    return 0 if all(result.holds for result in results) else 1


def _line(result: Result) -> str:
    low, middle, high = min(result.values), result.median, max(result.values)
    bar = "" if result.bar is None else f"{result.bar:.2f}"
    figures = " ".join(f"{value:8.2f}" for value in (low, middle, high)) + f" {bar:>8}"
    verdict = "" if result.holds else "  TOO MUCH"
    return f"{result.name + ', ' + result.unit:44} {figures}{verdict}  {result.note}"


def _row(result: Result) -> dict[str, object]:
    return {**msgspec.structs.asdict(result), "median": result.median, "holds": result.holds}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

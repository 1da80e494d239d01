"""Looking a decision table of 1,000 rows for gaps and rows that are never reached.

Four facts: a region, a segment, an amount and a score. One table lays its rows out in a grid and
leaves two gaps; the other has rows of random size that overlap, and ends with `otherwise`. Wall
time in this process, in seconds, reading the files not counted.
"""

import random
import time

from bench.measuring import Result
from kamflow.analysis.checks.asking import Asking
from kamflow.analysis.checks.report import Report
from kamflow.analysis.checks.tables import check_tables
from kamflow.language.load import load_pack
from kamflow.language.loaded import Loaded

ROWS, BAR, RUNS, SEED = 1_000, 5.0, 3, 11

HEAD = """
pack: {id: routing, version: 1.0.0, currency: EUR}
subjects: {account: {title: Account, workflow: lifecycle}}
facts:
  account:
    account.region: {type: choice, values: [n, s, e, w]}
    account.segment: {type: choice, values: [a, b, c, d, e]}
    account.amount: {type: money, range: 0 to 1000000}
    account.score: {type: number, range: 0 to 100}
workflow:
  id: lifecycle
  subject: account
  stages: {candidate: {kind: initial}, done: {kind: end}}
  transitions: [{id: T-1, trigger: finish, from: candidate, to: done}]
tables:
  routing:
    subject: account
    rows:
"""


def run() -> list[Result]:
    """Analyse both tables."""
    return [
        _measure("grid", _grid(), gaps=1),
        _measure("overlapping", [*_overlapping(), "otherwise: true"], gaps=0),
    ]


def _measure(name: str, rows: list[str], *, gaps: int) -> Result:
    loaded = load_pack(
        {"routing.yaml": (HEAD + "".join(map(_row, range(ROWS + 1), rows))).encode()}
    )
    values = tuple(_time(loaded, gaps) for _ in range(RUNS))
    return Result(name=f"1,000 rows, {name}", unit="s", values=values, bar=BAR)


def _time(loaded: Loaded, gaps: int) -> float:
    if loaded.pack is None:
        raise RuntimeError("\n".join(map(str, loaded.diagnostics)))
    report = Report(loaded.places)
    begin = time.perf_counter()
    check_tables(loaded.pack, Asking(loaded.pack, None), report)
    took = time.perf_counter() - begin
    found = sum(item.code == "K511" for item in report.diagnostics)
    if found != gaps:
        raise RuntimeError(f"{found} gaps were found, not {gaps}")
    return took


def _row(number: int, condition: str) -> str:
    return f"      - {{id: R{number}, {condition}, then: {{to: t{number % 7}}}}}\n"


def _grid() -> list[str]:
    """Return 4 x 5 x 10 x 5 rows side by side, of which the last leaves a corner open."""
    rows = []
    for region in "nsew":
        for segment in "abcde":
            for amount in range(10):
                for score in range(5):
                    low, high = amount * 100_000, (amount + 1) * 100_000
                    upper = "<=" if amount == 9 else "<"  # noqa: PLR2004
                    last = "<" if score < 4 or (region, segment) == ("w", "e") else "<="  # noqa: PLR2004
                    rows.append(
                        f"when: 'account.region = {region} and account.segment = {segment} "
                        f"and account.amount >= {low} and account.amount {upper} {high} "
                        f"and account.score >= {score * 20} and account.score {last} "
                        f"{(score + 1) * 20}'"
                    )
    return rows


def _overlapping() -> list[str]:
    chance = random.Random(SEED)  # noqa: S311 - invented rows
    rows = []
    for _ in range(ROWS - 1):
        regions = ", ".join(chance.sample("nsew", chance.randint(1, 2)))
        segments = ", ".join(chance.sample("abcde", chance.randint(1, 3)))
        amount, score = chance.randint(0, 900) * 1_000, chance.randint(0, 90)
        rows.append(
            f"when: 'account.region in {{{regions}}} and account.segment in {{{segments}}} "
            f"and account.amount between {amount} and {amount + chance.randint(10, 300) * 1_000} "
            f"and account.score between {score} and {score + chance.randint(1, 30)}'"
        )
    return rows

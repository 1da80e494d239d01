"""One governed transition: ours, the raw driver writing the same rows, and what a user would write.

Load an account of twenty facts, judge and explain ten criteria, check the votes, change the stage,
append the audit events with their chain, the outbox row and the idempotency key: one transaction
that survives a power cut (WAL, `synchronous=FULL`). All run in turn, round by round.
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.measuring import WORK, Result
from bench.workers import Turn, Worker, described, in_turn, workers

ROUNDS, COMMANDS, GROUP = 9, 120, 100
RAW_BAR, GROUP_RATE = 3.0, 4_000
# Peer, commands of a round, and how many times our CPU time a command of it has to take.
PEERS = {
    "django-fsm-2": ("bench.peers.fsm", 60, None),
    "transitions + ORM": ("bench.peers.orm", 60, 4),
    "SpiffWorkflow": ("bench.peers.bpmn", 30, 10),
    "DBOS": ("bench.peers.durable_steps", 15, 18),
}


def run() -> list[Result]:
    """Measure single commands, then groups of them."""
    WORK.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="governed-", dir=WORK) as folder:
        return [*_single(Path(folder)), *_together(Path(folder))]


def _single(folder: Path) -> list[Result]:
    counts = {"ours": COMMANDS, "raw": COMMANDS, **{name: PEERS[name][1] for name in PEERS}}
    with workers(partial(_started, folder, counts), list(counts)) as group:
        turns = in_turn(group, counts, ROUNDS)
    ours = turns["ours"]
    results = [
        _compared("CPU, ours / raw", _cpu(ours, turns["raw"]), RAW_BAR, (ours, turns["raw"])),
        _compared("wall, ours / raw", _wall(ours, turns["raw"]), None, (ours, turns["raw"])),
    ]
    for name, (_, _, times) in PEERS.items():
        bar = None if times is None else 1 / times
        theirs = turns[name]
        results += [
            _compared(f"CPU, ours / {name}", _cpu(ours, theirs), bar, (ours, theirs)),
            _compared(f"wall, ours / {name}", _wall(ours, theirs), None, (ours, theirs)),
        ]
    return results


def _started(folder: Path, counts: dict[str, int], name: str) -> Worker:
    commands = str(counts[name] * (ROUNDS + 1))
    file = str(folder / f"{name.split(maxsplit=1)[0]}.db")
    if name == "ours":
        return Worker("bench.governed.votes", file, commands, "1")
    if name == "raw":
        return Worker("bench.governed.raw_rows", file, commands, "1")
    return Worker(PEERS[name][0], file, commands)


def _together(folder: Path) -> list[Result]:
    modules = {"ours": "bench.governed.votes", "raw": "bench.governed.raw_rows"}
    counts, accounts = dict.fromkeys(modules, 3), str(GROUP * 3 * (ROUNDS + 1))

    def started(name: str) -> Worker:
        return Worker(modules[name], str(folder / f"{name}-many.db"), accounts, str(GROUP))

    with workers(started, list(modules)) as group:
        turns = in_turn(group, counts, ROUNDS)
    ours, raw = turns["ours"], turns["raw"]
    each = tuple(turn.wall_s / GROUP * 1e6 for turn in ours)
    rate = f"{1e6 / sorted(each)[len(each) // 2]:.0f} a second"
    return [
        Result(
            name=f"{GROUP} transitions a transaction",
            unit="us each",
            values=each,
            bar=1e6 / GROUP_RATE,
            note=rate,
        ),
        Result(name=f"{GROUP} a transaction, CPU, ours / raw", unit="x", values=_cpu(ours, raw)),
    ]


def _cpu(ours: Sequence[Turn], theirs: Sequence[Turn]) -> tuple[float, ...]:
    return tuple(one.cpu_s / other.cpu_s for one, other in zip(ours, theirs, strict=True))


def _wall(ours: Sequence[Turn], theirs: Sequence[Turn]) -> tuple[float, ...]:
    return tuple(one.wall_s / other.wall_s for one, other in zip(ours, theirs, strict=True))


def _compared(
    name: str, values: tuple[float, ...], bar: float | None, sides: tuple[Sequence[Turn], ...]
) -> Result:
    note = f"{described(sides[0])} against {described(sides[1])}"
    return Result(name=f"governed transition, {name}", unit="x", values=values, bar=bar, note=note)

"""Loading one account with its facts, open approvals and the readiness of its gate, against raw.

Raw: the driver reads the same rows (account, program, newest policy), the JSON is decoded with its
types, and a generated function gives the verdict of the gate. Ours makes the view that pages and
reports show as well.
"""

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from bench.governed.accounts import NOW, account_id, opened, prepare
from bench.measuring import WORK, Result
from kamflow import Kamflow
from kamflow.engine.compiled import CompiledPack
from kamflow.engine.generated import generate_verdict
from kamflow.engine.view import Scene
from kamflow.model.snapshot import Snapshot

ACCOUNTS, ROUNDS, BAR = 1_000, 9, 2.0
READS = (
    "SELECT snapshot FROM instances WHERE id=?",
    "SELECT snapshot FROM instances WHERE id='north' OR id=?",
    "SELECT digest FROM packs ORDER BY number DESC LIMIT 1",
)


def run() -> list[Result]:
    """Load every account by both, round by round."""
    WORK.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="loading-", dir=WORK) as folder:
        file = Path(folder) / "accounts.db"
        prepare(f"sqlite:///{file}", ACCOUNTS)
        kam, connection = opened(f"sqlite:///{file}"), sqlite3.connect(file, isolation_level=None)
        pack = kam.policy()
        raw = _raw(connection, CompiledPack(pack))
        turns = [(_cpu(raw), _cpu(lambda name: _ours(kam, name))) for _ in range(ROUNDS + 1)][1:]
        kam.close()
        connection.close()
    note = f"{min(o for _, o in turns) * 1e6:.0f} us against {min(r for r, _ in turns) * 1e6:.0f}"
    values = tuple(ours / other for other, ours in turns)
    return [Result(name="load an account, CPU / raw", unit="x", values=values, bar=BAR, note=note)]


def _cpu(load: Callable[[str], None]) -> float:
    begin = time.process_time()
    for number in range(ACCOUNTS):
        load(account_id(number))
    return (time.process_time() - begin) / ACCOUNTS


def _ours(kam: Kamflow, name: str) -> None:
    with kam.reading() as session:
        compiled, view = session.view(session.find(name))
        verdict = compiled.verdict("G", view, before_approval=True)
        if verdict != "met" or len(view.snapshot.approvals) != 1:
            raise RuntimeError(name)


def _raw(connection: sqlite3.Connection, compiled: CompiledPack) -> Callable[[str], None]:
    verdict = generate_verdict(compiled.pack, compiled.pack.gates["G"])
    execute, decode = connection.execute, msgspec.json.Decoder(Snapshot).decode

    def load(name: str) -> None:
        execute("BEGIN")
        account = decode(execute(READS[0], (name,)).fetchone()[0])
        decode(execute(READS[1], ("",)).fetchone()[0])
        execute(READS[2]).fetchall()
        execute("COMMIT")
        scene = Scene(compiled.sources, NOW, lambda _id: None, lambda _above, _kind: ())
        found = verdict(account, NOW.toordinal(), lambda: scene.look(account))
        if found != "met" or len(account.approvals) != 1:
            raise RuntimeError(name)

    return load

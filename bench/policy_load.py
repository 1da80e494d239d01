"""Making the shipped policy ready to judge: from its files, and from where it is kept.

Ready means that every gate, guard and table is a function. It is kept by the database that it was
published to, and in the user's cache by what its files hold; the files are read even then. A copy
of the shipped policy is a policy like any other, so it is checked as well. Wall time in
milliseconds.
"""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.measuring import Result
from kamflow import Kamflow, fixed_clock
from kamflow.engine.compiled import CompiledPack
from kamflow.model.pack import Pack
from kamflow.runtime.pack_cache import FOLDER, OFF
from kamflow.runtime.packs import CORE, policy_files, read_policy
from kamflow.storage.store import Store

FILES_BAR, KEPT_BAR = 500.0, 50.0
RUNS = 7


def run() -> list[Result]:
    """Measure all ways."""
    with TemporaryDirectory(prefix="kamflow-bench-") as name, _cache(OFF):
        folder = Path(name)
        own, store = _copied(folder / "own"), _published(folder / "kept.db")
        ways = [
            _result("from its files", lambda: read_policy(CORE), FILES_BAR),
            _result("from its files, checked", lambda: read_policy(own)),
            _result("from the database", lambda: _kept(store), KEPT_BAR),
        ]
        with _cache(str(folder / "cache")):
            read_policy(own)
            ways.append(_result("from the cache", lambda: read_policy(own), KEPT_BAR))
        return ways


@contextmanager
def _cache(folder: str) -> Iterator[None]:
    before = os.environ.get(FOLDER)
    os.environ[FOLDER] = folder
    try:
        yield
    finally:
        os.environ.pop(FOLDER)
        if before is not None:
            os.environ[FOLDER] = before


def _copied(folder: Path) -> Path:
    for name, path in policy_files(CORE).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, folder / name)
    return folder


def _published(file: Path) -> Store:
    clock = fixed_clock(datetime(2026, 3, 31, tzinfo=UTC))
    Kamflow.open(f"sqlite:///{file}", pack=CORE, clock=clock).close()
    return Store(f"sqlite:///{file}")


def _kept(store: Store) -> Pack:
    with store.reading() as reading:
        return reading.pack(reading.packs()[-1].digest)


def _result(way: str, load: Callable[[], Pack], bar: float | None = None) -> Result:
    values = tuple(_measure(load) for _ in range(RUNS))
    return Result(name=f"policy ready {way}", unit="ms", values=values, bar=bar)


def _measure(load: Callable[[], Pack]) -> float:
    begin = time.perf_counter()
    compiled = CompiledPack(load())
    for gate in compiled.pack.gates:
        compiled.gate(gate)
    for kind in compiled.pack.kinds:
        for fact in compiled.pack.facts:
            compiled.sources(kind)[fact]
        for table in compiled.pack.tables:
            compiled.sources(kind)[table]
    return (time.perf_counter() - begin) * 1000

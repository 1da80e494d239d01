"""Whether checkpoints hold: their order, their signatures, their roots."""

from collections.abc import Iterable, Iterator

from kamflow.storage.audit.kept import KeptCheckpoint, KeptHead
from kamflow.storage.audit.keys import PublicKey
from kamflow.storage.audit.report import Checkpoint, shown, unshown
from kamflow.storage.audit.tree import Tree, digest, leaf, statement

FIRST = bytes(32)  # stands for the checkpoint before the first


class Seals:
    """All checkpoints of a database, whose trees grow while the instances go by."""

    def __init__(self, database: str, checkpoints: Iterable[KeptCheckpoint]) -> None:
        self.database = database
        self.kept = tuple(checkpoints)
        self._trees = [Tree() for _ in self.kept]
        self._events = [0] * len(self.kept)

    @property
    def newest(self) -> Checkpoint | None:
        """The newest checkpoint."""
        try:
            return shown(self.database, self.kept[-1]) if self.kept else None
        except ValueError:  # its instant is none; that is told as a problem
            return None

    def order(self) -> Iterator[str]:
        """Yield what is wrong with the sequence of the checkpoints."""
        before = FIRST
        for number, item in enumerate(self.kept, start=1):
            if item.number != number:
                yield f"checkpoint {number} is missing; the next one that is there is {item.number}"
                return
            if item.previous != before:
                yield f"checkpoint {number}: it does not follow the one before; one was changed"
                return
            before = digest(self.database, item)

    def policies(self, seals: list[bytes]) -> Iterator[str]:
        """Yield which checkpoints saw other policies than there are; `seals` are up to each."""
        known = [FIRST, *seals]
        for item in self.kept:
            if item.policies not in known:
                yield f"checkpoint {item.number}: it saw other policies; one was changed or removed"
                return
            del known[: known.index(item.policies)]

    def signatures(self, key: PublicKey | None) -> Iterator[str]:
        """Yield which signatures are not of the key; the newest checkpoint has to be signed by it.

        Each checkpoint carries the digest of the one before, so the newest stands for all.
        """
        if key is None:
            return
        for item in self.kept:
            if item.key == key.id and not key.signed(
                item.signature or b"", statement(self.database, item)
            ):
                yield f"checkpoint {item.number}: its signature is not of this key; it was changed"
        if not self.kept:
            yield "there is no checkpoint that a key could have signed"
        elif self.kept[-1].key != key.id:
            by = f"by the key {self.kept[-1].key}" if self.kept[-1].key else "by nobody"
            yield f"checkpoint {self.kept[-1].number}: it is signed {by}, not by {key.id}"

    def receipt(self, told: Checkpoint, key: PublicKey | None) -> Iterator[str]:
        """Yield how a checkpoint that was kept elsewhere differs from the one that is here."""
        kept, name = unshown(told), f"checkpoint {told.number}"
        if told.database != self.database:
            yield f"the receipt is of the database {told.database}, this one is {self.database}"
            return
        if key is not None and not key.signed(
            kept.signature or b"", statement(told.database, kept)
        ):
            yield f"the receipt of {name} is not signed by the key {key.id}"
        here = [item for item in self.kept if item.number == told.number]
        if not here:
            yield f"{name}, of which there is a receipt, is missing: it was taken away"
        elif statement(told.database, kept) != statement(self.database, here[0]):
            yield f"{name} is not the one of the receipt: it was made anew over another history"

    def add(self, heads: tuple[KeptHead, ...]) -> Iterator[tuple[int, str]]:
        """Add the heads of the next instance; yield what is wrong with them, with the sequence."""
        told = [0, *(head.checkpoint for head in heads), len(self.kept) + 1]
        for before, head, after in zip(told, heads, told[2:], strict=False):
            if not before < head.checkpoint < after:
                number = head.checkpoint
                yield head.sequence, f"a head is kept for checkpoint {number}, which never saw it"
                return
        for head, until in zip(heads, told[2:], strict=True):
            hashed = leaf(head.instance, head.sequence, head.link)
            for number in range(head.checkpoint, until):
                self._trees[number - 1].add(hashed)
                self._events[number - 1] += head.sequence

    def roots(self) -> Iterator[str]:
        """Yield which roots do not come out of the kept heads."""
        for item, tree, events in zip(self.kept, self._trees, self._events, strict=True):
            if tree.root() != item.root:
                yield (
                    f"checkpoint {item.number}: its root does not come out of the kept heads; "
                    "it or they were changed"
                )
            elif (tree.leaves, events) != (item.instances, item.events):
                yield f"checkpoint {item.number}: it counts other instances or events than it saw"

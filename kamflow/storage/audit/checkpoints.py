"""Makes checkpoints: seals on the newest event of every instance."""

from datetime import datetime

from msgspec.structs import replace

from kamflow.storage import statements
from kamflow.storage.audit.database import DatabaseSource
from kamflow.storage.audit.kept import KeptCheckpoint
from kamflow.storage.audit.keys import PrivateKey
from kamflow.storage.audit.report import Checkpoint, shown
from kamflow.storage.audit.seals import FIRST
from kamflow.storage.audit.tree import Tree, digest, leaf, policy_seal, statement
from kamflow.storage.chain import instant_bytes
from kamflow.storage.links import Link
from kamflow.storage.reading import instant_of

# By bytes, whatever the collation of the database.
_HEADS = {
    "sqlite": statements.HEADS,
    "postgresql": statements.HEADS.replace("instances.id", 'instances.id COLLATE "C"'),
}


def make_checkpoint(link: Link, at: datetime, key: PrivateKey | None) -> Checkpoint:
    """Seal the history as a transaction sees it, and keep the heads that are new.

    Args:
        link: In a transaction that writes.
        at: The present instant, aware UTC.
        key: That signs it, if it is to be signed.
    """
    database = str(link.rows(statements.DATABASE_ID)[0][0])
    before = _newest(link)
    tree, events = Tree(), 0
    for instance, sequence, head in link.stream(_HEADS[link.name]):
        tree.add(leaf(instance, sequence, bytes(head)))
        events += sequence
    policies = FIRST
    for policy in DatabaseSource(link).policies():
        policies = policy_seal(policies, policy)
    made = KeptCheckpoint(
        number=before.number + 1 if before else 1,
        at=instant_bytes(at).decode(),
        instances=tree.leaves,
        events=events,
        root=tree.root(),
        policies=policies,
        previous=digest(database, before) if before else FIRST,
    )
    if key is not None:
        made = replace(made, signature=key.sign(statement(database, made)), key=key.id)
    row = (
        made.number,
        link.instant(at),
        made.instances,
        made.events,
        made.root,
        made.policies,
        made.previous,
        made.signature,
        made.key,
    )
    link.write(statements.ADD_CHECKPOINT, [row])
    link.write(statements.ADD_HEADS, [(made.number,)])
    return shown(database, made)


def _newest(link: Link) -> KeptCheckpoint | None:
    rows = link.rows(statements.LAST_CHECKPOINT)
    if not rows:
        return None
    number, at, instances, events, *others = rows[0]
    told = instant_bytes(instant_of(at)).decode()
    return KeptCheckpoint(number, told, instances, events, *others)

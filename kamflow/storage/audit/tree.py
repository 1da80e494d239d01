"""The tree over the heads of all instances, and what a checkpoint states.

As in RFC 6962, leaves and inner nodes are hashed under different first bytes, so that none can
pass for the other. docs/reference/audit-format.md tells it byte by byte.
"""

from hashlib import sha256

from kamflow.storage.audit.kept import KeptCheckpoint, KeptPolicy
from kamflow.storage.chain import measured

_LEAF, _NODE = b"\x00", b"\x01"
_POLICY = b"kamflow-policy/1\n"
_HEAD = b"kamflow-checkpoint/1\n"


def leaf(instance: str, sequence: int, link: bytes) -> bytes:
    """Return the hash of the newest event of an instance, as a leaf."""
    name = instance.encode("utf-8", "surrogateescape")
    return sha256(_LEAF + measured((name, b"%d" % sequence, link.hex().encode()))).digest()


def policy_seal(before: bytes, policy: KeptPolicy) -> bytes:
    """Return the seal on all policies up to this one; `before` is that up to the former one."""
    texts = (
        str(policy.number),
        policy.digest,
        policy.pack,
        policy.version,
        policy.published_at,
        policy.published_by,
    )
    told = (text.encode("utf-8", "surrogateescape") for text in texts)
    return sha256(before + _POLICY + measured((*told, policy.content))).digest()


class Tree:
    """A Merkle tree that leaves are added to, in order; it keeps only what the root still needs."""

    def __init__(self) -> None:
        self.leaves = 0
        self._roots: list[bytes] = []  # of full trees, the largest first

    def add(self, hashed: bytes) -> None:
        """Add a leaf behind the others."""
        roots = self._roots
        count = self.leaves
        while count & 1:  # two full trees of one size become one
            hashed = sha256(_NODE + roots.pop() + hashed).digest()
            count >>= 1
        roots.append(hashed)
        self.leaves += 1

    def root(self) -> bytes:
        """Return the root of all leaves so far; the SHA-256 of nothing when there is none."""
        if not self._roots:
            return sha256(b"").digest()
        *larger, root = self._roots
        for one in reversed(larger):
            root = sha256(_NODE + one + root).digest()
        return root


def statement(database: str, checkpoint: KeptCheckpoint) -> bytes:
    """Return the bytes that a checkpoint states and a signature signs.

    Args:
        database: Id of the database.
        checkpoint: The checkpoint; its signature is no part of what it states.
    """
    fields = (
        database.encode(),
        b"%d" % checkpoint.number,
        checkpoint.at.encode(),
        b"%d" % checkpoint.instances,
        b"%d" % checkpoint.events,
        checkpoint.root.hex().encode(),
        checkpoint.policies.hex().encode(),
        checkpoint.previous.hex().encode(),
    )
    return _HEAD + measured(fields)


def digest(database: str, checkpoint: KeptCheckpoint) -> bytes:
    """Return the SHA-256 of what a checkpoint states; the next checkpoint carries it."""
    return sha256(statement(database, checkpoint)).digest()

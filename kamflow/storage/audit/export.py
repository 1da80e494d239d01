"""The history as a file of JSON lines that can be verified without the database.

docs/reference/audit-format.md lists the lines. What was written once is told as text, byte for
byte; hashes are hexadecimal.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import BinaryIO, TypeVar

import msgspec
from msgspec import Struct

from kamflow.errors import InputError, KamflowError
from kamflow.storage.audit.kept import (
    FORMAT,
    Group,
    KeptCheckpoint,
    KeptEvent,
    KeptHead,
    KeptInstance,
    KeptPolicy,
    Source,
)
from kamflow.storage.chain import instant_bytes

_LONGEST = 1 << 26  # bytes of a line; a policy has some hundred thousand


class HeaderLine(Struct, frozen=True, kw_only=True, tag_field="line", tag="export"):
    """The first line."""

    format: str
    database: str
    at: str


class PolicyLine(Struct, frozen=True, kw_only=True, tag_field="line", tag="policy"):
    """A published policy."""

    number: int
    digest: str
    pack: str
    version: str
    published_at: str
    published_by: str
    content: str


class CheckpointLine(Struct, frozen=True, kw_only=True, tag_field="line", tag="checkpoint"):
    """A checkpoint."""

    number: int
    at: str
    instances: int
    events: int
    root: str
    policies: str
    previous: str
    signature: str | None
    key: str | None


class InstanceLine(Struct, frozen=True, kw_only=True, tag_field="line", tag="instance"):
    """Where the history of an instance ends."""

    instance: str
    sequence: int
    link: str


class HeadLine(Struct, frozen=True, kw_only=True, tag_field="line", tag="head"):
    """The head of an instance as a checkpoint saw it first."""

    instance: str
    sequence: int
    checkpoint: int
    link: str


class EventLine(Struct, frozen=True, kw_only=True, tag_field="line", tag="event", gc=False):
    """An event."""

    instance: str
    sequence: int
    at: str
    kind: str
    actor: str
    pack: str
    cause: int | None
    body: str
    link: str


class EndLine(Struct, frozen=True, kw_only=True, tag_field="line", tag="end"):
    """The last line: how much there was."""

    instances: int
    events: int


Line = HeaderLine | PolicyLine | CheckpointLine | InstanceLine | HeadLine | EventLine | EndLine
_OfInstance = InstanceLine | HeadLine | EventLine
_decode = msgspec.json.Decoder(Line, strict=True).decode
_encode = msgspec.json.Encoder().encode
T = TypeVar("T")


def lines_of(source: Source, at: datetime) -> Iterator[bytes]:
    """Yield the lines of an export.

    Raises:
        KamflowError: The history is not UTF-8 any more; verify it.
    """
    lines = _Lines()
    try:
        yield from lines.all(source, at)
    except UnicodeError as error:
        way = "`kamflow audit verify` says where"
        raise KamflowError(f"the history holds text that is not UTF-8 any more; {way}") from error


class _Lines:
    """Writes lines and counts what it has written."""

    def __init__(self) -> None:
        self.instances = self.events = 0

    def all(self, source: Source, at: datetime) -> Iterator[bytes]:
        """Yield all lines."""
        told = instant_bytes(at).decode()
        yield _line(HeaderLine(format=FORMAT, database=source.database, at=told))
        for policy in source.policies():
            yield _line(_policy_line(policy))
        for checkpoint in source.checkpoints():
            yield _line(_checkpoint_line(checkpoint))
        for group in source.groups():
            yield from self._group(group)
        yield _line(EndLine(instances=self.instances, events=self.events))

    def _group(self, group: Group) -> Iterator[bytes]:
        for row in group.rows:
            self.instances += 1
            named = {"instance": row.instance, "sequence": row.sequence}
            yield _line(InstanceLine(**named, link=row.link.hex()))  # type: ignore[arg-type]
        for head in group.heads:
            yield _line(
                HeadLine(
                    instance=head.instance,
                    sequence=head.sequence,
                    checkpoint=head.checkpoint,
                    link=head.link.hex(),
                )
            )
        for event in group.events:
            self.events += 1
            yield _line(_event_line(event))


class ExportSource:
    """An exported file. Its parts are read in the order in which they stand, once.

    Raises:
        InputError: It is no export, or it was cut off or damaged so that it cannot be read.
    """

    exported = True

    def __init__(self, file: BinaryIO, name: str) -> None:
        self._file, self._name, self._number = file, name, 0
        first = self._next()
        if not isinstance(first, HeaderLine) or first.format != FORMAT:
            raise self._error("this is no export of `kamflow audit export`")
        self.database = first.database
        self._ahead: Line = self._next()

    def policies(self) -> Iterator[KeptPolicy]:
        """Yield the published policies, oldest first."""
        for line in self._while(PolicyLine):
            yield KeptPolicy(
                line.number,
                line.digest,
                line.content.encode(),
                line.pack,
                line.version,
                line.published_at,
                line.published_by,
            )

    def checkpoints(self) -> Iterator[KeptCheckpoint]:
        """Yield the checkpoints, oldest first."""
        for line in self._while(CheckpointLine):
            yield KeptCheckpoint(
                number=line.number,
                at=line.at,
                instances=line.instances,
                events=line.events,
                root=self._bytes(line.root),
                policies=self._bytes(line.policies),
                previous=self._bytes(line.previous),
                signature=None if line.signature is None else self._bytes(line.signature),
                key=line.key,
            )

    def groups(self) -> Iterator[Group]:
        """Yield what is kept of each instance, in the order of their ids."""
        count = _Lines()
        before: str | None = None
        for instance, lines in groupby(self._of_instances(count), lambda line: line.instance):
            if before is not None and instance <= before:
                raise self._error(f"`{instance}` stands behind `{before}`; the file was changed")
            before = instance
            rows, heads, events = self._parts(lines)
            yield Group(instance, rows, heads, events)
        self._end(count)

    def _end(self, count: "_Lines") -> None:
        """Make sure that the file ends here, with all that it should have."""
        end = self._ahead
        if not isinstance(end, EndLine):
            raise self._error("this line does not belong here; the file was changed")
        if (end.instances, end.events) != (count.instances, count.events):
            raise self._error(
                f"the last line tells of {end.instances} instances and {end.events} events, the "
                f"file has {count.instances} and {count.events}; it was changed"
            )
        if self._file.read(1):
            raise self._error("there is something behind the last line; the file was changed")

    def _of_instances(self, count: "_Lines") -> Iterator[_OfInstance]:
        while isinstance(line := self._ahead, _OfInstance):
            count.instances += isinstance(line, InstanceLine)
            count.events += isinstance(line, EventLine)
            yield line
            self._ahead = self._next()

    def _parts(
        self, lines: Iterator[_OfInstance]
    ) -> tuple[tuple[KeptInstance, ...], tuple[KeptHead, ...], Iterator[KeptEvent]]:
        """Return the first lines of an instance, and its events, which are read later."""
        rows: list[KeptInstance] = []
        heads: list[KeptHead] = []
        for line in lines:
            if isinstance(line, InstanceLine):
                rows.append(KeptInstance(line.instance, line.sequence, self._bytes(line.link)))
            elif isinstance(line, HeadLine):
                link = self._bytes(line.link)
                heads.append(KeptHead(line.instance, line.sequence, line.checkpoint, link))
            else:
                return tuple(rows), tuple(heads), self._events(line, lines)
        return tuple(rows), tuple(heads), iter(())

    def _events(self, first: EventLine, others: Iterator[_OfInstance]) -> Iterator[KeptEvent]:
        yield self._event(first)
        for line in others:
            if not isinstance(line, EventLine):
                raise self._error("this line does not belong here; the file was changed")
            yield self._event(line)

    def _event(self, line: EventLine) -> KeptEvent:
        return KeptEvent(
            line.instance,
            line.sequence,
            line.at,
            line.kind,
            line.actor,
            line.pack,
            line.cause,
            line.body.encode(),
            self._bytes(line.link),
        )

    def _while(self, sort: type[T]) -> Iterator[T]:
        while isinstance(line := self._ahead, sort):
            yield line
            self._ahead = self._next()

    def _next(self) -> Line:
        """Return the next line of the file."""
        text = self._file.readline(_LONGEST)
        self._number += 1
        if not text.endswith(b"\n") and self._number > 1:
            raise self._error("the file is cut off here; export it again")
        try:
            line: Line = _decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            if self._number == 1:
                raise self._error("this is no export of `kamflow audit export`") from error
            raise self._error(f"this is no line of an export: {error}") from error
        return line

    def _bytes(self, text: str) -> bytes:
        try:
            found = bytes.fromhex(text)
        except ValueError:
            found = b""
        if found.hex() != text:
            raise self._error("a hash is not written in small hexadecimal digits")
        return found

    def _error(self, what: str) -> InputError:
        return InputError([f"{self._name}:{self._number}: {what}"])


@contextmanager
def written_whole(file: Path) -> Iterator[BinaryIO]:
    """Lend a new file that takes its name when all is written; else nothing is left of it.

    Raises:
        KamflowError: It cannot be written.
    """
    part = file.with_name(f"{file.name}.part")
    try:
        with part.open("wb") as opened:
            yield opened
        part.replace(file)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise KamflowError(
            f"`{file}` cannot be written: {error.strerror}; choose another file"
        ) from error
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _line(line: Line) -> bytes:
    return _encode(line) + b"\n"


def _policy_line(policy: KeptPolicy) -> PolicyLine:
    return PolicyLine(
        number=policy.number,
        digest=policy.digest,
        pack=policy.pack,
        version=policy.version,
        published_at=policy.published_at,
        published_by=policy.published_by,
        content=policy.content.decode(),
    )


def _checkpoint_line(item: KeptCheckpoint) -> CheckpointLine:
    return CheckpointLine(
        number=item.number,
        at=item.at,
        instances=item.instances,
        events=item.events,
        root=item.root.hex(),
        policies=item.policies.hex(),
        previous=item.previous.hex(),
        signature=None if item.signature is None else item.signature.hex(),
        key=item.key,
    )


def _event_line(event: KeptEvent) -> EventLine:
    return EventLine(
        instance=event.instance,
        sequence=event.sequence,
        at=event.at,
        kind=event.kind,
        actor=event.actor,
        pack=event.pack,
        cause=event.cause,
        body=event.body.decode(),
        link=event.link.hex(),
    )

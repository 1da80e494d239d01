"""What the facade offers to auditors: proof of the history, its log, and the names of people."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import msgspec

from kamflow.errors import InputError
from kamflow.model.events import Recorded
from kamflow.runtime.clock import Clock
from kamflow.runtime.session import PackShelf, Session
from kamflow.storage.store import Store

if TYPE_CHECKING:
    from kamflow.storage.audit.keys import PublicKey
    from kamflow.storage.audit.report import AuditReport, Checkpoint
    from kamflow.storage.bound import BoundStore
    from kamflow.storage.people import Person

_SQLITE = b"SQLite format 3\x00"


class Audited:
    """A database whose history can be proved, listed and exported."""

    _store: "Store | BoundStore"
    _clock: Clock

    def checkpoint(self, *, key: str | Path | None = None) -> "Checkpoint":
        """Seal the newest event of every instance, and with it the whole history up to now.

        Keep what is returned in another place: it proves later that nothing was changed.

        Args:
            key: PEM file with an Ed25519 key without a password, to sign with.

        Raises:
            InputError: There is no such key in the file.
            ConcurrencyError: Others wrote each time that it was tried; call again.
        """
        from kamflow.storage.audit.checkpoints import make_checkpoint  # noqa: PLC0415 - rare
        from kamflow.storage.audit.keys import load_private_key  # noqa: PLC0415

        signer = load_private_key(key) if key is not None else None
        return self._store.alone(lambda link: make_checkpoint(link, self._clock(), signer))

    @contextmanager
    def audit_log(
        self,
        *,
        subject: str | None = None,
        actor: str | None = None,
        kind: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int | None = None,
    ) -> "Iterator[Iterator[Recorded]]":
        """Lend the events of all subjects, oldest first, one by one: memory stays flat.

        Args:
            subject: The only subject that is wanted, by its id or the part after the program.
            actor: Who acted.
            kind: Kind of event, such as `StageEntered`.
            since: Recorded at this instant or later; a naive one is taken for UTC.
            until: Recorded before this instant.
            limit: So many at most, the newest ones.

        Raises:
            NotFoundError: There is no such subject, or there are several.
        """
        from kamflow.storage.audit.log import LogFilter, read_log  # noqa: PLC0415 - rare

        wanted = LogFilter(
            instance=self._full_id(subject) if subject is not None else None,
            actor=actor,
            kind=kind,
            since=_aware(since),
            until=_aware(until),
            limit=limit,
        )
        with self._store.linked() as link:
            yield read_log(link, wanted)

    def _full_id(self, subject: str) -> str:
        with self._store.reading() as kept:
            return Session(kept, PackShelf(), self._clock).find(subject).id

    def export_history(self, file: str | Path | BinaryIO) -> None:
        """Write the history of all subjects as JSON lines, which `verify_export` can prove.

        Args:
            file: Where to write; a file that is there is replaced when all is written.

        Raises:
            KamflowError: The file cannot be written.
        """
        from kamflow.storage.audit.database import DatabaseSource  # noqa: PLC0415 - rare
        from kamflow.storage.audit.export import lines_of, written_whole  # noqa: PLC0415

        with self._store.linked() as link:
            lines = lines_of(DatabaseSource(link), self._clock())
            if not isinstance(file, str | Path):
                file.writelines(lines)
                return
            with written_whole(Path(file)) as opened:
                opened.writelines(lines)

    def people(self) -> "list[Person]":
        """Return the people whose names are kept, or were, by id."""
        from kamflow.storage.people import all_people  # noqa: PLC0415 - rare

        with self._store.linked() as link:
            return all_people(link)

    def set_person(
        self, person: str, *, name: str | None = None, mail: str | None = None
    ) -> "Person":
        """Keep the name and mail address of a person beside the history; what is not given stays.

        Raises:
            AlreadyExistsError: The person was erased, for good.
        """
        from kamflow.storage.people import set_person  # noqa: PLC0415 - rare

        return self._store.alone(lambda link: set_person(link, person, name, mail))

    def erase_person(self, person: str) -> "Person":
        """Remove the name and mail address of a person for good; the history stays as it is.

        Raises:
            NotFoundError: Nothing is kept of such a person.
        """
        from kamflow.storage.people import erase_person  # noqa: PLC0415 - rare

        return self._store.alone(lambda link: erase_person(link, person, self._clock()))


def verify_database(
    url: str, *, public_key: str | Path | None = None, receipt: str | Path | None = None
) -> "AuditReport":
    """Verify the history that a database keeps. It is only read, and need not be writable.

    Args:
        url: Of the database; `sqlite:///FILE` or `postgresql://...`.
        public_key: PEM file with the Ed25519 key that the newest checkpoint has to be signed with.
        receipt: File with a checkpoint, as JSON, that was kept elsewhere.

    Raises:
        InputError: The key or the receipt cannot be used.
        DatabaseError: There is no such database.
        SchemaError: It belongs to another version of kamflow.
    """
    from kamflow.storage.audit.database import DatabaseSource, read_only  # noqa: PLC0415 - rare
    from kamflow.storage.audit.verify import verify  # noqa: PLC0415

    key, told = _key(public_key), _receipt(receipt)
    with read_only(url) as link:
        return verify(DatabaseSource(link), key=key, receipt=told)


def verify_export(
    file: str | Path | BinaryIO,
    *,
    public_key: str | Path | None = None,
    receipt: str | Path | None = None,
) -> "AuditReport":
    """Verify a file of `Kamflow.export_history`, or a copy of the file of an SQLite database.

    Args:
        file: The file, or a stream of bytes.
        public_key: PEM file with the Ed25519 key that the newest checkpoint has to be signed with.
        receipt: File with a checkpoint, as JSON, that was kept elsewhere.

    Raises:
        InputError: It is no such file, or is cut off; or the key or the receipt cannot be used.
    """
    from kamflow.storage.audit.export import ExportSource  # noqa: PLC0415 - rare
    from kamflow.storage.audit.verify import verify  # noqa: PLC0415

    key, told = _key(public_key), _receipt(receipt)
    if not isinstance(file, str | Path):
        return verify(ExportSource(file, "-"), key=key, receipt=told)
    try:
        with Path(file).open("rb") as opened:
            if opened.read(len(_SQLITE)) != _SQLITE:
                opened.seek(0)
                return verify(ExportSource(opened, str(file)), key=key, receipt=told)
    except OSError as error:
        raise InputError([f"{file}: it cannot be read: {error.strerror}"]) from error
    url = f"sqlite:///{Path(file).absolute().as_posix()}"
    return verify_database(url, public_key=public_key, receipt=receipt)


def _key(file: str | Path | None) -> "PublicKey | None":
    if file is None:
        return None
    from kamflow.storage.audit.keys import load_public_key  # noqa: PLC0415 - an optional part

    return load_public_key(file)


def _receipt(file: str | Path | None) -> "Checkpoint | None":
    if file is None:
        return None
    from kamflow.storage.audit.report import Checkpoint, unshown  # noqa: PLC0415 - rare

    try:
        told = msgspec.json.decode(Path(file).read_bytes(), type=Checkpoint)
        unshown(told)
    except OSError as error:
        raise InputError([f"{file}: it cannot be read: {error.strerror}"]) from error
    except (msgspec.DecodeError, UnicodeError, ValueError) as error:
        what = "this is no receipt; make one with `kamflow audit checkpoint --json`"
        raise InputError([f"{file}: {what}"]) from error
    return told


def _aware(at: datetime | None) -> datetime | None:
    return at.replace(tzinfo=UTC) if at is not None and at.tzinfo is None else at

"""Questions and commands inside one transaction."""

import re
from collections.abc import Callable
from datetime import datetime
from functools import partial

import msgspec
from msgspec.structs import replace

from kamflow.engine.compiled import CompiledPack
from kamflow.engine.decide import decide
from kamflow.engine.people import SYSTEM
from kamflow.engine.rights import right_to_publish
from kamflow.engine.ripples import is_felt_below
from kamflow.engine.segregation import Act, forbids
from kamflow.engine.view import Ports, Scene, View
from kamflow.errors import AlreadyExistsError, InputError, NotFoundError, RefusedError
from kamflow.language.diagnostics import did_you_mean
from kamflow.model.commands import Command, OpenSubject, Turn
from kamflow.model.decision import Decision
from kamflow.model.matching import Match
from kamflow.model.pack import Pack
from kamflow.model.snapshot import Snapshot
from kamflow.runtime.clock import Clock
from kamflow.runtime.offering import offer_places
from kamflow.runtime.rippling import Ripples
from kamflow.storage.answers import request_of
from kamflow.storage.codec import encode
from kamflow.storage.reading import Reading, Writing

LARGEST = 1_000_000  # bytes of a command

# As JSON writes them: PostgreSQL keeps no text with NUL, and a terminal obeys the others.
_CONTROL = re.compile(rb"(?<!\\)(?:\\\\)*(\\u00[01][0-9a-f]|\\[bf])|\x7f")


class PackShelf:
    """Policies that are ready to judge, kept by digest: a published pack never changes."""

    def __init__(self) -> None:
        self._ready: dict[str, CompiledPack] = {}

    def get(self, digest: str, transaction: Reading) -> CompiledPack:
        """Return the policy of that digest."""
        if digest not in self._ready:
            self._ready[digest] = CompiledPack(transaction.pack(digest))
        return self._ready[digest]


class Session:
    """Questions to one state of the database."""

    def __init__(
        self, transaction: Reading, shelf: PackShelf, clock: Clock, match: Match | None = None
    ) -> None:
        self.transaction, self._shelf, self._clock = transaction, shelf, clock
        self._match = match  # the firing engine of event rules; the reference if none
        self._ports = Ports(reports=transaction.reports, schedule=transaction.schedule, match=match)

    @property
    def now(self) -> datetime:
        """The instant of judgement."""
        return self._clock()

    def newest(self) -> str:
        """Return the digest of the newest policy.

        Raises:
            NotFoundError: None is published yet.
        """
        newest = self.transaction.newest_pack()
        if newest is None:
            raise NotFoundError("no policy is published; run `kamflow policy publish FOLDER`")
        return newest

    def published(self, prefix: str) -> str:
        """Return the digest that begins with `prefix`.

        Raises:
            NotFoundError: None does, or several.
        """
        digests = {entry.digest for entry in self.transaction.packs()}
        found = sorted(digest for digest in digests if digest.startswith(prefix))
        if len(found) == 1:
            return found[0]
        if found:
            these = ", ".join(digest[:12] for digest in found)
            raise NotFoundError(f"`{prefix}` can be {these}; give more of the digest")
        raise NotFoundError(f"no published policy has a digest that begins with `{prefix}`")

    def compiled(self, digest: str | None = None) -> CompiledPack:
        """Return a policy ready to judge, the newest unless told otherwise."""
        return self._shelf.get(digest or self.newest(), self.transaction)

    def find(self, word: str) -> Snapshot:
        """Return the instance that `word` means: its id, or the part after the program.

        Raises:
            NotFoundError: There is none, or there are several.
        """
        if not _is_text(word):
            raise NotFoundError(f"there is no subject {word!r}; its characters are no text")
        found = self.transaction.load(word)
        if found is not None:
            return found
        ids = self.transaction.named(word)
        if len(ids) == 1:
            return self._loaded(ids[0])
        if ids:
            raise NotFoundError(f"`{word}` can be {', '.join(ids)}; give the whole id")
        known = [item.id.rpartition("/")[2] for item in self.transaction.entries()]
        raise NotFoundError(f"there is no subject `{word}`{did_you_mean(word, known)}")

    def _loaded(self, instance: str) -> Snapshot:
        snapshot = self.transaction.load(instance)
        if snapshot is None:
            raise NotFoundError(f"there is no subject `{instance}`")
        return snapshot

    def view(
        self, snapshot: Snapshot, under: CompiledPack | None = None
    ) -> tuple[CompiledPack, View]:
        """Return what conditions see of an instance now, by the policy of its stage or another."""
        compiled = under or self.compiled(snapshot.pack)
        return compiled, self._scene(compiled).look(snapshot)

    def governed(self, kind: str) -> list[str]:
        """Return the kinds below `kind` that have a workflow."""
        kinds = self.compiled().pack.kinds.values()
        return [item.id for item in kinds if item.parent == kind and item.workflow]

    def members(
        self, program: Snapshot, kind: str, under: CompiledPack | None = None
    ) -> list[tuple[CompiledPack, View]]:
        """Return all subjects of `kind` below a program, by the policy of its stage or another."""
        found: list[tuple[CompiledPack, View]] = []
        scenes: dict[str, dict[str, View]] = {}  # policies see the set each in their own way
        for snapshot in self.transaction.members(program.id, kind):
            compiled = under or self.compiled(snapshot.pack)
            digest = compiled.pack.digest
            if digest not in scenes:
                members = self._scene(compiled).members(program.id, kind)
                scenes[digest] = {item.snapshot.id: item for item in members}
            found.append((compiled, scenes[digest][snapshot.id]))
        return found

    def _scene(self, compiled: CompiledPack) -> Scene:
        """Return what a decision may look at; it is loaded when a condition asks for it."""
        kept = self.transaction
        return Scene(compiled.sources, self.now, kept.load, kept.members, kept.history, self._ports)


class WritingSession(Session):
    """Commands as well: load, decide, append."""

    def __init__(
        self, transaction: Writing, shelf: PackShelf, clock: Clock, match: Match | None = None
    ) -> None:
        super().__init__(transaction, shelf, clock, match)
        self._writing = transaction
        self._ripples = Ripples()
        self.key: str | None = None  # of the command that comes

    def under(self, key: str) -> "WritingSession":
        """Return a session of the same transaction whose commands have one effect under a key."""
        session = WritingSession(self._writing, self._shelf, self._clock, self._match)
        session.key, session._ripples = key, self._ripples
        self._writing.expect(key)
        return session

    def publish(self, pack: Pack, *, by: str) -> bool:
        """Publish a checked pack; tell whether it differs from the newest one.

        Raises:
            RefusedError: The policy in force gives `by` no right to, or a duty of that policy or of
                this one keeps `by` from it.
        """
        if self.transaction.newest_pack() == pack.digest:
            return False
        if lacking := self._without_right(by):
            raise RefusedError([lacking])
        if forbidden := self._not_to_publish(pack, by):
            raise RefusedError(forbidden)
        self._writing.publish(pack, self.now, by)
        return True

    def _without_right(self, by: str) -> str:
        """Return why the policy in force lets `by` publish nothing; the engine itself always may.

        Who opens a database with a policy publishes it as the engine does.
        """
        newest = self.transaction.newest_pack()
        if by == SYSTEM or newest is None:
            return ""
        compiled = self.compiled(newest)
        if not compiled.pack.rights.get("publish"):
            return ""
        look = self._scene(compiled).look
        return right_to_publish(compiled.pack, [*map(look, self._tops([compiled.pack]))], by)

    def _not_to_publish(self, pack: Pack, by: str) -> tuple[str, ...]:
        """Return why `by` may not publish a policy, by the roles held on any top subject.

        The duties in force count beside those of the new policy, which may have left one out.
        """
        newest = self.transaction.newest_pack()
        policies = [CompiledPack(pack), *([] if newest is None else [self.compiled(newest)])]
        if not any("publish" in i.acts for item in policies for i in item.pack.duties.values()):
            return ()
        act = Act(kind="publish", person=by, involved=pack.authors)
        tops = self._tops([item.pack for item in policies])
        reasons: list[str] = []
        for compiled in policies:
            for view in (None, *map(self._scene(compiled).look, tops)):
                reasons += forbids(compiled, view, (act,))
        return tuple(dict.fromkeys(reasons))

    def _tops(self, packs: list[Pack]) -> list[Snapshot]:
        kinds = {kind.id for pack in packs for kind in pack.kinds.values() if kind.parent is None}
        entries = (one for kind in sorted(kinds) for one in self.transaction.entries(kind=kind))
        return [self._loaded(one.id) for one in entries]

    @property
    def writing(self) -> Writing:
        """The transaction."""
        return self._writing

    def mark(self) -> None:
        """Remember this point for `back_to_mark`; a former mark is forgotten."""
        self._writing.mark()
        self._ripples.mark()

    def back_to_mark(self) -> None:
        """Take back every command since the mark, refusals included."""
        self._writing.back_to_mark()
        self._ripples.back_to_mark()

    def open(self, command: OpenSubject) -> Decision:
        """Open a subject; its id is put behind that of its parent.

        Raises:
            AlreadyExistsError: The parent has such a subject already.
            InputError: A text has characters that cannot be stored.
        """
        text = _text_of(command)
        instance = f"{command.parent}/{command.id}" if command.parent else command.id

        def opened() -> Decision:
            if self.transaction.load(instance) is not None:
                raise AlreadyExistsError(f"`{instance}` exists already")
            compiled = self.compiled()
            scene = self._scene(compiled)
            return decide(compiled, scene, None, command, instance=instance)

        return self._once(instance, command, text, opened)

    def submit(
        self, snapshot: Snapshot, command: Command, *, told: Command | None = None
    ) -> Decision:
        """Decide on a command to an instance and record the outcome, refusals included.

        Args:
            snapshot: The instance.
            command: What is asked for.
            told: What tells the same request again, where `command` holds the present instant.

        Raises:
            InputError: A text has characters that cannot be stored.
        """
        text = _text_of(command)

        def decided() -> Decision:
            compiled = self.compiled(snapshot.pack)
            scene, newest = self._scene(compiled), self.compiled()
            return decide(compiled, scene, snapshot, command, instance=snapshot.id, newest=newest)

        if told is not None and self.key is not None:
            text = encode(told)
        return self._once(snapshot.id, command, text, decided)

    def _once(
        self, instance: str, command: Command, text: bytes, decide: Callable[[], Decision]
    ) -> Decision:
        """Decide and append; under a key that was used before, return the answer of then."""
        if self.key is None:
            return self._append(decide())
        request = request_of(self.key, instance, command, text)
        answer = self.transaction.answer_to(request)
        if answer is not None:
            return answer
        # What other subjects look at is of no use to whoever asks, and is not kept.
        decision = replace(self._append(decide()), schedule=None, touched=frozenset())
        self._writing.keep_answer(request, decision, self.now)
        return decision

    def _append(self, decision: Decision) -> Decision:
        compiled = self.compiled()
        before = self._before(decision) if compiled.pack.waitlists else None
        self._writing.append(decision)
        if before is not None:
            scene = partial(self._scene, compiled)
            if offer_places(compiled, scene, before, decision, self._turn):
                self._turn(before.id)
        self._remember(compiled, decision)
        self._ripple(compiled, decision)
        return decision

    def settle(self) -> None:
        """Let rules of other subjects look at what was touched; to be called when all is decided.

        Raises:
            RefusedError: They set each other off without end.
        """
        self._ripples.settle(
            self.transaction,
            lambda snapshot: self.compiled(snapshot.pack),
            lambda instance, touched: self._append(self._turned(instance, touched)),
        )

    def _ripple(self, compiled: CompiledPack, decision: Decision) -> None:
        """Look at once at the requests below whose people or facts a decision may have changed."""
        after = decision.snapshot
        if after is None or not _has_below(compiled, after.kind) or not is_felt_below(decision):
            return
        for instance in self.transaction.waiting_below(after.id):
            self._append(self._turned(instance))

    def _before(self, decision: Decision) -> Snapshot | None:
        """Return the subject as the decision found it; nothing for one that it opened."""
        if decision.snapshot is None or not decision.events or decision.events[0].sequence == 1:
            return None
        return self.transaction.load(decision.snapshot.id)

    def bring_up_to_date(self, instance: str) -> Decision:
        """Do what has fallen due for a subject by the clock, and record it."""
        return self._append(self._turned(instance))

    def _turn(self, instance: str) -> None:
        """Bring a subject up to date, without looking for places that this frees in turn."""
        decision = self._turned(instance)
        self._writing.append(decision)
        self._remember(self.compiled(), decision)

    def _remember(self, compiled: CompiledPack, decision: Decision) -> None:
        """Remember whose rules read what a decision touched."""
        if decision.touched:
            self._ripples.take(compiled, decision)

    def _turned(self, instance: str, touched: tuple[str, ...] = ()) -> Decision:
        """Return what has to be done for a subject because of what happened to another one."""
        snapshot = self._loaded(instance)
        compiled = self.compiled(snapshot.pack)
        scene, newest = self._scene(compiled), self.compiled()
        command = Turn(actor=SYSTEM, touched=touched)
        return decide(compiled, scene, snapshot, command, instance=instance, newest=newest)


def _has_below(compiled: CompiledPack, kind: str) -> bool:
    return any(item.parent == kind and item.workflow for item in compiled.pack.kinds.values())


def _is_text(word: str) -> bool:
    """Tell whether a word has a form in UTF-8; a lone surrogate has none."""
    try:
        word.encode()
    except UnicodeEncodeError:
        return False
    return True


def _text_of(command: Command) -> bytes:
    """Return a command as JSON.

    Raises:
        InputError: A text in it has characters that cannot be stored, or it is as long as a book.
    """
    try:
        told = encode(command)
    except UnicodeEncodeError as error:
        bad = error.object[error.start]
        raise InputError(
            [f"the character {bad!r} of {error.object!r} is no text; give it in UTF-8"]
        ) from None
    if (b"\\" in told or b"\x7f" in told) and (found := _CONTROL.search(told)) is not None:
        sign = msgspec.json.decode(b'"' + (found[1] or found[0]) + b'"')
        raise InputError([f"the control character U+{ord(sign):04X} is no text; leave it out"])
    if len(told) > LARGEST:
        way_out = f"at most {LARGEST:,} are kept; show a long text by a link or a file"
        raise InputError([f"what is asked for has {len(told):,} bytes, and {way_out}"])
    return told

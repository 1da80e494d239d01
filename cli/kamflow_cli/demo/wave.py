"""The chapter about the first wave: the engine scores and designates what it may on its own."""

from collections.abc import Sequence

from kamflow_cli.demo.accounts import account, nominate, playing
from kamflow_cli.demo.acting import Play, record, vote, yes
from kamflow_cli.demo.cast import CLARA, FELIX, MARIA, OLAF, PETRA, PROGRAM, SVEN, TOM
from kamflow_cli.demo.customers import Customer, Part
from kamflow_cli.demo.fate_lines import tell_fates
from kamflow_cli.demo.fates import Fate, Nominee, read_fates
from kamflow_cli.demo.imports import import_fresh_facts
from kamflow_cli.demo.rollout import open_first_wave
from kamflow_cli.demo.telling import counted, heading, listed, step

_WAVE_SIZE = "program.next_wave_size"

# The strong ones first, so that the sponsors' places go to them.
_NOMINATED = (
    Part.STRONG, Part.CROWDED, Part.THIN_MARGIN, Part.EDITED, Part.GOOD, Part.CLOSE, Part.BORDER,
    Part.NO_PARTNER, Part.WEAK, Part.NEVER_SCORED, Part.SCORED_LONG_AGO, Part.HALF_SCORED,
    Part.STANDARD, Part.BLOCKED, Part.UNREADABLE,
)  # fmt: skip


def run_first_wave(play: Play) -> list[Nominee]:
    """Open the wave, bring in fresh facts, admit the nominated accounts, tell what comes of it."""
    heading(7, "The first wave: fresh facts, and the engine decides what it may")
    open_first_wave(play)
    import_fresh_facts(play)
    nominated = playing(play, *_NOMINATED)
    play.clock.go_to(days_before=1)
    nominate(play, nominated, wave_no="1")
    size = next(i.value for i in play.kam.subject(PROGRAM).facts if i.name == _WAVE_SIZE)
    kams = listed(sorted(item.kam for item in nominated))
    many = counted(len(nominated), "account")
    step(play.clock(), f"{kams} nominate {many} for the wave, which has {size} places")
    _score_anew(play, playing(play, Part.EDITED))
    nominees = _admit(play, nominated)
    tell_fates(play, nominees)
    _decide(play, nominees)
    return nominees


def _score_anew(play: Play, edited: Sequence[Customer]) -> None:
    """Let the person who entered an account change what is scored shortly before."""
    play.clock.go_to(days_before=0, hours=5)
    with play.kam.batch() as batch:
        for item in edited:
            better = {PETRA: {"account.growth_potential_3y_pct": "34"}}
            record(play, batch, account(item), better)
            step(play.clock(), f"{PETRA}, who entered {item.name}, sees more growth in it")


def _admit(play: Play, nominated: Sequence[Customer]) -> list[Nominee]:
    play.clock.go_to(days_before=0, hours=2)
    with play.kam.batch() as batch:
        answers = {item: batch.request(account(item), "admit", by=OLAF) for item in nominated}
    step(
        play.clock(), f"{OLAF} asks to admit them; each one admitted is scored and decided at once"
    )
    return read_fates(play, answers)


def _decide(play: Play, nominees: Sequence[Nominee]) -> None:
    """Let people answer two of the requests that wait for them; the others stay in the inbox."""
    play.clock.go_to(days_before=0)
    waiting = [item for item in nominees if item.waiting is not None]
    close = next(item for item in waiting if item.row == "R12")
    refused = next(item for item in waiting if item.fate is Fate.REJECTED)
    if close.waiting and refused.waiting:
        vote(play, close.waiting.id, yes(CLARA, FELIX, MARIA, SVEN))
        vote(play, refused.waiting.id, yes(TOM))

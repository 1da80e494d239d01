"""What people show is kept for good, so what says nothing or cannot be true is refused."""

import pytest

from kamflow.engine.evidence import fault_in
from kamflow.model.commands import CastVote, Command, Comment, ResumeRequest, SettleCondition
from kamflow.model.remark import Evidence
from tests.unit.engine.requests import ACME, asked, kinds

REQUEST = f"{ACME}#2"
GOOD = Evidence(title="offer", link="https://example.org/offer", digest="0aF" + "1" * 61, size=8)
BAD = Evidence(title="offer", link="javascript:alert(1)")


@pytest.mark.parametrize(
    "shown",
    [
        GOOD,
        Evidence(title="offer.pdf", digest="a" * 64),
        Evidence(title="minutes of Monday"),
        Evidence(title="", link="HTTP://files.test/offer"),
        Evidence(title="the mail", link="mailto:mia@example.org?subject=offer"),
    ],
)
def test_what_can_be_looked_up_is_kept(shown: Evidence) -> None:
    assert fault_in((shown,)) == ""


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "data:text/html,hello",
        "file:///etc/passwd",
        "https://",
        "https:/example.org",
        "example.org/offer",
        " https://example.org",
        "https://example.org/a b",
        "https://example.org\njavascript:1",
        "https://example.org/\u202egpj.exe",
        "mailto:nobody",
    ],
)
def test_a_link_leads_to_a_page_or_to_a_person(link: str) -> None:
    fault = fault_in((GOOD, Evidence(title="offer", link=link)))

    assert fault.startswith("the link `")
    assert fault.endswith("begins with https://, http:// or mailto:, or keep a file by its digest")
    assert fault.isprintable()


@pytest.mark.parametrize("title", ["", " \t"])
def test_evidence_says_what_it_is(title: str) -> None:
    shown = Evidence(title=title, digest="a" * 64)

    assert fault_in((shown,)) == "evidence needs a title or a link, or nobody knows what it is"


@pytest.mark.parametrize(
    "digest", ["zz", "a" * 63, "a" * 65, "g" * 64, "\u0661" * 64, f"{'a' * 64}\n"]
)
def test_a_digest_is_one_of_sha_256(digest: str) -> None:
    assert fault_in((Evidence(title="offer", digest=digest),)) == (
        "the digest of evidence `offer` is no SHA-256; it is 64 hexadecimal digits, as "
        "`sha256sum` prints them"
    )


def test_no_file_is_smaller_than_empty() -> None:
    assert fault_in((Evidence(title="offer", size=-5),)) == (
        "the size of evidence `offer` is -5; it is the bytes of the file, 0 or more"
    )


def test_a_long_link_is_cut_in_the_reason() -> None:
    assert len(fault_in((Evidence(title="offer", link="x" * 5_000),))) < 250


@pytest.mark.parametrize(
    "command",
    [
        CastVote(actor="ann", approval=REQUEST, vote="abstain", evidence=(BAD,)),
        Comment(actor="ann", approval=REQUEST, text="see", evidence=(BAD,)),
        ResumeRequest(actor="zoe", approval=REQUEST, answer="see", evidence=(BAD,)),
        SettleCondition(actor="zoe", condition=f"{REQUEST}.1", remark="done", evidence=(BAD,)),
    ],
)
def test_nothing_is_done_with_evidence_that_cannot_be_kept(command: Command) -> None:
    world = asked()
    before = world.subjects[ACME].approvals

    decision = world.submit(ACME, command)

    assert kinds(decision) == ["CommandRefused"]
    assert decision.reasons == (fault_in((BAD,)),)
    assert world.subjects[ACME].approvals == before

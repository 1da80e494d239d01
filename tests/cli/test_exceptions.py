"""`kamflow waive`, `break-glass`, `call-in`, `appeal` and `review`."""

from pathlib import Path

from tests.cli.governed import ask, done, enter
from tests.command_line import Ran, Run


def ask_waiver(office: Run, subject: str, criterion: str) -> Ran:
    about = ("--owner", "mia", "--until", "2026-04-20", "--reason", "a pilot")
    return office("waive", "ask", subject, criterion, *about, "--by", "mia")


def waived(office: Run) -> None:
    enter(office, "bolt", margin=3)
    done(ask_waiver(office, "bolt", "G-1.1"))
    (item,) = office("inbox", "sid", "--json").json
    done(office("vote", item["id"], "approve", "--by", "sid"))


def test_a_waiver_is_asked_for_granted_and_listed(office: Run) -> None:
    waived(office)

    (kept,) = office("waive", "list", "--json").json

    assert (kept["criterion"], kept["owner"], kept["ends_on"]) == ("G-1.1", "mia", "2026-04-20")
    assert "Bolt     G-1.1      G-1   2026-04-20  mia    a pilot" in office("waive", "list").out
    shown = office("account", "show", "bolt").out
    assert "G-1.1 is waived until 2026-04-20 (owner mia): a pilot" in shown


def test_a_gate_says_what_is_waived(office: Run) -> None:
    waived(office)

    said = office("account", "why", "bolt", "plan").out

    assert "waived until 2026-04-20 (mia: a pilot)" in said
    assert "plan -> planning: open" in said


def test_the_inbox_tells_what_would_be_waived(office: Run) -> None:
    done(ask_waiver(office, "acme", "G-1.1"))

    said = office("inbox", "sid").out

    assert "Acme: waive G-1.1 until 2026-04-20" in said
    assert "gate G-1, owner mia: a pilot" in said


def test_a_waiver_ends_before_its_day(office: Run) -> None:
    waived(office)

    done(office("waive", "end", "bolt", "G-1.1", "--reason", "it pays", "--by", "mia"))

    assert office("waive", "list").out == "nothing is waived\n"


def test_what_cannot_be_waived_is_refused(office: Run) -> None:
    assert ask_waiver(office, "acme", "G-2.1").code == 3


def test_two_people_break_the_glass_and_a_third_looks_at_it(office: Run) -> None:
    enter(office, "bolt", margin=3)
    done(office("break-glass", "bolt", "plan", "--reason", "a fire", "--by", "mia"))
    (item,) = office("inbox", "bea", "--json").json
    assert item["what"] == "break glass: plan -> planning"
    done(office("vote", item["id"], "approve", "--by", "bea"))

    assert office("account", "show", "bolt", "--json").json["stage"] == "planning"
    (_, row) = office("review", "list").out.splitlines()
    assert row.split() == [item["id"], "Bolt", "break", "glass", "2026-04-07", "ada"]

    closed = office("review", "close", item["id"], "confirm", "--by", "ada", "--remark", "right")
    assert closed.out == f"review of {item['id']}: confirm\n"
    assert office("review", "list").out == "there is nothing to review\n"


def test_who_took_part_does_not_review(office: Run) -> None:
    done(office("break-glass", "acme", "plan", "--reason", "a fire", "--by", "mia"))
    (item,) = office("inbox", "bea", "--json").json
    done(office("vote", item["id"], "approve", "--by", "bea"))

    assert office("review", "close", item["id"], "confirm", "--by", "bea").code == 3


def test_an_automatic_yes_is_called_in_and_undone(office: Run) -> None:
    enter(office, "bolt", margin=30)
    done(office("account", "request", "bolt", "adopt", "--by", "mia"))
    (given,) = office("approvals", "list", "--status", "approved", "--json").json

    done(office("call-in", given["id"], "--reason", "too small", "--by", "bea"))
    (item,) = office("inbox", "sid", "--json").json
    assert item["what"] == f"uphold {given['id']}, or else back -> candidate"
    undone = "it expires, and what was approved automatically is undone"
    assert item["coming"][-1]["text"] == undone
    done(office("vote", item["id"], "reject", "--by", "sid"))

    assert office("account", "show", "bolt", "--json").json["stage"] == "candidate"


def test_a_decision_is_appealed_against(office: Run) -> None:
    one = ask(office, "acme", "reject")
    done(office("vote", one, "approve", "--by", "sid"))

    done(office("appeal", one, "--reason", "the numbers were old", "--by", "mia"))

    (item,) = office("inbox", "bea", "--json").json
    assert item["what"] == f"appeal against {one}: reconsider -> candidate"
    done(office("vote", item["id"], "approve", "--by", "bea"))
    assert office("account", "show", "acme", "--json").json["stage"] == "candidate"


def test_a_policy_without_waitlists_counts_no_places(office: Run) -> None:
    said = office("program", "capacity", "north")

    assert (said.code, said.out) == (
        0,
        "the policy has no waitlist, so places are not counted\n",
    )


def test_who_wrote_a_policy_does_not_publish_it(office: Run, tmp_path: Path) -> None:
    head = tmp_path / "policy" / "rules" / "pack.yaml"
    text = head.read_text("utf-8").replace("version: 1.0.0", "version: 2.0.0, authors: [mia]")
    head.write_text(text, "utf-8")
    rules = tmp_path / "policy" / "rules" / "approvals.yaml"
    duty = "SOD-07: {title: authors do not publish, on: [publish], who: [author]}"
    rules.write_text(rules.read_text("utf-8").replace("duties:\n", f"duties:\n  {duty}\n"), "utf-8")
    done(office("policy", "publish", "policy", "--by", "bea"))
    head.write_text(text.replace("2.0.0", "3.0.0"), "utf-8")

    published = office("policy", "publish", "policy", "--by", "mia")

    assert published.code == 3
    assert "SOD-07: authors do not publish" in published.err

"""`kamflow inbox`: what waits for whom, and what happens if nobody does it."""

from tests.cli.governed import ask, done, enter
from tests.cli.watched import incident
from tests.command_line import Run


def test_a_request_tells_what_happens_if_nobody_decides_and_by_when(office: Run) -> None:
    one = ask(office, "acme", "plan")

    said = office("inbox", "fay").out

    assert said == (
        "1 request to vote on for fay\n"
        "\n"
        f"{one}  Acme: plan -> planning  due Mon 2026-04-06\n"
        "  AP-PLAN The plan, asked by mia on 2026-03-31\n"
        "  step 1 of 2: Finance\n"
        "  if nobody decides:\n"
        "    Thu 2026-04-02  those who have not voted are reminded\n"
        "    Fri 2026-04-03  sponsor (sid) may decide as well\n"
        "    Wed 2026-04-08  it expires, which is no yes\n"
        "\n"
        "vote with: kamflow vote ID approve|reject|abstain --by PERSON\n"
    )


def test_what_is_over_says_so_until_the_clock_is_run(office: Run) -> None:
    ask(office, "acme", "plan")

    said = office("inbox", "fay", now="2026-04-12T08:00").out

    assert "overdue, was due Mon 2026-04-06" in said
    assert "it expires, which is no yes (as soon as `kamflow due` runs)" in said


def test_the_next_voters_find_it_when_the_step_before_is_approved(office: Run) -> None:
    one = ask(office, "acme", "plan")
    assert office("inbox", "bea").out == "nothing waits for bea\n"
    done(office("vote", one, "approve", "--by", "fay"))

    said = office("inbox", "bea").out

    assert "step 2 of 2: Board" in said
    assert "votes: fay approve" in said
    assert "also waits for bob" in said


def test_a_deputy_is_told_for_whom_the_vote_is(office: Run) -> None:
    ask(office, "acme", "nominate")
    done(office("absence", "record", "north", "sid", "--deputy", "bob", "--by", "mia"))

    assert "bob votes for sid" in office("inbox", "bob").out
    assert "waits for bob for sid" in office("inbox").out
    assert office("inbox", "sid").out == "nothing waits for sid\n"


def test_voters_are_told_which_facts_changed_under_them(office: Run) -> None:
    one = ask(office, "acme", "plan")
    done(office("vote", one, "approve", "--by", "fay"))

    done(office("record", "acme", "account.margin=11", "--by", "mia"))

    said = office("inbox", "fay").out
    assert "judged again, votes are void; changed: account.margin 12 -> 11" in said


def test_a_question_waits_for_who_asked(office: Run) -> None:
    one = ask(office, "acme", "plan")
    done(office("approvals", "return", one, "why so high?", "--by", "fay"))

    said = office("inbox", "mia").out

    assert "1 question to answer for mia" in said
    assert "sent back with the question: why so high?" in said
    assert "if nobody answers:" in said
    assert office("inbox", "fay").out == "nothing waits for fay\n"


def test_a_condition_waits_for_its_owner(office: Run) -> None:
    one = ask(office, "acme", "nominate")
    promise = "hire a planner; mia; 2026-04-20"
    done(office("vote", one, "approve", "--by", "sid", "--condition", promise))

    (item,) = office("inbox", "mia", "--json").json

    assert (item["task"], item["id"], item["due_on"]) == ("condition", f"{one}.1", "2026-04-20")
    assert f"{one}.1  Acme: hire a planner  due Mon 2026-04-20" in office("inbox", "mia").out


def test_a_condition_that_is_late_is_said_by_the_clock_and_shown(office: Run) -> None:
    one = ask(office, "acme", "nominate")
    promise = "hire a planner; mia; 2026-04-20"
    done(office("vote", one, "approve", "--by", "sid", "--condition", promise))
    after = "2026-04-21T00:00"

    said = office("due", now=after).out

    assert f"condition `{one}.1` is overdue: mia had until 2026-04-20" in said
    shown = office("inbox", "mia", now=after).out
    assert f"{one}.1  Acme: hire a planner  overdue, was due Mon 2026-04-20" in shown
    assert office("due", now=after).out.startswith("0 subjects")


def test_a_sampled_decision_waits_for_its_review(office: Run) -> None:
    enter(office, "bolt", margin=30)
    done(office("account", "request", "bolt", "adopt", "--by", "mia"))

    said = office("inbox", "ada").out

    assert "1 decision to review for ada" in said
    assert "Bolt: spot check  due Tue 2026-04-14" in said


def test_what_is_most_urgent_comes_first(office: Run) -> None:
    enter(office, "bolt")
    ask(office, "bolt", "nominate")
    done(office("break-glass", "acme", "plan", "--reason", "fire", "--by", "mia"))

    said = office("inbox", "sid").out

    assert said.index("Acme: break glass") < said.index("Bolt: nominate")
    assert said.startswith("2 requests to vote on for sid\n")


def test_of_escalations_the_worst_comes_first(watch: Run) -> None:
    for person in ("ann", "bob"):
        left = ("contact.left", "--with", f"contact={person}")
        done(watch("report-event", "acme", *left, "--by", "kim"))
    incident(watch, "2026-03-28")
    incident(watch, "2026-03-30")

    said = watch("inbox", "kim").out.splitlines()

    found = [line.split()[:2] for line in said if line.startswith("  E-")]
    assert found == [["E-01", "medium"], ["E-02", "low"], ["E-02", "low"]]


def test_programs_get_everything_that_people_read(office: Run) -> None:
    one = ask(office, "acme", "plan")

    (item,) = office("inbox", "--json").json

    assert item["id"] == one
    assert item["what"] == "plan -> planning"
    assert item["due_at"] == "2026-04-07T00:00:00Z"
    assert [step["kind"] for step in item["coming"]] == ["remind", "escalate", "expire"]
    assert item["may_vote"] == [{"person": "fay", "principal": ""}]

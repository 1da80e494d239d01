"""`kamflow escalations` and what people answer to one."""

import pytest

from tests.cli.governed import done
from tests.cli.watched import escalated, incident
from tests.command_line import Run

AT = "2026-03-31 12:00"


def test_nothing_is_escalated_at_first(watch: Run) -> None:
    assert watch("escalations").out == "nothing is escalated\n"
    assert watch("escalations", "--all").out == "there are none\n"


def test_an_open_escalation_is_listed_with_who_has_it_and_who_joins_next(watch: Run) -> None:
    one = escalated(watch)

    said = watch("escalations").out

    assert said == (
        "1 escalation is open\n"
        "\n"
        f"{one}  medium L1  Acme: E-01 Major incidents\n"
        f"  open since {AT}; waits for kim\n"
        "  next: after Thu 2026-04-02 manager (mia) joins at L2\n"
        "\n"
        "answer with: kamflow acknowledge ID --by PERSON; all of one: kamflow escalation ID\n"
    )


def test_a_list_can_be_narrowed(watch: Run) -> None:
    one = escalated(watch)
    done(watch("report-event", "acme", "contact.left", "--with", "contact=Joe", "--by", "kim"))

    def ids(*options: str) -> list[str]:
        return [item["id"] for item in watch("escalations", *options, "--json").json]

    (other,) = ids("--rule", "E-02")
    assert ids() == [one, other]  # the worst first
    assert ids("--severity", "medium") == [one]
    assert ids("--program", "north", "--for", "kim") == [one, other]
    assert ids("--subject", "acme", "--for", "sid") == []


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--rule", "E-1", "there is no event rule or timer `E-1`; did you mean `E-01`?"),
        ("--subject", "acne", "there is no subject `acne`; did you mean `acme`?"),
        ("--severity", "huge", "'huge' is not one of"),
    ],
)
def test_a_slip_in_a_filter_is_told(watch: Run, option: str, value: str, said: str) -> None:
    told = watch("escalations", option, value)

    assert told.code == 2
    assert said in told.err


def test_who_acknowledges_is_told_what_comes(watch: Run) -> None:
    one = escalated(watch)

    said = done(watch("acknowledge", one, "--remark", "I call them", "--by", "kim")).out

    assert said == (
        f"kim takes care of {one}\n"
        "  nobody else joins\n"
        "  it is resolved by itself when account.calm\n"
        "  that is: The all-clear of the customer applies.\n"
    )
    assert f"kim takes care of it since {AT}" in watch("escalations").out


def test_somebody_without_the_role_cannot_answer(watch: Run) -> None:
    one = escalated(watch)

    refused = watch("acknowledge", one, "--by", "eve")

    assert refused.code == 3
    assert refused.out.startswith("refused\n")
    assert "kim" in refused.out


def test_nobody_answers_and_the_next_level_joins(watch: Run) -> None:
    one = escalated(watch)

    done(watch("due", now="2026-04-03T08:00"))

    (item,) = watch("escalations", "--json", now="2026-04-03T08:00").json
    assert (item["id"], item["level"], item["roles"]) == (one, "L2", ["kam", "manager"])
    assert item["waiting_for"] == ["kim", "mia"]
    assert item["next"]["people"] == ["sid"]


def test_the_whole_life_of_an_escalation_is_told(watch: Run) -> None:
    one = escalated(watch)
    done(watch("acknowledge", one, "--by", "kim"))
    done(watch("comment", one, "called them", "--link", "https://x.example/1", "--by", "kim"))
    done(watch("reassign", one, "mia", "--reason", "knows them", "--by", "kim"))

    said = watch("escalation", one).out

    assert said == (
        f"{one}  Acme: E-01 Major incidents\n"
        "  medium, L1; came true on 2026-03-30\n"
        f"  open since {AT}; waits for mia\n"
        "  told as well: manager\n"
        "  shuts G-1\n"
        "  Two within a month are no accident. (source: watched, section 1)\n"
        "based on:\n"
        f"  north/acme#3  2026-03-28  incident.opened, level major (reported by kim on {AT})\n"
        f"  north/acme#5  2026-03-30  incident.opened, level major (reported by kim on {AT})\n"
        "what was read:\n"
        "  count(incident.opened within 30 days where event.level = major) 2\n"
        "what comes:\n"
        "  nobody else joins\n"
        "  it is resolved by itself when account.calm\n"
        "  that is: The all-clear of the customer applies.\n"
        "tasks:\n"
        "  north/acme#7  Look at the incidents together  due Tue 2026-04-07: open, for kim\n"
        "comments:\n"
        f"  {AT}  kim: called them [https://x.example/1]\n"
        "what happened:\n"
        f"  {AT}  system (set off by kim)  escalated, medium, to kam (L1):"
        " E-01 Major incidents; shuts G-1\n"
        f"  {AT}  kim  takes care\n"
        f"  {AT}  kim  says: called them [https://x.example/1]\n"
        f"  {AT}  kim  is given to mia: knows them\n"
    )


def test_what_is_resolved_is_listed_on_demand(watch: Run) -> None:
    one = escalated(watch)

    said = done(watch("resolve", one, "--remark", "all well", "--by", "kim")).out

    assert said.startswith(f"{one} is resolved\n")
    assert watch("escalations").out == "nothing is escalated\n"
    assert watch("escalations", "--all").out == (
        "0 escalations are open, 1 resolved\n"
        "\n"
        f"{one}  medium L1  Acme: E-01 Major incidents\n"
        f"  raised on {AT}, resolved on {AT} by kim: all well\n"
    )


def test_what_clears_it_resolves_it_and_says_so(watch: Run) -> None:
    one = escalated(watch)

    said = done(watch("record", "acme", "account.calm=true", "--by", "kim")).out

    assert f"  escalation `{one}` is resolved: account.calm\n" in said
    assert "  Health is green now\n" in said


def test_a_gate_that_is_shut_names_the_escalation(watch: Run) -> None:
    one = escalated(watch)

    refused = watch("account", "request", "acme", "run", "--by", "kim")
    why = watch("account", "why", "acme", "run").out

    assert refused.code == 3
    assert f"escalation {one} (E-01 Major incidents) shuts gate G-1" in refused.out
    assert "run -> running: shut\n" in why
    assert f"  shut by escalation {one}: E-01 Major incidents (medium, since 2026-03-31)\n" in why
    assert f"  to open it: have escalation {one} resolved\n" in why


def test_an_escalation_stands_in_the_inbox_until_it_is_acknowledged(watch: Run) -> None:
    one = escalated(watch)

    before = watch("inbox", "kim").out
    done(watch("acknowledge", one, "--by", "kim"))

    assert before.startswith(
        "1 escalation to answer for kim\n"
        "\n"
        f"{one}  Acme: Major incidents\n"
        f"  E-01 medium L1 since 2026-03-31; see kamflow escalation {one}\n"
        "  if nobody answers:\n"
        "    Thu 2026-04-02  manager (mia) joins at L2\n"
        "    Thu 2026-04-09  sponsor (sid) joins at L3\n"
    )
    assert "escalation to answer" not in watch("inbox", "kim").out


def test_what_only_people_can_resolve_stays_in_the_inbox(watch: Run) -> None:
    done(watch("report-event", "acme", "contact.left", "--with", "contact=Joe", "--by", "kim"))
    (item,) = watch("escalations", "--json").json

    said = done(watch("acknowledge", item["id"], "--by", "kim")).out

    assert said.endswith(f"  people resolve it: kamflow resolve {item['id']} --remark TEXT\n")
    assert "acknowledged; people have to resolve it" in watch("inbox", "kim").out


def test_a_subject_and_the_status_show_what_is_escalated(watch: Run) -> None:
    one = escalated(watch)

    shown = watch("account", "show", "acme").out
    status = watch("status").out

    assert f"  escalation `{one}` is open, medium: E-01 Major incidents\n" in shown
    assert "  task `north/acme#7` is open: Look at the incidents together, due Tue" in shown
    assert "  timer TM-01 Time to plan: next mark `warn` after Fri 2026-04-10\n" in shown
    assert "health: 1 amber\n1 escalation open: 1 medium\n" in status
    assert all(len(line) <= 80 for line in status.splitlines()[:-1])


def test_what_is_no_id_is_told_before_it_is_looked_up(watch: Run) -> None:
    told = watch("escalation", "acme")

    assert told.code == 2
    assert "`acme` is no id of an escalation like `north/acme#31`" in told.err


def test_an_escalation_that_is_not_there_names_the_newest(watch: Run) -> None:
    one = escalated(watch)

    told = watch("escalation", "acme#99")

    assert told.code == 2
    assert f"`north/acme` has no escalation `acme#99`; the newest is `{one}`" in told.err


def test_a_timer_that_is_over_escalates(watch: Run) -> None:
    said = done(watch("due", now="2026-04-21T08:00")).out

    (item,) = watch("escalations", "--rule", "TM-01", "--json", now="2026-04-21T08:00").json
    assert (item["title"], item["waiting_for"]) == ("the time is over", ["mia"])
    assert "kam told: TM-01 half of the time is over" in said
    life = watch("escalation", item["id"], now="2026-04-21T08:00").out
    assert "it is resolved by itself when the account leaves its stage" in life


def test_a_list_that_was_narrowed_does_not_say_that_nothing_is_escalated(watch: Run) -> None:
    assert watch("escalations").out == "nothing is escalated\n"
    escalated(watch)

    assert watch("escalations", "--severity", "critical").out == "there are none\n"
    assert watch("escalations", "--for", "sid").out == "there are none\n"


def test_one_incident_more_makes_it_worse(watch: Run) -> None:
    one = escalated(watch)

    incident(watch, "2026-03-31")

    (item,) = watch("escalations", "--json").json
    assert (item["id"], item["severity"], len(item["evidence"])) == (one, "high", 3)


def test_what_events_have_in_common_stays_on_one_line(watch: Run) -> None:
    contact = f"contact=Joe\nof{' the purchasing department' * 9}"
    done(watch("report-event", "acme", "contact.left", "--with", contact, "--by", "kim"))
    head = "E-02 A contact has left (Joe of the purchasing department the purchasing "

    lists = [watch("escalations").out, watch("escalation", "acme#3").out, watch("inbox", "kim").out]

    assert [any(line.startswith("of the") for line in out.splitlines()) for out in lists] == [
        False,
        False,
        False,
    ]
    assert head in lists[0]


def test_what_was_acknowledged_waits_for_others_once_that_person_has_left(watch: Run) -> None:
    one = escalated(watch)
    done(watch("acknowledge", one, "--by", "kim"))
    done(watch("absence", "record", "north", "kim", "--left", "--by", "kim"))
    done(watch("program", "assign", "north", "kam", "kate", "--by", "paula"))

    assert "waits for kate" in watch("escalations").out
    assert f"{one}  Acme: Major incidents" in watch("inbox", "kate").out
    assert done(watch("acknowledge", one, "--by", "kate"))

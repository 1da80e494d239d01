"""Numbers with units compare and add up only with their like."""

import pytest

from tests.builders import problems

FACTS = """
facts:
  account:
    a.share: {type: percent}
    a.margin: {type: number, unit: pp}
    a.contacts: {type: integer, unit: contacts}
    a.euros: {type: money}
    a.dollars: {type: money, unit: USD}
    a.met_on: {type: date}
    a.score: {type: score}
    a.sponsor: {type: person}
parameters:
  days: {type: integer, value: 90, unit: days}
  points: {type: number, value: 2, unit: pp}
  contacts: {type: integer, value: 5, unit: contacts}
  hours: {type: integer, value: 5, unit: hours}
  none: {type: integer, value: 0, unit: days}
events:
  account:
    incident.opened: {payload: {cost: {type: money}}}
"""


def gate(condition: str) -> str:
    return f"""
gates:
  G:
    subject: account
    criteria:
      - id: G.1
        must: '{condition}'
"""


@pytest.mark.parametrize(
    "condition",
    [
        "a.share - 10 >= 5",
        "a.share - a.share <= P.points",
        "a.share + P.points > 20",
        "a.contacts >= P.contacts",
        "a.contacts >= 3",
        "days_since(a.met_on) <= P.days",
        "days_since(a.met_on) <= 90 days",
        "today - a.met_on <= P.days",
        "a.met_on + 6 months <= today",
        "a.euros / a.euros > 0.5",
        "80 % of a.euros > 1000",
        "a.share % of a.euros > 1000",
        "a.euros * 2 > 1000",
        "trend(a.share, 2, falling by P.points)",
        "change(a.euros over 12 months) > 0",
        "change(a.share over 12 months) <= P.points",
        "count(incident.opened where event.cost > 1000 within 90 days) < 2",
        "max(a.contacts, 3) >= P.contacts",
        "no incident.opened within 3 hours after incident.opened",
        "no incident.opened within P.hours after incident.opened by cost where event.cost > 1",
        "a.met_on within P.days and change(a.share over P.days) > 0",
        "count(incident.opened without incident.opened by cost within P.days) > 0",
    ],
)
def test_what_fits_is_accepted(condition: str) -> None:
    assert problems(FACTS, gate(condition)) == []


@pytest.mark.parametrize(
    ("condition", "problem"),
    [
        ("a.share <= P.points", "K306 a percentage in `%` belongs here, not a number in `pp`"),
        ("a.contacts >= P.days", "K306 a whole number in `contacts` belongs here, not"),
        ("a.euros > a.dollars", "K306 an amount of money in `EUR` belongs here, not"),
        ("a.euros + a.dollars > 3", "K306 `+` does not fit an amount of money in `EUR` and"),
        ("a.contacts + P.days > 3", "K306 `+` does not fit a whole number in `contacts` and"),
        ("a.euros * a.euros > 3", "K306 `*` does not fit"),
        ("a.met_on + 3 > today", "K303 `+` does not fit a date and a number"),
        ("a.met_on + P.contacts > today", "K303 `+` does not fit a date and"),
        ("a.contacts within 90 days", "K303 a date belongs here, not a whole number"),
        ("trend(a.share, 2, falling by P.days)", "K306 a number in `pp` belongs here, not"),
        ("a.met_on within 12 hours", "K301 days are counted here, not hours"),
        ("count(incident.opened within 12 hours) < 2", "K301 days are counted here, not hours"),
        ("change(a.share over 12 hours) > 0", "K301 days are counted here, not hours"),
        ("a.met_on within P.contacts", "K306 `P.contacts` is no span; give it `type: integer`"),
        ("change(a.share over P.hours) > 0", "K306 `P.hours` is no span; give it `type: integer`"),
        (
            "a.met_on within P.none",
            "K206 `P.none` is 0 and stands for a span; it has to be a",
        ),
        ("a.met_on within a.score", "K301 a span belongs here, such as `30 days` or `P.name`"),
        (
            "count(incident.opened without incident.opened by costs) > 1",
            "K302 event `incident.opened` carries no `costs`; did you mean `cost`?",
        ),
        ("count(accounts without incident.opened) > 1", "K301 only reports of an event are foll"),
        ("trend(a.sponsor, 2, falling)", "K303 a number belongs here, not a person"),
        ("change(a.share over 12 months) > a.share", "K306 a number in `pp` belongs here"),
        ("max(a.contacts, P.days) > 3", "K306 a whole number in `contacts` belongs here"),
        ("count(incident.opend) > 2", "K302 there is no event `incident.opend`; did you mean"),
        (
            "count(incident.opened where event.costs > 2) > 2",
            "K302 event `incident.opened` carries no `costs`; did you mean `cost`?",
        ),
        ('count(cohort("pilot")) > 2', "K302 no transition freezes `pilot`"),
        ('not cohort("pilot")', "K301 a cohort stands only where a set does"),
        ("event.cost > 2", "K302 there is no fact `event.cost`"),
        (
            "no incident.closed within 3 days after incident.opened",
            "K302 there is no event `incident.closed`",
        ),
    ],
)
def test_what_does_not_fit_is_pointed_at(condition: str, problem: str) -> None:
    (found,) = problems(FACTS, gate(condition))

    assert found.split(": ", 1)[1].startswith(problem)

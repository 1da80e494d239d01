"""Declarations that do not fit: each problem on one line, with its place and the way out."""

import pytest

from tests.builders import problems

FACTS = """
facts:
  program:
    program.size: {type: integer}
  account:
    a.n: {type: number}
    account.n: {type: number}
    account.kam: {type: person}
    account.segment: {type: choice, values: [a, b]}
    account.doubled: {type: number, derived: 2 * account.n}
"""
ROLES = "roles: {boss: {who: boss}, kam: {who: manager, holder: account.kam}}"


def found_in(text: str) -> list[str]:
    """Return the problems of one file beside sound ones, without the name of the file."""
    return [line.removeprefix("rules/3.yaml:") for line in problems(FACTS, ROLES, text)]


def test_an_unknown_section_is_an_error() -> None:
    assert found_in("fcts: {}") == ["1:1: K201 there is no section `fcts`; did you mean `facts`?"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("pack: {ttle: x}", "1:8: K201 the pack has no key `ttle`; did you mean `title`?"),
        (
            "subjects: {x: {titel: x}}",
            "1:16: K201 subject `x` has no key `titel`; did you mean `title`?",
        ),
        (
            "facts: {account: {a.b: {type: number, writer: [boss]}}}",
            "1:39: K201 fact `a.b` has no key `writer`; did you mean `writers`?",
        ),
        (
            "parameters: {p: {type: number, value: 1, units: x}}",
            "1:42: K201 parameter `p` has no key `units`; did you mean `unit`?",
        ),
        (
            "roles: {r: {who: x, holders: y}}",
            "1:21: K201 role `r` has no key `holders`; did you mean `holder`?",
        ),
        (
            "gates: {G: {subject: account, criteria: [{id: c, must: true, whi: x}]}}",
            "1:62: K201 a criterion of gate `G` has no key `whi`; did you mean `why`?",
        ),
        (
            "approvals: {A: {voters: [boss], rules: one}}",
            "1:33: K201 approval `A` has no key `rules`; did you mean `rule`?",
        ),
    ],
)
def test_an_unknown_key_is_an_error(text: str, problem: str) -> None:
    assert problem in found_in(text)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "gates: {G: {subject: account, criteria: [{id: c, must: account.m > 1}]}}",
            "1:56: K302 there is no fact `account.m`; did you mean `account.kam`?",
        ),
        (
            "gates: {G: {subject: account, criteria: [{id: c, must: true, fix_by: [bos]}]}}",
            "1:71: K203 there is no role `bos`; did you mean `boss`?",
        ),
        (
            "gates: {G: {subject: acount, criteria: []}}",
            "1:22: K203 there is no subject `acount`; did you mean `account`?",
        ),
        (
            "facts: {account: {a.b: {type: number, writers: [bosss]}}}",
            "1:49: K203 there is no role `bosss`; did you mean `boss`?",
        ),
        (
            "facts: {acount: {a.b: {type: number}}}",
            "1:9: K203 there is no subject `acount`; did you mean `account`?",
        ),
        (
            "roles: {r: {who: x, members: [bos]}}",
            "1:31: K203 there is no role `bos`; did you mean `boss`?",
        ),
        (
            "roles: {r: {who: x, holder: account.kan}}",
            "1:29: K203 there is no person fact `account.kan`; did you mean `account.kam`?",
        ),
        ("roles: {r: {who: x, holder: account.n}}", "1:29: K203 `account.n` is no person fact"),
        (
            "approvals: {A: {voters: [bos]}}",
            "1:26: K203 there is no role `bos`; did you mean `boss`?",
        ),
        (
            "approvals: {A: {voters: [boss], chair: bos}}",
            "1:40: K203 there is no role `bos`; did you mean `boss`?",
        ),
        (
            "approvals: {A: {voters: [boss], excluded: [requestor]}}",
            "1:44: K203 there is no person fact `requestor`",
        ),
        ("approvals: {A: {route: t.way}}", "1:24: K203 there is no table column `t.way`"),
        (
            "facts: {account: {a.b: {type: number, max_age: P.age}}}",
            "1:48: K203 there is no integer parameter `P.age`",
        ),
        (
            "scorecards: {s: {subject: account, criteria: [{id: D, fact: account.m}]}}",
            "1:61: K203 there is no numeric fact `account.m`; did you mean `account.n`?",
        ),
        (
            "scorecards: {s: {subject: account, criteria: [{id: D, fact: account.segment}]}}",
            "1:61: K203 `account.segment` is no numeric fact of `account`",
        ),
        (
            "scorecards: {s: {subject: program, criteria: [{id: D, fact: account.n}]}}",
            "1:61: K203 `account.n` is no numeric fact of `program`",
        ),
    ],
)
def test_a_name_that_stands_for_nothing_is_an_error(text: str, problem: str) -> None:
    assert found_in(text) == [problem]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "facts: {account: {a.b: {type: numbr}}}",
            "1:31: K206 `type: numbr` is not known; did you mean `number`?",
        ),
        ("facts: {account: {a.b: {unit: x}}}", "1:24: K202 fact `a.b` needs the key `type`"),
        ("facts: {account: {a.b: number}}", "1:24: K205 fact `a.b` is a mapping of keys"),
        (
            "facts: {account: {ab: {type: number}}}",
            "1:19: K205 `ab` is no name of a fact; write it like `plan.status`",
        ),
        ("facts: {account: {a.b: {type: choice}}}", "1:24: K202 fact `a.b` needs the key `values`"),
        (
            "facts: {account: {a.b: {type: date, range: 1 to 5}}}",
            "1:24: K206 only numbers have a range, not `date`",
        ),
        (
            "facts: {account: {a.b: {type: number, range: 5 to 1}}}",
            "1:46: K206 `range: 5 to 1` is empty; the lower number comes first",
        ),
        (
            "facts: {account: {a.b: {type: number, range: 1-5}}}",
            "1:46: K205 `range: 1-5` is not understood; write it like `1 to 5`",
        ),
        (
            "facts: {account: {a.b: {type: number, max_age: 2 weeks}}}",
            "1:48: K205 `max_age: 2 weeks` is not understood; write it like `95 days`",
        ),
        (
            "facts: {account: {a.b: {type: number, derived: account.n, source: manual}}}",
            "1:67: K206 fact `a.b` is derived and has no `source`",
        ),
        (
            "parameters: {p: {type: number, value: '1,5'}}",
            (
                "1:39: K206 parameter `p`: `1,5` is not a number; "
                "use a decimal point, or say `decimal: ','`"
            ),
        ),
        (
            "parameters: {p: {type: score, value: 7}}",
            "1:38: K206 parameter `p`: `7` is outside 1 to 5",
        ),
        (
            "scorecards: {s: {subject: account, scale: 5 to 5, criteria: []}}",
            "1:43: K206 `scale: 5 to 5` is empty; the lower number comes first",
        ),
        (
            "scorecards: {s: {subject: account, criteria: {id: D, fact: a.n, bands: {points: 1}}}}",
            "1:72: K202 a band of `D` needs `at_least` or `at_most`",
        ),
        (
            "scorecards: {s: {subject: account, criteria: {id: D, fact: account.n, weight: many}}}",
            "1:79: K205 `weight: many` is not a number",
        ),
        (
            "gates: {G: {subject: account, criteria: [{id: c, must: true, should: true}]}}",
            "1:42: K202 criterion `c` needs either `must` or `should`",
        ),
        (
            "gates: {G: {subject: account, criteria: [{id: c, must: true, must_when: true}]}}",
            "1:42: K206 criterion `c` is a `must` already: no `must_when`",
        ),
        (
            "gates: {G: {subject: account, criteria: [{id: c, must: true, needs: [[account.n]]}]}}",
            "1:70: K205 `needs` of a criterion of gate `G` is a list of words",
        ),
        (
            "gates: {G: {subject: account, criteria: [{id: c, must: true, waivable: no}]}}",
            "1:72: K206 `waivable: no` is not known; it is one of true, false",
        ),
        (
            "approvals: {A: {voters: [boss], rule: most}}",
            (
                "1:39: K205 `rule: most` is not understood; "
                "write it like `one, all, at_least 2, majority or two_thirds`"
            ),
        ),
        ("approvals: {A: {rule: one}}", "1:16: K202 approval `A` needs the key `voters`"),
        (
            "approvals: {A: {voters: [boss], quorum: 2.5}}",
            "1:41: K205 `quorum: 2.5` is not understood; write it like `4`",
        ),
        (
            "approvals: {A: {voters: [boss], deadline: soon}}",
            "1:43: K205 `deadline: soon` is not understood; write it like `5 business days`",
        ),
        (
            "approvals: {A: {voters: [boss], excluded: [[boss]]}}",
            "1:44: K205 `excluded` of approval `A` is a list of words",
        ),
        (
            "tables: {t: {subject: account, rows: [{id: R, then: {a: x}}]}}",
            "1:39: K202 row `R` needs either `when` or `otherwise: true`",
        ),
        (
            "tables: {t: {subject: account, hit: frist, rows: []}}",
            "1:37: K206 `hit: frist` is not known; did you mean `first`?",
        ),
    ],
)
def test_a_value_of_the_wrong_form_is_an_error(text: str, problem: str) -> None:
    assert found_in(text) == [problem]


@pytest.mark.parametrize("rule", ["at_least 0", "at_least -1", "at_least", "at_least two"])
def test_an_approval_that_needs_no_yes_cannot_be_written(rule: str) -> None:
    (problem,) = found_in(f"approvals: {{A: {{voters: [boss], rule: {rule}}}}}")

    assert f"`rule: {rule}` is not understood" in problem


def test_rows_of_a_table_have_the_same_columns() -> None:
    rows = "{id: R, when: true, then: {a: x}}, {id: S, otherwise: true, then: {b: x}}"

    assert found_in(f"tables: {{t: {{subject: account, rows: [{rows}]}}}}") == [
        "1:74: K404 row `S` has other columns than a"
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "facts: {account: {account.n: {type: number}}}",
            "1:19: K204 fact `account.n` is given twice; first at rules/1.yaml:7:5",
        ),
        (
            "roles: {boss: {who: x}}",
            "1:9: K204 role `boss` is given twice; first at rules/2.yaml:1:9",
        ),
        (
            "gates: {G: {subject: account, criteria: [{id: c, must: true}, {id: c, must: true}]}}",
            "1:68: K204 criterion `c` is given twice; first at rules/3.yaml:1:47",
        ),
        (
            (
                "tables: {t: {subject: account, rows: [{id: R, when: true, then: {}},"
                " {id: R, when: true, then: {}}]}}"
            ),
            "1:75: K204 row of table `t` `R` is given twice; first at rules/3.yaml:1:44",
        ),
    ],
)
def test_an_id_that_is_given_twice_is_an_error(text: str, problem: str) -> None:
    assert found_in(text) == [problem]


def test_a_pack_has_one_head() -> None:
    (problem,) = found_in("pack: {id: other, version: 1.0.0, currency: EUR}")

    assert problem.endswith(":2:1: K204 section `pack` is given twice; first at rules/3.yaml:1:1")

"""Calendars in policy files: read, refused with reasons, told, compared, and laid out."""
# ruff: noqa: E501 - tables of cases read best one to a line

import subprocess
import sys
from datetime import date

import pytest

from kamflow.analysis.compare import compare_packs
from kamflow.analysis.document import Bullets, Paragraph
from kamflow.analysis.prose import describe_part
from kamflow.language.layout import laid_out
from kamflow.model.pack import Calendar, Closure, Pack
from tests.builders import a_pack, problems

REGIONS = "facts: {account: {account.region: {type: choice, values: [DE, CH]}}}"
CALENDARS = """
calendars:
  DE: {title: Germany, default: true, zone: Europe/Berlin, country: DE, subdivision: BY, closures: [{day: 2026-12-24, title: Christmas Eve}, {from: 2026-12-28, to: 2026-12-31, title: works holiday}]}
  CH: {zone: Europe/Zurich, country: CH}
"""
BY_REGION = "calendar_by: account.region"


def the_pack(calendars: str = CALENDARS, head_keys: str = BY_REGION) -> Pack:
    return a_pack(REGIONS, calendars, head_keys=head_keys)


def test_a_calendar_is_read_with_all_that_it_says() -> None:
    pack = the_pack()

    assert pack.calendar_by == ("account.region",)
    assert pack.calendars == {
        "DE": Calendar(
            id="DE",
            title="Germany",
            zone="Europe/Berlin",
            country="DE",
            subdivision="BY",
            closures=(
                Closure(title="Christmas Eve", first=date(2026, 12, 24), last=date(2026, 12, 24)),
                Closure(title="works holiday", first=date(2026, 12, 28), last=date(2026, 12, 31)),
            ),
            regions=("DE",),
            default=True,
        ),
        "CH": Calendar(
            id="CH", title="CH", zone="Europe/Zurich", country="CH", regions=("CH",)
        ),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("calendar", "said"),
    [
        ("{country: DE}", "2:6: K202 calendar `x` needs the key `zone`"),
        ("{zone: Europe/Berln}", "2:13: K206 there is no time zone `Europe/Berln`; did you mean `Europe/Berlin`?"),
        ("{zone: Mars}", "2:13: K206 there is no time zone `Mars`; write it like `Europe/Berlin`"),
        ("{zone: ../../passwd}", "2:13: K206 there is no time zone `../../passwd`; write it like `Europe/Berlin`"),
        ("{zone: UTC, country: DX}", "2:27: K206 no public holidays are known of a country `DX`; write its two letters of ISO 3166, like `DE`"),
        ("{zone: UTC, country: Germany}", "2:27: K206 no public holidays are known of a country `Germany`; write its two letters of ISO 3166, like `DE`"),
        ("{zone: UTC, country: DE, subdivision: Bayern}", "2:44: K206 `Bayern` is no subdivision of DE; did you mean `BY`?"),
        ("{zone: UTC, country: GB, subdivision: X}", "2:44: K206 `X` is no subdivision of GB; it is one of ENG, NIR, SCT, WLS"),
        ("{zone: UTC, country: SA, subdivision: X}", "2:44: K206 `X` is no subdivision of SA"),
        ("{zone: UTC, subdivision: BY}", "2:31: K202 `subdivision` of calendar `x` is of no country; add the key `country`"),
        ("{zone: UTC, weekend: [saturdy]}", "2:28: K206 `saturdy` is no day of the week; did you mean `saturday`?"),
        ("{zone: UTC, weekend: [sunday, monday, tuesday, wednesday, thursday, friday, saturday]}", "2:28: K206 calendar `x` leaves no day to work on"),
        ("{zone: UTC, closures: [{day: 2026-12-24}]}", "2:29: K202 a closure of calendar `x` needs the key `title`"),
        ("{zone: UTC, closures: [{title: move}]}", "2:29: K202 a closure of calendar `x` needs either `day` or `from` and `to`"),
        ("{zone: UTC, closures: [{title: move, from: 2026-12-24}]}", "2:29: K202 a closure of calendar `x` needs either `day` or `from` and `to`"),
        ("{zone: UTC, closures: [{title: move, day: 2026-12-24, to: 2026-12-25}]}", "2:29: K202 a closure of calendar `x` needs either `day` or `from` and `to`"),
        ("{zone: UTC, closures: [{title: move, day: 2026-02-30}]}", "2:48: K206 `day: 2026-02-30` is not a day of the calendar"),
        ("{zone: UTC, closures: [{title: move, day: Christmas}]}", "2:48: K205 `day: Christmas` is not understood; write it like `2027-12-24`"),
        ("{zone: UTC, closures: [{title: move, from: 2027-01-01, to: 2026-12-24}]}", "2:29: K206 the closure ends on 2026-12-24, before it begins on 2027-01-01"),
        ("{zone: UTC, closures: [{title: move, from: 2026-12-24, to: 2036-01-01}]}", "2:29: K206 the closure is longer than 366 days; split it, or correct its year"),
        ("{zone: UTC, hours: 8}", "2:18: K201 calendar `x` has no key `hours`"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_calendar_is_said_where_it_stands(calendar: str, said: str) -> None:
    found = problems(f"calendars:\n  x: {calendar[:-1]}, default: true}}")

    assert found == [f"rules/1.yaml:{said}"]


@pytest.mark.parametrize(
    ("calendars", "head_keys", "said"),
    [
        ("{DE: {zone: UTC, regions: [DE, CH]}}", BY_REGION, "rules/2.yaml:1:13: K202 one calendar needs `default: true`: subjects without a known region have it"),
        ("{DE: {zone: UTC, default: true}, CH: {zone: UTC, default: true}}", BY_REGION, "rules/2.yaml:1:45: K204 calendar `DE` is the default already"),
        ("{DE: {zone: UTC, default: true}}", BY_REGION, "rules/1.yaml:1:19: K406 region `CH` of `account.region` has no calendar; add it to `regions` of one"),
        ("{a: {zone: UTC, default: true}}", BY_REGION, "rules/1.yaml:1:19: K406 region `CH` of `account.region` has no calendar; add it to `regions` of one"),
        ("{DE: {zone: UTC, default: true}, CH: {zone: UTC, regions: [CH, DE]}}", BY_REGION, "rules/2.yaml:1:45: K204 region `DE` has the calendar `DE` already"),
        ("{DE: {zone: UTC, default: true, regions: [DE, CH, DK]}}", BY_REGION, "rules/2.yaml:1:62: K203 there is no region `DK`"),
        ("{DE: {zone: UTC, default: true, regions: [DE, CH]}, x: {zone: UTC}}", BY_REGION, "rules/2.yaml:1:64: K202 calendar `x` serves no region; name them under `regions`"),
        ("{DE: {zone: UTC, default: true}, x: {zone: UTC}}", "", "rules/2.yaml:1:45: K202 calendar `x` serves no region; the pack names the fact with the region under `calendar_by`"),
        ("{DE: {zone: UTC, default: true, regions: [DE]}}", "", "rules/2.yaml:1:54: K203 there is no region `DE`"),
        ("{DE: {zone: UTC, default: true}}", "calendar_by: account.name", "rules/head.yaml:2:62: K203 `account.name` is no recorded choice fact"),
        ("{DE: {zone: UTC, default: true}}", "calendar_by: account.home", "rules/head.yaml:2:62: K203 `account.home` is no recorded choice fact"),
        ("{DE: {zone: UTC, default: true}}", "calendar_by: account.late", "rules/head.yaml:2:62: K203 `account.late` is no recorded choice fact"),
    ],
)  # fmt: skip
def test_every_region_has_one_calendar_before_anything_runs(
    calendars: str, head_keys: str, said: str
) -> None:
    more = (
        "facts: {account: {account.name: {type: text}, "
        "account.home: {type: choice, values: [DE, CH], derived: account.region}, "
        "account.late: {type: choice, values: [DE, CH], default: account.region}}}"
    )

    found = problems(REGIONS, f"calendars: {calendars}", more, head_keys=head_keys)

    assert said in found


def test_a_fact_that_picks_calendars_needs_some() -> None:
    (said,) = problems(REGIONS, head_keys=BY_REGION)

    assert said.endswith("K202 `calendar_by` needs the section `calendars`")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("country: CH", "country: CH, weekend: [sunday, saturday]"),
        ("country: CH", "country: CH, regions: [CH]"),
        ("country: CH", "country: CH, default: false"),
        ("{day: 2026-12-24,", "{from: 2026-12-24, to: 2026-12-24,"),
        ("{zone: Europe/Zurich, country: CH}", "{country: CH, zone: Europe/Zurich}"),
    ],
)
def test_a_calendar_that_says_the_same_has_the_same_digest(old: str, new: str) -> None:
    assert old in CALENDARS
    assert the_pack(CALENDARS.replace(old, new)).digest == the_pack().digest


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("Zurich", "Vaduz", [("CH", "zone", "Europe/Zurich", "Europe/Vaduz")]),
        ("country: CH", "country: CH, subdivision: ZH", [("CH", "subdivision", "none", "ZH")]),
        ("country: CH", "country: CH, weekend: [sunday]", [("CH", "weekend", "saturday, sunday", "sunday")]),
        ("title: Germany", "title: Bavaria", [("DE", "title", "Germany", "Bavaria")]),
        ("2026-12-28", "2026-12-29", [("DE", "closures", "2026-12-24 Christmas Eve, 2026-12-28 to 2026-12-31 works holiday", "2026-12-24 Christmas Eve, 2026-12-29 to 2026-12-31 works holiday")]),
    ],
)  # fmt: skip
def test_a_calendar_that_says_something_else_is_told(
    old: str, new: str, told: list[tuple[str, ...]]
) -> None:
    before, after = the_pack(), the_pack(CALENDARS.replace(old, new))

    changes = compare_packs(before, after).changes

    assert before.digest != after.digest
    assert [(item.id, item.what, item.before, item.after) for item in changes] == told


def test_the_order_of_the_facts_that_pick_calendars_counts() -> None:
    facts = "facts: {program: {program.region: {type: choice, values: [CH]}}}"
    orders = ("[account.region, program.region]", "[program.region, account.region]")

    one, other = (
        a_pack(REGIONS, CALENDARS, facts, head_keys=f"calendar_by: {order}") for order in orders
    )

    (change,) = compare_packs(one, other).changes
    assert one.digest != other.digest
    assert change.after == "program.region, then account.region"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("DE", "It holds where the account.region is DE and where that is unknown. Every day is a business day but for Saturdays, Sundays, the public holidays of DE-BY and the days below. A day begins and ends as in Europe/Berlin."),
        ("CH", "It holds where the account.region is CH. Every day is a business day but for Saturdays, Sundays and the public holidays of CH. A day begins and ends as in Europe/Zurich."),
    ],
)  # fmt: skip
def test_a_calendar_is_told_in_plain_english(name: str, said: str) -> None:
    blocks = describe_part(the_pack(), "calendar", name)

    assert [item.text for item in blocks if isinstance(item, Paragraph)] == [said]


def test_closures_are_told_day_by_day() -> None:
    (closures,) = [
        item for item in describe_part(the_pack(), "calendar", "DE") if isinstance(item, Bullets)
    ]

    assert [line for line, _ in closures.items] == [
        "2026-12-24: Christmas Eve",
        "2026-12-28 to 2026-12-31: works holiday",
    ]


def test_a_calendar_of_everybody_without_a_day_off_is_told_too() -> None:
    pack = a_pack("calendars: {all: {default: true, zone: UTC, weekend: []}}")

    (said,) = [
        item.text for item in describe_part(pack, "calendar", "all") if isinstance(item, Paragraph)
    ]

    assert (
        said == "It holds everywhere. Every day is a business day. A day begins and ends as in UTC."
    )


def test_calendars_are_laid_out() -> None:
    text = "calendars:\n  DE:\n    closures:\n      - {title: Eve,   day: 2026-12-24}\n    zone: UTC\n    title: >-\n      The\n      land\n    default: true\n"

    assert laid_out(text) == (
        "calendars:\n  DE:\n    title: The land\n    default: true\n    zone: UTC\n"
        "    closures:\n      - {title: Eve, day: 2026-12-24}\n"
    )


def test_public_holidays_are_looked_up_only_when_they_are_needed() -> None:
    code = (
        "import sys\nfrom kamflow.language.load import load_pack\n"
        "from kamflow.engine.compiled import CompiledPack\n"
        "sys.exit('holidays' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

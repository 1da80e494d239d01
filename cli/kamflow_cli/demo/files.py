"""The files of the sample company: what its systems export, with all that goes wrong in exports."""

import csv
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random

from kamflow_cli.demo.cast import OLAF
from kamflow_cli.demo.customers import COLUMNS, Customer, Part, figures
from kamflow_cli.session import SETTINGS

DATABASE = "governance.db"
ACCOUNTS, ACCOUNTS_MAP, REJECTS = "accounts.csv", "accounts.map.yaml", "rejects.csv"
SCORES, SCORES_MAP = "scores.csv", "scores.map.yaml"
FRESH, FRESH_MAP, FRESH_REJECTS = "fresh_facts.csv", "fresh_facts.map.yaml", "fresh_rejects.csv"
WRITTEN = (
    DATABASE, SETTINGS, ACCOUNTS, ACCOUNTS_MAP, REJECTS, SCORES, SCORES_MAP, FRESH, FRESH_MAP,
    FRESH_REJECTS,
)  # fmt: skip

Row = dict[str, str]

_FAULTS: tuple[Row, ...] = (
    {"revenue_eur": "about 2 million"},
    {"share_pct": "0,8"},
    {"segment": "premium"},
    {"growth_pct": "a lot"},
)
STRANGERS = len(_FAULTS) + 1  # customers of whom the first export has something wrong

_SETTINGS_TEXT = f"""# Settings of kamflow for this folder and those below it.
database = "{DATABASE}"
"""

_MAP = """# How the columns of {file} become facts; docs/reference/mapping.md explains the keys.
mapping:
  subject: account
  id: customer
{name}  source: erp
  by: service:erp
  as_of: {{column: erp_on}}
  facts:
    account.region: region
    account.revenue_ltm: {{column: revenue_eur, unit: EUR}}
    account.revenue_share_pct: share_pct
    account.net_margin_vs_avg_pp: {{column: margin_pp, unit: pp}}
    account.complexity_score: complexity
    account.compliance_block: compliance_block
    account.credit_block: credit_block
    # what the program office judges
    account.segment: {{column: segment, {office}}}
    account.relationship: {{column: relation, {office}}}
    account.growth_potential_3y_pct: {{column: growth_pct, {office}}}
"""
_JUDGED = ("importance", "fit", "partnership", "innovation")
_SCORES = """    account.strategic_importance_score: {{column: importance, {office}}}
    account.strategic_fit_score: {{column: fit, {office}}}
    account.partnership_orientation_score: {{column: partnership, {office}}}
    account.innovation_potential_score: {{column: innovation, {office}}}
"""
_SCORES_ALONE = """# Whoever enters an account does not judge it, so these come in by somebody else.
mapping:
  subject: account
  id: customer
  source: manual
  facts:
"""
_OFFICE = f"source: manual, by: {OLAF}, as_of: {{column: judged_on}}"


def write_settings(folder: Path) -> None:
    """Write the settings by which commands in the folder find the database."""
    (folder / SETTINGS).write_text(_SETTINGS_TEXT, "utf-8")


def write_accounts(
    folder: Path,
    customers: Iterable[Customer],
    strangers: Iterable[Customer],
    day: date,
    rng: Random,
) -> None:
    """Write the first export: customers, some with gaps or old scores; strangers, with errors.

    How the customers were judged stands in a file of its own.
    """
    rows = [_first_row(item, day, rng) for item in customers]
    _write(folder / SCORES, rows, ("customer", *_JUDGED, "judged_on"))
    rows += _wrong_rows([_row(item, day, day, rng) for item in strangers], day)
    rng.shuffle(rows)
    rows.append({**rows[0], "name": f"{rows[0]['name']} (old)"})
    _write(folder / ACCOUNTS, rows, [name for name in COLUMNS if name not in _JUDGED])
    _write_map(folder / ACCOUNTS_MAP, ACCOUNTS, "  name: name\n")
    scores = f"{_SCORES_ALONE}{_SCORES}".format(office=_OFFICE)
    (folder / SCORES_MAP).write_text(scores, "utf-8")


def write_fresh_facts(folder: Path, customers: Sequence[Customer], day: date, rng: Random) -> None:
    """Write the export of a year later: fresh figures of every customer, with a few gaps."""
    _write(folder / FRESH, [_fresh_row(item, day, rng) for item in customers], COLUMNS)
    _write_map(folder / FRESH_MAP, FRESH, "", _SCORES)


def _row(customer: Customer, erp_on: date, judged_on: date, rng: Random) -> Row:
    days = {"erp_on": erp_on.isoformat(), "judged_on": judged_on.isoformat()}
    return figures(customer, rng) | days


def _first_row(customer: Customer, day: date, rng: Random) -> Row:
    age = rng.randint(5, 60)
    missing: tuple[str, ...] = ()
    if customer.part is Part.NEVER_SCORED:
        missing = ("growth_pct", "partnership")
    elif customer.part is Part.OTHER and not rng.randrange(3):
        missing = (rng.choice(("growth_pct", "importance", "innovation", "complexity")),)
    elif customer.part is Part.OTHER and not rng.randrange(4):
        age = rng.randint(200, 320)
    row = _row(customer, day - timedelta(days=3), day - timedelta(days=age), rng)
    return row | dict.fromkeys(missing, "")


def _wrong_rows(rows: Sequence[Row], day: date) -> list[Row]:
    """Return each row with one thing wrong in it."""
    to_come = day + timedelta(days=45)
    faults = (*_FAULTS, {"erp_on": to_come.isoformat()})
    return [row | fault for row, fault in zip(rows, faults, strict=True)]


def _fresh_row(customer: Customer, day: date, rng: Random) -> Row:
    age = rng.randint(3, 40)
    changed: Row = {}
    match customer.part:
        case Part.NEVER_SCORED:
            changed = {"growth_pct": "", "partnership": ""}
        case Part.SCORED_LONG_AGO:
            age = 200 + age
        case Part.HALF_SCORED:
            changed = {"innovation": ""}
        case Part.BLOCKED:
            changed = {"compliance_block": "yes"}
        case Part.UNREADABLE:
            changed = {"growth_pct": "to be confirmed"}
        case _:
            pass
    row = _row(customer, day - timedelta(days=1), day - timedelta(days=age), rng)
    return row | changed


def _write(path: Path, rows: Iterable[Row], columns: Sequence[str]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)


def _write_map(path: Path, file: str, name: str, more: str = "") -> None:
    path.write_text(f"{_MAP}{more}".format(file=file, name=name, office=_OFFICE), "utf-8")

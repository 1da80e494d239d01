"""The customers of the sample company: invented, and the same ones for the same seed.

What part a customer plays fixes about how it scores; the values are drawn within that. How the
policy judges them is not known here.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from random import Random

from kamflow_cli.demo.cast import KAMS, SPONSORS


class Part(StrEnum):
    """What a customer is in the story for."""

    PILOT = "pilot"
    STRONG = "strong"
    THIN_MARGIN = "strong, but earns little"
    EDITED = "strong, but scored anew by its nominator"
    CROWDED = "strong, but its sponsor is busy"
    GOOD = "good"
    CLOSE = "a close call"
    BORDER = "on the border"
    WEAK = "weak"
    NO_PARTNER = "wants no partner"
    NEVER_SCORED = "with scores that nobody gave"
    SCORED_LONG_AGO = "with old scores"
    HALF_SCORED = "with one old score"
    STANDARD = "not of a key segment"
    BLOCKED = "blocked by compliance"
    UNREADABLE = "with a wrong value in the newest file"
    OTHER = "any other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """A customer, and who would look after it."""

    id: str
    name: str
    part: Part
    segment: str
    relation: str
    region: str
    points: tuple[int, ...]  # about how it scores, 1 to 5, in the order of the scorecard
    kam: str
    sponsor: str


# Part -> sponsors of those who play it, and about how they score, 1 to 5: growth, value, margin,
# importance, fit, partnership, innovation, complexity. `3-5` means that it differs.
_CAST: tuple[tuple[Part, tuple[int, ...], str], ...] = (
    (Part.PILOT, (0, 1, 2, 3), "5 4 4 5 3-5 4 3-5 2-5"),
    (Part.STRONG, (0, 0, 1), "5 4 4 5 3-5 4 3-5 2-5"),
    (Part.CROWDED, (0,), "4 4 4 4 4 4 3-5 2-4"),
    (Part.THIN_MARGIN, (2,), "5 4 1 5 4 4 4 3-5"),
    (Part.EDITED, (1,), "4 4 4 5 4 4 4 3-5"),
    (Part.GOOD, (2, 3), "4 3 3 4 3 4 4 3-5"),
    (Part.CLOSE, (3, 2), "3 3 3 4 3 4 3 2-5"),
    (Part.BORDER, (2, 1), "3 2 3 3 3 3 3 3-5"),
    (Part.NO_PARTNER, (3,), "4 4 3 4 4 1 3 2-5"),
    (Part.WEAK, (1, 2), "2 2 3 2 3 2 2 1-3"),
    (Part.NEVER_SCORED, (3, 2), "4 3 4 4 4 4 3-5 3"),
    (Part.SCORED_LONG_AGO, (1,), "4 4 3 4 4 4 3 3"),
    (Part.HALF_SCORED, (2,), "5 3 3 4 4 4 3 3"),
    (Part.STANDARD, (1,), "2 3 3 3 3 3 3 2"),
    (Part.BLOCKED, (2,), "4 4 4 4 3 3 3 3"),
    (Part.UNREADABLE, (3,), "4 3 3 4 3 3 3 3"),
)
_ANYBODY = "1-4 1-2 1-4 1-4 1-4 1-4 1-3 1-4"

_NAMES = (
    "Auvera", "Bryndal", "Corvanta", "Delmora", "Estwick", "Fenlark", "Galdrin", "Harrowby",
    "Istvara", "Jorunn", "Kelbrook", "Lunqvist", "Marvane", "Norrhem", "Ostrava", "Pellworm",
    "Quillon", "Rosendal", "Skarvik", "Tavira", "Umbrecht", "Valdora", "Westry", "Xandor",
    "Ylvaker", "Zentara",
)  # fmt: skip
_TRADES = (
    "Agrar", "Automotive", "Bearings", "Cranes", "Drives", "Energy", "Foundry", "Hydraulics",
    "Lifts", "Machines", "Marine", "Mining", "Motors", "Paper", "Pumps", "Rail", "Robotics",
    "Steel", "Textiles", "Tooling", "Turbines", "Valves",
)  # fmt: skip
_REGIONS = ("DE", "FR", "IT", "NL", "PL", "SE", "US")


def invent_customers(count: int, rng: Random) -> tuple[Customer, ...]:
    """Return `count` customers: those with a part in the story, then any others."""
    names = rng.sample([f"{name} {trade}" for name in _NAMES for trade in _TRADES], count)
    parts = [(part, sponsor, like) for part, sponsors, like in _CAST for sponsor in sponsors]
    parts += [(Part.OTHER, 0, _ANYBODY)] * (count - len(parts))
    return tuple(
        Customer(
            id=name.lower().replace(" ", "-"),
            name=name,
            part=part,
            segment=_segment(part, rng),
            relation="prospect" if part is Part.OTHER and not rng.randrange(5) else "existing",
            region=rng.choice(_REGIONS),
            points=tuple(_draw(item, rng) for item in like.split()),
            kam=KAMS[number % len(KAMS)],
            sponsor=SPONSORS[sponsor],
        )
        for number, (name, (part, sponsor, like)) in enumerate(zip(names, parts, strict=True))
    )


def _draw(points: str, rng: Random) -> int:
    least, _, most = points.partition("-")
    return rng.randint(int(least), int(most or least))


def _segment(part: Part, rng: Random) -> str:
    if part is Part.OTHER:
        return rng.choice(("core", "core", "core", "transactional", "transactional", "growth"))
    return "core" if part is Part.STANDARD else rng.choice(("strategic", "growth"))


# What points of the first three criteria look like in figures, least and greatest.
_GROWTH_PCT = {1: (-4, 4), 2: (5, 9), 3: (10, 19), 4: (20, 34), 5: (35, 48)}
_SHARE_PER_MYRIAD = {1: (2, 18), 2: (50, 90), 3: (100, 190), 4: (200, 390), 5: (400, 600)}
_MARGIN_PER_MILLE = {1: (-160, -101), 2: (-100, -31), 3: (-30, 29), 4: (30, 79), 5: (80, 120)}
_COMPANY_REVENUE = 120_000_000

COLUMNS = (
    "customer", "name", "segment", "relation", "region", "revenue_eur", "share_pct", "margin_pp",
    "complexity", "compliance_block", "credit_block", "erp_on", "growth_pct", "importance", "fit",
    "partnership", "innovation", "judged_on",
)  # fmt: skip


def figures(customer: Customer, rng: Random) -> dict[str, str]:
    """Return what the systems and the program office know of a customer, but for the days."""
    growth, value, margin, importance, fit, partnership, innovation, complexity = customer.points
    share = Decimal(rng.randint(*_SHARE_PER_MYRIAD[value])) / 100
    return {
        "customer": customer.id,
        "name": customer.name,
        "segment": customer.segment,
        "relation": customer.relation,
        "region": customer.region,
        "revenue_eur": str(int(share * _COMPANY_REVENUE / 100)),
        "share_pct": str(share),
        "margin_pp": str(Decimal(rng.randint(*_MARGIN_PER_MILLE[margin])) / 10),
        "complexity": str(complexity),
        "compliance_block": "no",
        "credit_block": "no",
        "growth_pct": str(rng.randint(*_GROWTH_PCT[growth])),
        "importance": str(importance),
        "fit": str(fit),
        "partnership": str(partnership),
        "innovation": str(innovation),
    }

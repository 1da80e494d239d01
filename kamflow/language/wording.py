"""Names of a policy in plain words: facts, parameters, choices, outputs of tables, sets."""

import re
from datetime import date
from decimal import Decimal

from kamflow.model.pack import FactType, Pack
from kamflow.model.values import NUMERIC, Shape, Value, format_number, value_reader

# What stands behind `is`, and what an aggregate is called.
COMPARED = {
    "=": "",
    "!=": "not ",
    "<": "below ",
    "<=": "at most ",
    ">": "above ",
    ">=": "at least ",
}
DATED = {**COMPARED, "=": "on ", "!=": "not on ", "<": "before ", ">": "after "}
DATED |= {"<=": "on or before ", ">=": "on or after "}
TOTALS = {
    "count": "number",
    "share": "share",
    "sum": "total",
    "avg": "average",
    "min": "lowest",
    "max": "highest",
    "max_per": "highest number",
}

_WORDS = {
    "avg": "average",
    "buyin": "buy-in",
    "eval": "evaluation",
    "exec": "executive",
    "longterm": "long-term",
    "max": "maximum",
    "min": "minimum",
    "pct": "percentage",
    "pp": "in percentage points",
    "prev": "previous",
    "requal": "requalification",
    "vs": "against",
    "yoy": "year on year",
}
_INITIALS = frozenset({"kam", "kpi", "hr", "raci", "voc", "crm", "fte", "sla", "vp"})
_COUNTED = frozenset({"count", "number"})  # words that say themselves that something is counted
_PARTICIPLE = re.compile(r"\w+ed|done|sent|held|met|shared( \w+)?")
_WHETHER = "whether "  # begins the title of a flag that says what holds when it is true
_VERBS = {
    " is a ": " is not a ",
    "there is a ": "there is no ",
    " has a ": " has no ",
    " is ": " is not ",
    " are ": " are not ",
    " has ": " does not have ",
    " can ": " cannot ",
    " may ": " may not ",
}
_ADJECTIVES = frozenset({"ready", "open", "ok", "active", "done", "complete", "current", "valid"})


def plain_words(name: str) -> str:
    """Return a name as words: `plan.initiatives_count` is `plan initiatives count`."""
    if name == "c_level":
        return "C-level"
    return " ".join(map(_word, re.split(r"[._\s]+", name))).strip()


def _word(word: str) -> str:
    if word in _INITIALS or re.fullmatch(r"[a-z]\d+", word):
        return word.upper()
    if re.fullmatch(r"\d+d", word):
        return f"in {word[:-1]} days"
    if word.removesuffix("s") in _INITIALS:
        return f"{word[:-1].upper()}s"
    return _WORDS.get(word, word)


def fact_words(fact: FactType, kind: str) -> str:
    """Return what a fact is called, without article; the subject's own kind is left out."""
    if fact.title and fact.title != fact.name:
        title = _lowered(fact.title)
        return f"answer {title}" if title.startswith(_WHETHER) else title
    head, _, rest = fact.name.partition(".")
    if fact.shape.type == "date" and rest.endswith("_on"):
        return _date_words(head, rest.removesuffix("_on"), kind)
    words = plain_words(re.sub("_no$", "_number", rest if head == kind else fact.name))
    if words.endswith(" by"):
        return f"“{words}” entry"
    plural = any(re.fullmatch(r"\w+[^s]s", word) for word in words.split()[-2:])
    counted = fact.shape.type == "integer" and plural and not _COUNTED & set(words.split())
    return f"number of {words}" if counted else words


def _date_words(head: str, rest: str, kind: str) -> str:
    """Return `kickoff date`, `last quarterly review` or, of what was done, `“approved” date`."""
    words = plain_words(rest).split()
    if "last" in words and not _PARTICIPLE.fullmatch(words[-1]):
        words.remove("last")
        owner = [] if head == kind else [head]
        return " ".join(["last", *words, *owner])
    text = " ".join(words if head == kind else [plain_words(head), *words])
    done = _PARTICIPLE.fullmatch(words[-1]) or _PARTICIPLE.fullmatch(" ".join(words[-2:]))
    return f"“{text}” date" if done else f"{text} date"


def event_words(day: str) -> str:
    """Return what happened on a day, as it stands behind `since`: `the last joint review`."""
    for lead, kept in (("the day on which ", ""), ("the day of the ", "the ")):
        if day.startswith(lead):
            return f"{kept}{day.removeprefix(lead)}"
    return day if day.endswith("” date") else day.removesuffix(" date")


def flag_words(fact: FactType, kind: str) -> tuple[str, str]:
    """Return what a flag says when it is true, and when it is false."""
    if fact.title and fact.title != fact.name:
        return _told(_lowered(fact.title))
    head, _, rest = fact.name.partition(".")
    words = plain_words(rest).split()
    owner = plain_words(head)
    if "is" in words[1:]:
        who, what = _split(words, "is")
        return f"the {who} is {what}", f"the {who} is not {what}"
    if "has" in words:
        who, what = _split(words, "has")
        return f"the {who or owner} has {what}", f"the {who or owner} has no {what}"
    last = words[-1] in _ADJECTIVES or words[-1].endswith("ed") or words[-1] == "differently"
    if last and len(words) > 1 and head == kind:
        who, what = " ".join(words[:-1]), words[-1]
        return f"the {who} is {what}", f"the {who} is not {what}"
    return _described(owner, " ".join(words), adjective=last, alone=len(words) == 1)


def _told(title: str) -> tuple[str, str]:
    """Return `the team is ready` and its opposite for `whether the team is ready`."""
    if not title.startswith(_WHETHER):
        return f"{title} applies", f"{title} does not apply"
    holds = title.removeprefix(_WHETHER)
    places = {verb: holds.find(verb) for verb in _VERBS if verb in holds}
    if not places:
        return holds, f"it is not so that {holds}"
    first = min(places, key=lambda verb: (places[verb], -len(verb)))
    return holds, holds.replace(first, _VERBS[first], 1)


def _described(owner: str, words: str, *, adjective: bool, alone: bool) -> tuple[str, str]:
    if adjective:
        return f"the {owner} is {words}", f"the {owner} is not {words}"
    if alone:
        return (
            f"the {owner} is {article(words)} {words}",
            f"the {owner} is not {article(words)} {words}",
        )
    return f"there is {article(words)} {words}", f"there is no {words}"


def _split(words: list[str], middle: str) -> tuple[str, str]:
    place = words.index(middle)
    return " ".join(words[:place]), " ".join(words[place + 1 :])


def owns_well(words: str) -> bool:
    """Tell whether words can stand behind `its`: not so `day of the handover`."""
    return not re.search(r" (of|on|for|with|that|who|whether|in) ", words)


def article(words: str) -> str:
    """Return `a` or `an`."""
    return "an" if words[:1].lower() in set("aeio") else "a"


def output_words(pack: Pack, head: str, output: str) -> str:
    """Return what a column of a decision table or an output of a scorecard is called."""
    if head in pack.tables:
        title = _lowered(pack.tables[head].title or plain_words(head))
        if output == "row":
            return f"row of the {title}"
        return title if output in title.split() else f"{plain_words(output)} of the {title}"
    card = pack.scorecards[head]
    title = _lowered(card.title or plain_words(head))
    names = {
        "total": title,
        "completeness_pct": f"completeness of the {title}",
        "oldest_days": f"age of the oldest fact of the {title}",
    }
    points = {item.id: f"points for {_lowered(item.title or item.id)}" for item in card.criteria}
    return names.get(output) or points.get(output) or plain_words(f"{head}.{output}")


def value_words(value: Value, unit: str = "") -> str:
    """Return a value for a reader, with its unit."""
    match value:
        case bool():
            return "true" if value else "false"
        case Decimal():
            return f"{_grouped(value)} {_unit_words(value, unit)}".rstrip()
        case date():
            return value.isoformat()
        case _:
            return plain_words(value)


def _unit_words(value: Decimal, unit: str) -> str:
    if unit != "pp":
        return unit
    return "percentage point" if abs(value) == 1 else "percentage points"


def stated_words(shape: Shape, text: str) -> str:
    """Return what a policy states as the value of a parameter, numbers as sentences have them."""
    if shape.type not in NUMERIC:
        return text
    return value_words(value_reader(shape.type)(text), shape.unit)


def parameter_words(pack: Pack, name: str, text: str | None, unit: str) -> str:
    """Return the value of a parameter, with its name behind it; `text` is how it stands here."""
    parameter = pack.parameters.get(name)
    if parameter is None:
        return plain_words(name)
    shape = parameter.shape
    value = value_reader(shape.type)(parameter.value if text is None else text)
    return f"{value_words(value, unit)} (P.{name})"


def needed_unit(shape: Shape, noun: str) -> str:
    """Return the unit of a value, unless the noun that it stands with says it already."""
    unit = shape.unit if shape.type in NUMERIC else ""
    if unit == "pp":
        return "" if _WORDS[unit] in noun else unit
    stems = {word.lower().rstrip("s") for word in re.split(r"\W+", noun)}
    if stems & _COUNTED:
        return ""
    return "" if any(word.lower().rstrip("s") in stems for word in unit.split()) else unit


def _grouped(number: Decimal) -> str:
    text = format_number(number)
    whole, point, rest = text.partition(".")
    return f"{int(whole):,}{point}{rest}" if abs(number) >= 1 else text


def _lowered(title: str) -> str:
    """Return a title as it stands inside a sentence."""
    return title if title[:2].isupper() else f"{title[:1].lower()}{title[1:]}"


def listed(parts: list[str], word: str, *, comma: bool = False) -> str:
    """Return `a, b or c`, or `a, or b, or c` where the parts have an `and` or `or` of their own."""
    if comma or len(parts) == 1:
        return f", {word} ".join(parts)
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}"

"""Messages to one person: a text for each thing, all of them in one letter."""

from html import escape
from typing import Any

from msgspec import Struct

from kamflow.errors import MissingExtraError
from kamflow.model.rules import Notice
from kamflow.runtime.delivery.audience import Case, Told
from kamflow.runtime.delivery.masking import printable
from kamflow.runtime.delivery.texts import Text, default_text
from kamflow.runtime.delivery.words import (
    answer_to,
    link_to,
    reason_of,
    rule_of,
    short,
    thing_key,
    values_of,
    words_of,
)

_MOST_VALUES = 12
_LONGEST = 60_000  # characters of a letter


class Item(Struct, frozen=True, kw_only=True):
    """Something that a person gets to know."""

    case: Case
    told: Told


class Letter(Struct, frozen=True, kw_only=True):
    """What is sent to a person, and which texts of the policy could not be used."""

    text: Text
    problems: tuple[str, ...] = ()


def letter_to(person: str, items: list[Item], *, link_base: str) -> Letter:
    """Return one letter about everything that a person gets to know; of each thing the newest.

    Args:
        person: Who gets it.
        items: At least one, oldest first.
        link_base: Address of the pages of kamflow; empty where there are none.
    """
    newest = {thing_key(item.case): item for item in items}
    problems: dict[str, str] = {}
    parts = [_part(person, item, link_base, problems) for item in newest.values()]
    text = parts[0] if len(parts) == 1 else _digest(parts)
    cut = text.body if len(text.body) <= _LONGEST else _cut(text)
    return Letter(
        text=Text(title=text.title, body=cut, html=text.html),
        problems=tuple(dict.fromkeys(problems.values())),
    )


def _part(person: str, item: Item, link_base: str, problems: dict[str, str]) -> Text:
    """Return the text about one thing, with its reason and its link.

    A text of the policy that fails once is not tried again in the same letter.
    """
    case, told = item.case, item.told
    words = words_of(case, person, told, link_base=link_base)
    notice = notice_of(case)
    text = None
    if notice is not None and notice.type not in problems:
        text = _of_policy(notice, words, problems)
    return _with_footer(text or default_text(words), footer(case, told, link_base))


def _of_policy(notice: Notice, words: dict[str, Any], problems: dict[str, str]) -> Text | None:
    try:
        from kamflow.runtime.delivery.templates import (  # noqa: PLC0415 - an optional part
            TemplateProblemError,
            render_notice,
        )
    except MissingExtraError as error:
        problems[notice.type] = str(error)
        return None
    try:
        return render_notice(notice, words)
    except TemplateProblemError as error:
        said = printable(str(error))
        problems[notice.type] = f"the text of the policy for `{notice.type}` cannot be used: {said}"
    return None


def notice_of(case: Case) -> Notice | None:
    """Return the text that the policy has for a message, if it has one."""
    policy = case.compiled.pack.notifying
    notices = policy.notices if policy else ()
    return next((item for item in notices if item.type == case.message.type), None)


def footer(case: Case, told: Told, link_base: str) -> list[str]:
    """Return why a person gets a message, what was read, and where to go: lines of text."""
    rule, values = rule_of(case), values_of(case)
    lines = [f"Why you get this: {reason_of(case, told)}."]
    if rule is not None and rule.why:
        lines.append(f"Why there is that rule: {' '.join(rule.why.split())}")
    if values:
        shown = [f"{name} = {short(value)}" for name, value in list(values.items())[:_MOST_VALUES]]
        lines.append(f"It read: {'; '.join(shown)}")
    if answer := answer_to(case):
        lines.append(answer)
    subject = case.message.subject
    lines.append(link_to(link_base, subject) or f"Look at it in kamflow: {subject}")
    return lines


def _with_footer(text: Text, lines: list[str]) -> Text:
    if not text.html:
        return Text(title=text.title, body="\n".join([text.body, "", *lines]))
    return Text(title=text.title, body=f"{text.body}\n{_paragraphs(lines)}", html=True)


def _digest(parts: list[Text]) -> Text:
    """Return several texts as one; as HTML when one of them is."""
    title = f"kamflow: {len(parts)} things for you"
    if not any(part.html for part in parts):
        body = "\n\n".join(f"{place}. {i.title}\n{i.body}" for place, i in enumerate(parts, 1))
        return Text(title=title, body=body)
    pieces = []
    for place, item in enumerate(parts, 1):
        body = item.body if item.html else _paragraphs(item.body.splitlines())
        pieces.append(f"<h3>{place}. {escape(item.title)}</h3>\n{body}")
    return Text(title=title, body="\n".join(pieces), html=True)


def _paragraphs(lines: list[str]) -> str:
    return f"<p>{'<br>'.join(escape(line) for line in lines)}</p>"


def _cut(text: Text) -> str:
    more = "and more: look at your inbox in kamflow"
    return f"<p>{more}</p>" if text.html else f"{text.body[:_LONGEST]}\n... {more}"

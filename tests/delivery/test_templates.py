"""Texts of the policy are rendered where they can do no harm."""

from typing import Any

import pytest

from kamflow.model.rules import Notice
from kamflow.runtime.delivery.audience import is_for_people
from kamflow.runtime.delivery.templates import (
    LONGEST,
    TemplateProblemError,
    fault_in_notice,
    render_notice,
)
from kamflow.runtime.delivery.texts import types_with_text
from kamflow.storage.outbox import MESSAGE_TYPES

WORDS: dict[str, Any] = {
    "subject": {"id": "north/acme", "name": "Acme & <Sons>"},
    "values": {"a": "1", "b": "2"},
    "roles": ["kam", "boss"],
}


def rendered(body: str, title: str = "t") -> str:
    return render_notice(Notice(type="x", title=title, body=body), WORDS).body


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("{{ subject.name }}", "Acme & <Sons>"),
        ("{{ roles | join(', ') }}", "kam, boss"),
        ("{% for k, v in values.items() %}{{ k }}={{ v }};{% endfor %}", "a=1;b=2;"),
        ("{% if 'kam' in roles %}yes{% else %}no{% endif %}", "yes"),
        ("{{ subject.id.upper() }} {{ subject['name'] | length }}", "NORTH/ACME 13"),
        ("<p>{{ subject.name }}</p>", "<p>Acme &amp; &lt;Sons&gt;</p>"),
        ("{{ values.get('c') or 'none' }}", "none"),
    ],
)
def test_what_texts_need_works(body: str, text: str) -> None:
    assert rendered(body) == text


@pytest.mark.parametrize(
    "body",
    [
        "{{ ''.__class__ }}",
        "{{ ''['__class__'] }}",
        "{{ ''|attr('__class__') }}",
        "{{ subject.__class__.__mro__[1].__subclasses__() }}",
        "{{ values.items.__globals__ }}",
        "{{ self.__init__.__globals__ }}",
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{{ lipsum.__globals__ }}",
        "{{ config }}",
        "{{ '{0.__class__}'.format(1) }}",
        "{{ '%s' | format(1) }}",
        "{{ '%999999999d' % 1 }}",
        "{{ 'a' * 1000000000 }}",
        "{{ 9 ** 9 ** 9 }}",
        "{{ 'a' ~ 'b' }}",
        "{{ 'aaaa' | replace('a', 'b' | center(9999)) }}",
        "{{ ('a' | replace('a', roles | join('x'))) | replace('', 'b') }}",
        "{% include 'other' %}",
        "{% import 'other' as o %}",
        "{% extends 'other' %}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% for a in roles recursive %}{{ loop(roles) }}{% endfor %}",
        "{% for a in b %}{% for c in d %}{% for e in f %}x{% endfor %}{% endfor %}{% endfor %}",
        "{{ roles.append('x') }}",
        "{{ nothing }}",
        "{{ 1 / 0 }}",
        "{% for %}",
        "{{ " + "(" * 500 + "1" + ")" * 500 + " }}",
        "x" * (LONGEST + 1),
        "{% set x = 'a' %}" * 3_000,
        "{% set x %}aa{% endset %}{% set y %}{{ x }}{{ x }}{% endset %}",
        "{% set x = ['a'] %}{% set x = [x, x] %}{{ x }}",
        "{% with x = {'a': values} %}{{ x }}{% endwith %}",
        "{% for x in [roles, roles] %}{{ x }}{% endfor %}",
        "{% autoescape false %}{{ subject.name }}{% endautoescape %}",
        "{% if 1 %}" * 110 + "x" + "{% endif %}" * 110,
        "{{ " + "[" * 150 + "1" + "]" * 150 + " }}",
        "{{ 1" + " | string" * 900 + " }}",
        "{{ 'inf' | float | int }}",
        "{{ 'a' | truncate(-5) }}",
        "{{ '\\ud800' }}",
    ],
)
def test_what_no_text_needs_is_refused(body: str) -> None:
    with pytest.raises(TemplateProblemError):
        rendered(body)


def test_a_text_that_grows_is_refused() -> None:
    grown = "{% set x = 'aaaaaaaaaa' %}" + "{% set x = x | replace('a', x) %}" * 5 + "{{ x }}"

    with pytest.raises(TemplateProblemError, match="more than 20000 characters"):
        rendered(grown)


@pytest.mark.parametrize(
    "body",
    [
        "{{ " + "(" * 3_000 + "1" + ")" * 3_000 + " }}",
        "{% if 1 %}" * 110 + "x" + "{% endif %}" * 110,
        "{{ " + "9" * 5_000 + " }}",
        "{{ " + " + ".join(["1"] * 900) + " }}",
        "{% for %}",
    ],
)
def test_what_can_never_be_a_text_is_found_before_it_is_needed(body: str) -> None:
    assert fault_in_notice(Notice(type="x", title="t", body=body))


def test_a_text_takes_a_limited_time() -> None:
    letters, words = "a" * 900, "ba" * 9_000
    busy = (
        f"{{% for a in '{letters}' %}}{{% for b in '{letters}' %}}"
        f"{{% if '{words}' | sort %}}{{% endif %}}{{% endfor %}}{{% endfor %}}"
    )

    with pytest.raises(TemplateProblemError, match="it takes more than"):
        rendered(busy)


def test_a_loop_turns_so_often_at_most() -> None:
    long = {"long": list(range(5_000))}

    text = render_notice(Notice(type="x", title="t", body="{% for i in long %}.{% endfor %}"), long)

    assert len(text.body) == 1_000


def test_a_title_is_one_line_of_a_limited_length() -> None:
    notice = Notice(type="x", title="a\n b " + "c" * 500, body="b")

    assert render_notice(notice, {}).title == f"a b {'c' * 196}"


def test_all_that_people_are_told_has_a_text_of_its_own() -> None:
    told = {name for name in MESSAGE_TYPES.values() if is_for_people(name)}

    assert told == types_with_text()

"""Giving things to people, one each."""

from itertools import permutations, product

from hypothesis import given, settings
from hypothesis import strategies as st

from kamflow.engine.matching import chains

people = st.frozensets(st.sampled_from("wxyz"))
seats = st.dictionaries(st.sampled_from("abcd"), people)
owners = st.dictionaries(st.sampled_from("wxyz"), st.frozensets(st.sampled_from("1234")))


def test_an_earlier_choice_is_taken_back_where_that_helps() -> None:
    assert chains("ab", {"a": "xy", "b": "x"}) == 2
    assert chains("abc", {"a": "xy", "b": "xy", "c": "xy"}) == 2
    assert chains("", {}) == 0


def test_a_chain_goes_through_every_layer() -> None:
    assert chains("ab", {"a": "xy", "b": "x"}, {"x": "1", "y": "1"}) == 1
    assert chains("ab", {"a": "xy", "b": "x"}, {"x": "1", "y": "2"}) == 2
    assert chains("ab", {"a": "x", "b": "y"}, {"x": "1"}) == 1


@given(seats)
@settings(max_examples=200)
def test_it_is_the_most_that_trying_all_ways_finds(links: dict[str, frozenset[str]]) -> None:
    names = sorted(links)
    ways = permutations([*"wxyz", *"...."], len(names))
    most = max(
        sum(person in links[name] for name, person in zip(names, way, strict=True)) for way in ways
    )

    assert chains(links, links) == most


@given(seats, owners)
@settings(max_examples=200, deadline=None)
def test_it_is_the_most_through_two_layers_too(
    links: dict[str, frozenset[str]], further: dict[str, frozenset[str]]
) -> None:
    ways = [
        (name, person, last)
        for name in links
        for person in links[name]
        for last in further.get(person, ())
    ]
    by_name = [[None, *(way for way in ways if way[0] == name)] for name in sorted(links)]
    most = 0
    for picked in product(*by_name):
        taken = [way for way in picked if way is not None]
        if all(len({way[i] for way in taken}) == len(taken) for i in (1, 2)):
            most = max(most, len(taken))

    assert chains(links, links, further) == most

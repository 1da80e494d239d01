"""Finds who can be given what, when everybody can be given one thing only."""

from collections.abc import Collection, Iterable, Mapping
from typing import TypeAlias

Node: TypeAlias = tuple[int, str, bool]  # layer, name, whether it is left rather than entered
Links: TypeAlias = Mapping[str, Collection[str]]  # name in a layer -> names in the next one

_FROM: Node = (-1, "", True)


def chains(first: Iterable[str], *links: Links) -> int:
    """Return how many chains through all layers there are that share nobody.

    With one layer of links it is the size of the largest matching. It is found by augmenting paths
    over nodes that are split into an entrance and an exit.
    """
    names = sorted(first)
    if len(links) == 1 and (apart := _apart(names, links[0])) is not None:
        return apart
    used: dict[Node, set[Node]] = {}  # the other way round along what is taken
    graph: dict[Node, list[Node]] = {_FROM: [(0, name, False) for name in names]}
    for layer, link in enumerate(links):
        for name in link:
            graph[layer, name, True] = [(layer + 1, to, False) for to in sorted(link[name])]
    last, count = len(links), 0
    while _augment(graph, used, last):
        count += 1
    return count


def _apart(names: Collection[str], link: Links) -> int | None:
    """Return how many can be given something where nobody wants what another one wants.

    Nearly every approval is like that, and every vote is counted many times.
    """
    own = [link.get(name, ()) for name in names]
    if sum(map(len, own)) != len(set[str]().union(*own)):
        return None
    return sum(1 for people in own if people)


def _augment(graph: dict[Node, list[Node]], used: dict[Node, set[Node]], last: int) -> bool:
    """Find one more way from the first layer to the last one, and take it."""
    before: dict[Node, Node] = {}
    queue: list[Node] = [_FROM]
    for node in queue:  # which grows meanwhile
        if node[0] == last and node[2]:
            _take(node, before, used)
            return True
        for after in _after(node, graph, used):
            if after not in before and after != _FROM:
                before[after] = node
                queue.append(after)
    return False


def _after(
    node: Node, graph: dict[Node, list[Node]], used: dict[Node, set[Node]]
) -> Iterable[Node]:
    """Return where one can go from a node: on along what is free, back along what is taken."""
    layer, name, leaves = node
    onward = graph.get(node, []) if leaves else [(layer, name, True)]
    free = [after for after in onward if node not in used.get(after, ())]
    return [*free, *sorted(used.get(node, ()))]


def _take(node: Node, before: dict[Node, Node], used: dict[Node, set[Node]]) -> None:
    """Turn every step of the way round, from its end."""
    while node in before:
        previous = before[node]
        if node in used.get(previous, ()):
            used[previous].discard(node)  # a step back frees what was taken
        else:
            used.setdefault(node, set()).add(previous)
        node = previous

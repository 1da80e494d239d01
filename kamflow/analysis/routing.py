"""Which track each line of a channel takes, so that few lines cross and none runs on another."""

from collections.abc import Sequence

from msgspec import Struct

CLEARANCE = 10.0  # between the ends of two lines on one track
PASSES = 6


class Wire(Struct, frozen=True, kw_only=True):
    """A line in a channel: the heights at which it leaves to the left and to the right."""

    left: tuple[float, ...] = ()
    right: tuple[float, ...] = ()

    @property
    def low(self) -> float:
        """Where its upright part begins."""
        return min(self.left + self.right)

    @property
    def high(self) -> float:
        """Where its upright part ends."""
        return max(self.left + self.right)

    def spans(self, height: float) -> bool:
        """Tell whether its upright part passes that height."""
        return self.low < height < self.high


def tracks(wires: Sequence[Wire]) -> list[int]:
    """Return the track of each wire, counted from the left of the channel."""
    order = _ordered(wires)
    taken: dict[int, int] = {}
    for wire in order:
        blocking = [taken[other] for other in taken if _meet(wires[other], wires[wire])]
        taken[wire] = max(blocking, default=-1) + 1
    last = max(taken.values(), default=0)
    for position in range(len(order) - 1, -1, -1):
        wire = order[position]
        if not wires[wire].left:  # it lives on the right, so it moves there
            after = [
                taken[other] for other in order[position + 1 :] if _meet(wires[other], wires[wire])
            ]
            taken[wire] = min(after, default=last + 1) - 1
    return [taken[wire] for wire in range(len(wires))]


def _meet(one: Wire, other: Wire) -> bool:
    """Tell whether two wires come so near that their order matters."""
    return one.low < other.high + CLEARANCE and other.low < one.high + CLEARANCE


def crossings(first: Wire, second: Wire) -> int:
    """Return how often two wires cross when `first` runs to the left of `second`."""
    return sum(second.spans(height) for height in first.right) + sum(
        first.spans(height) for height in second.left
    )


def _ordered(wires: Sequence[Wire]) -> list[int]:
    """Return the wires from left to right: short ones first, then moved to save crossings."""
    order = sorted(range(len(wires)), key=lambda wire: wires[wire].high - wires[wire].low)
    cost = [[crossings(one, other) for other in wires] for one in wires]
    for _ in range(PASSES):
        moved = [_sift(order, wire, cost) for wire in tuple(order)]
        if not any(moved):
            break
    return order


def _sift(order: list[int], wire: int, cost: list[list[int]]) -> bool:
    """Move `wire` to where it crosses least; tell whether it moved."""
    start = order.index(wire)
    order.pop(start)
    at_left = [0]  # cost of standing before all others, then one further to the right each time
    for other in order:
        at_left.append(at_left[-1] + cost[other][wire] - cost[wire][other])
    best = min(range(len(at_left)), key=lambda place: (at_left[place], abs(place - start)))
    order.insert(best, wire)
    return best != start

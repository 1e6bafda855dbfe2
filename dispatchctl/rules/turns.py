"""When an entry of the ledger changes somebody's pay: approved, taken back, or in conflict with another one. Pure.

Of entries of one fact that stand at the same time none counts, since nobody can say which is meant. So the month in
which it is told which one stands counts that one, and what a month before had counted is taken back while they
conflict: over all months the fact is counted once, whenever each of them was reported.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

CONFLICT = "conflict"


class Life(NamedTuple):
    """An entry's times, seconds, None for what did not happen. by: the event that ended it, reversed or waived."""

    entry: str
    proposed: int
    approved: int | None
    ended: int | None
    by: str

    def stands(self, at: int) -> bool:
        """Whether it stood at that time."""
        return self.proposed <= at and (self.ended is None or self.ended > at)


class Turn(NamedTuple):
    """A change of pay: when (seconds), by which event, +1 or -1 times the entry's amount."""

    at: int
    event: str
    sign: int


def list_turns(one: Life, start: int, end: int) -> Iterator[Turn]:
    """The changes that an entry alone makes within [start, end)."""
    for at, event, sign in ((one.approved, "approved", 1), (one.ended, one.by, -1)):
        if one.approved is not None and at is not None and start <= at < end:
            yield Turn(at, event, sign)


def list_turns_beside(one: Life, others: Sequence[Life], start: int, end: int) -> Iterator[Turn]:
    """The change within [start, end) of an entry beside others of its fact: none where it counts before as after."""
    before, after = (_counts(one, others, at) for at in (start - 1, end - 1))
    if after and not before:
        alone = [other.ended for other in others if other.ended is not None and other.ended < end]
        yield Turn(max([start, one.approved or start, *alone]), "approved", 1)
    elif before and not after:
        if one.ended is not None and one.ended < end:
            yield Turn(one.ended, one.by, -1)
        else:
            yield Turn(max(start, min(other.proposed for other in others if other.stands(end - 1))), CONFLICT, -1)


def have_met(lives: Sequence[Life]) -> bool:
    """Whether any two of them stood at the same time."""
    ordered = sorted(lives, key=lambda life: life.proposed)
    return any(other.stands(one.proposed) for place, one in enumerate(ordered) for other in ordered[:place])


def _counts(one: Life, others: Sequence[Life], at: int) -> bool:
    approved = one.approved is not None and one.approved <= at
    return approved and one.stands(at) and not any(other.stands(at) for other in others)

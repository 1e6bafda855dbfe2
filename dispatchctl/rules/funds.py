"""What a fund holds: what came in and went out, and the balance after each. Pure (FW-4.2)."""

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple


class Movement(NamedTuple):
    """Money that came into a fund, or (negative) went out of it. at: seconds."""

    at: int
    entry: str
    event: str
    amount: Decimal


def add_up(movements: Iterable[Movement]) -> list[tuple[Movement, Decimal]]:
    """Each movement in the order of time with the balance after it; exact."""
    balance, found = Decimal(0), []
    for each in sorted(movements, key=lambda one: (one.at, one.entry, one.event != "paid")):
        balance += each.amount
        found.append((each, balance))
    return found

"""Who says what rows mean, as the index knows it: a type, for type checkers alone; nothing loads it. Store."""

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from dispatchctl.registers.row import Row
from dispatchctl.store.judgements import Judged


class Judge(Protocol):
    """What rows mean, handed in by the desk."""

    def judge(self, root: str, rows: Sequence[Row]) -> Judged:
        """The tables' rows for one family."""

    def meet(self, families: Iterable[Sequence[Row]]) -> Any:
        """Take in the whole staff register, one sequence of rows for each person; an object with `histories`."""

    def forget(self) -> None:
        """Read the staff anew from the index when they are next needed: another process may have changed them."""

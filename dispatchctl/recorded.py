"""What the command under way has recorded: counted where rows are appended, asked where it cannot end as it should.

Layer: below workspace, which hands it to every command; commands/unfinished.py has the words.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from dispatchctl.errors import DispatchError, OutcomeUnknown

LISTED = 20  # ids that a message names one by one; of more the first and the last


class Names:
    """The first LISTED of some names, the last one and their count, each counted once where it comes twice in a row."""

    def __init__(self) -> None:
        self.first: list[str] = []
        self.last = ""
        self.count = 0

    def add(self, names: Sequence[str]) -> None:
        """Add names, in their order."""
        for name in names:
            if name != self.last:
                self.count += 1
                if self.count <= LISTED:
                    self.first.append(name)
                self.last = name

    def __str__(self) -> str:
        """All of them, or of more than LISTED their count, the first and the last."""
        return ", ".join(self.first) if self.count <= LISTED else f"{self.count}, {self.first[0]} to {self.last}"


class Recorded:
    """What the command under way has recorded; asked where it cannot end as it should (commands/unfinished.py).

    names: the ids of what was. appends: how often it was tried. doubtful: the ids of an append that neither ended nor
    failed. before: what an earlier command with the same key had recorded. begun: something was to be recorded.
    repeatable: the command may be run once more without recording any of it twice. rest, refused: of a batch the items
    that it did not come to, and what it refused.
    """

    def __init__(self) -> None:
        self.names = Names()
        self.appends = 0
        self.doubtful: Sequence[str] = ()
        self.before = Names()
        self.begun = False
        self.repeatable = True
        self.rest: Sequence[str] = ()
        self.refused: Sequence[Any] = ()

    def __bool__(self) -> bool:
        """Whether something was recorded, or may have been."""
        return bool(self.names.count or self.doubtful)

    @contextmanager
    def appending(self, names: Sequence[str], *, repeatable: bool) -> Iterator[None]:
        """What is appended inside is recorded at the end; not where a DispatchError but OutcomeUnknown says so.

        The names are in doubt from the beginning: an interrupt may come between the write and the next line.
        """
        was = self.repeatable
        self.begun, self.doubtful, self.repeatable = True, names, was and repeatable
        self.appends += 1
        try:
            yield
        except OutcomeUnknown:
            raise
        except DispatchError:
            self.doubtful, self.repeatable = (), was
            raise
        self.note(names, repeatable=repeatable)
        self.doubtful = ()

    def note(self, names: Sequence[str], *, repeatable: bool = True) -> None:
        """Count something in that is recorded now, or changed as it is recorded."""
        self.names.add(names)
        self.repeatable = self.repeatable and repeatable

    def leave(self, rest: Sequence[str], refused: Sequence[Any]) -> None:
        """A batch is left half-way: the items that it did not come to, and what it refused (recording.Refusal)."""
        self.rest, self.refused = rest, refused

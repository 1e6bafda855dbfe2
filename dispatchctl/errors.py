"""Errors: what can go wrong, as exceptions with exit codes, and faults found in data, as values.

Layer: below everything; imports nothing of the package. `cli` alone turns these into messages and
exit codes, so a code is changed here and nowhere else.
"""

import errno
from contextlib import ExitStack
from typing import ClassVar, NamedTuple


class Fault(NamedTuple):
    """One thing wrong in a file of records or rules: a value, so that a check can report all of them at once.

    line and column count from 1; 0 means that the fault belongs to the whole file (line) or line (column).
    code is a short stable name (`unknown-key`, `bad-crc`, ...); allowed and hint may be empty.
    """

    file: str
    line: int
    column: int
    code: str
    message: str
    allowed: str = ""
    hint: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        allowed = f" ({self.allowed})" if self.allowed else ""
        return f"{place}: {self.message}{allowed}"


class DispatchError(Exception):
    """Base of every refusal: one line, place first, and a hint on a second line where one helps."""

    exit_code: ClassVar[int] = 4

    def __init__(self, message: str, *, place: str = "", hint: str = "") -> None:
        super().__init__(f"{place}: {message}" if place else message)
        self.hint = hint


class UsageFault(DispatchError):
    """Wrong usage: an option, a value that the program fixes, a field that intake demands."""

    exit_code = 2


class NotFound(DispatchError):
    """No such case, person or key of policies.yaml."""

    exit_code = 3


class Refused(DispatchError):
    """Not allowed in this state, or by a rule; the message names the state or the clause.

    possible: the register and the events that the state allows; who prints the hint says them as they are typed.
    """

    exit_code = 4
    possible: tuple[str, tuple[str, ...]] | None = None


class BadData(DispatchError):
    """Bad data in records or policies; `faults` holds each of them, the message the first or their count."""

    exit_code = 5

    def __init__(self, message: str, *, place: str = "", hint: str = "", faults: tuple[Fault, ...] = ()) -> None:
        super().__init__(message, place=place, hint=hint)
        self.faults = faults

    @classmethod
    def of(cls, faults: "list[Fault] | tuple[Fault, ...]") -> "BadData":
        """The error for one or more faults: one line each, in the order given."""
        return cls("\n".join(str(fault) for fault in faults), faults=tuple(faults))


class Busy(DispatchError):
    """The lock was not free within --wait seconds, or its file was taken away while it was held; may be retried."""

    exit_code = 6


class SystemFailed(DispatchError):
    """The disk or the system failed; nothing was recorded."""

    exit_code = 7


class OutcomeUnknown(DispatchError):
    """Recorded, or perhaps recorded: the last sync failed, or what had to follow; retry with the same --request-id.

    So ends any command that fails after it has recorded something, see cli.report_error.
    """

    exit_code = 75


class IndexDamaged(DispatchError):
    """The index was found damaged in the middle of a command that had recorded nothing, and another one is used now.

    Whoever ran the command may run it once more.
    """

    exit_code = 7


class Moved(Exception):
    """What a command had read was changed before it had the lock: it is run again, and decides by what stands now.

    held: lets go of the lock, which nobody else has in between; None for a command that would hold it too long.
    """

    def __init__(self, held: ExitStack | None) -> None:
        super().__init__("the records have changed")
        self.held = held


def explain_failure(error: OSError, path: str, failed: str = "cannot be read: ") -> DispatchError:
    """What it comes to that the system does not open a path that somebody named: the name may be at fault, or the disk.

    NotFound where nothing is there, UsageFault for what can be no file, else SystemFailed.
    """
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return NotFound("no such file", place=path)
    if isinstance(error, IsADirectoryError):
        return UsageFault("is a folder, not a file", place=path)
    if isinstance(error, FileExistsError):
        return UsageFault("is there, and is no folder", place=path)
    if error.errno in (0, errno.ENAMETOOLONG, errno.ELOOP, errno.ENXIO):  # 0: the store's own, of what is no file
        return UsageFault(f"{failed}{error.strerror}", place=path)
    return SystemFailed(f"{failed}{error.strerror}", place=path)

"""What one recorded row is, once it has been read: the fact everything else is derived from."""

from typing import NamedTuple


class Row(NamedTuple):
    """One event.

    at: when it happened, whole seconds since 1970 UTC. recorded: when it was written, microseconds since 1970 UTC;
    grows within a writer. fields: the register's own columns that are not empty, as text (unknown columns too).
    file: the file's name without `.csv` (`2026-11.main`, `2026-11.main.2`); seq: its number in that file, from 1.
    derived: it follows from another row (a helper's completion), whose reference it carries.
    """

    at: int
    recorded: int
    by: str
    id: str
    event: str
    fields: dict[str, str]
    source_ref: str
    request_id: str
    note: str
    register: str
    file: str
    seq: int
    derived: bool = False

    @property
    def ref(self) -> str:
        """The row's reference, `orders/2026-11.main#14`."""
        return f"{self.register}/{self.file}#{self.seq}"


def split_file_name(name: str) -> tuple[str, str, int]:
    """(month, writer, part) of a file's name: `2026-11.main.2` -> ("2026-11", "main", 2); part 1 is unnamed."""
    month, _, rest = name.partition(".")
    writer, _, part = rest.partition(".")
    return month, writer, int(part or 1)


def fold_key(row: Row) -> tuple[int, str, str, int, int]:
    """What a case's rows are folded by: recorded_at, then writer, file and seq (records.md, "Order in time")."""
    month, writer, part = split_file_name(row.file)
    return row.recorded, writer, month, part, row.seq

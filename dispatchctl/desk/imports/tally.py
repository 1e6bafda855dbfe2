"""What an import came to: its rows counted, its faults gathered by column and value. Desk.

A column of four thousand unknown services is told by its values, each with the rows that have it, not row by row.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from dispatchctl.errors import Fault

LISTED = 1000  # different faults that are kept; the others are counted
SPELLED = 12  # different values of one column that are told a line each; more are told in one line
KINDS = {"bad-time": "values that are no time", "future": "times in the future", "refused": "refusals"}


class RowFault(NamedTuple):
    """A fault of one row. subject: the column, or what else it is about; value: the text that is wrong, as shown."""

    fault: Fault
    subject: str = ""
    value: str = ""


class Group(NamedTuple):
    """One fault of one or more rows: fault is that of the first. value: as in RowFault."""

    fault: Fault
    rows: int
    subject: str
    value: str

    def show(self) -> str:
        """The line that tells it; of several rows their number and the first of them."""
        return (
            f"{self.fault} ({self.rows:,} rows, first in line {self.fault.line})" if self.rows > 1 else str(self.fault)
        )


class Outcome(NamedTuple):
    """What an import came to, in input rows. groups: the faults, at most LISTED. more: how many are not among them.

    changed: rows known by their reference that say something else than is recorded; updated: those of them that were
    recorded. changes: what they say, at most LISTED.
    """

    read: int
    imported: int
    changed: int
    skipped: int
    refused: int
    updated: int
    groups: list[Group]
    more: int
    changes: "list[RowChange]"


class RowChange(NamedTuple):
    """A row known by its reference that says something else. fields: (field, recorded, theirs). error: why it cannot
    be recorded, "" where it can.
    """

    line: int
    ref: str
    case: str
    fields: tuple[tuple[str, str, str], ...]
    error: str = ""


class ImportTally:
    """Counts rows and gathers faults."""

    def __init__(self) -> None:
        self.read = self.imported = self.changed = self.skipped = self.refused = self.updated = 0
        self.more = 0
        self.groups: dict[tuple[str, str, str, str], Group] = {}
        self.changes: list[RowChange] = []

    def add(self, faults: Iterable[RowFault]) -> None:
        """Take in the faults of one row."""
        for fault, subject, value in faults:
            key = (subject, fault.code, fault.message, fault.allowed)
            group = self.groups.get(key)
            if group is not None:
                self.groups[key] = group._replace(rows=group.rows + 1)
            elif len(self.groups) < LISTED:
                self.groups[key] = Group(fault, 1, subject, value)
            else:
                self.more += 1

    def note_changes(self, changes: Sequence[RowChange]) -> None:
        """Keep what known rows say otherwise, as far as it is listed."""
        self.changes += changes[: LISTED - len(self.changes)]

    def outcome(self) -> Outcome:
        """The counts, faults in the order of their first lines."""
        groups = sorted(self.groups.values(), key=lambda group: (group.fault.line, group.fault.column))
        return Outcome(
            self.read, self.imported, self.changed, self.skipped, self.refused, self.updated, groups, self.more,
            self.changes,
        )  # fmt: skip


def group_map_faults(faults: Iterable[Fault]) -> Outcome:
    """The outcome of an import whose map is faulty."""
    return Outcome(0, 0, 0, 0, 0, 0, [Group(fault, 1, "", "") for fault in faults], 0, [])


def spell_faults(groups: Iterable[Group]) -> list[tuple[str, str]]:
    """(line, hint) of each fault as people read it; many different values of one column make one line."""
    kinds: dict[tuple[str, str], list[Group]] = {}
    for group in groups:
        kinds.setdefault((group.subject, group.fault.code), []).append(group)
    told = []
    for (subject, code), alike in kinds.items():
        if len(alike) <= SPELLED or not all(group.value for group in alike):
            told += [(group.fault.line, group.show(), group.fault.hint) for group in alike]
            continue
        first = min(alike, key=lambda group: group.fault.line).fault
        often = sorted(alike, key=lambda group: -group.rows)[:SPELLED]
        rows = sum(group.rows for group in alike)
        shown = ", ".join(f"{group.value} ({group.rows})" if group.rows > 1 else group.value for group in often)
        what = KINDS.get(code, "unknown values" if code.startswith("unknown-") else "values that are not taken")
        line = f"{first.file}:{first.line}: {subject}: {len(alike)} {what} in {rows:,} rows: {shown}, ..."
        allowed = f" ({first.allowed})" if first.allowed else ""
        hint = "--suggest-map prints the lines to copy" if code.startswith("unknown-") else first.hint
        told.append((first.line, line + allowed, hint))
    return [(line, hint) for _, line, hint in sorted(told, key=lambda each: each[0])]


def describe_outcome(outcome: Outcome, *, dry: bool) -> dict[str, Any]:
    """The counts, faults and changes as json prints them: always valid Unicode."""
    item: dict[str, Any] = {
        name: getattr(outcome, name) for name in ("read", "imported", "changed", "skipped", "refused", "updated")
    }
    item["faults"] = [clean({**group.fault._asdict(), "rows": group.rows}) for group in outcome.groups]
    item["changes"] = [
        clean(
            {
                "line": change.line, "source_ref": change.ref, "case": change.case, "error": change.error or None,
                "fields": {name: {"ours": ours, "theirs": theirs} for name, ours, theirs in change.fields},
            }
        )
        for change in outcome.changes
    ]  # fmt: skip
    return {**item, "dry_run": True} if dry else item


def clean(value: Any) -> Any:
    """The value with what is no Unicode in its texts (bytes of another encoding) made visible as escapes."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {clean(name): clean(each) for name, each in value.items()}
    return [clean(each) for each in value] if isinstance(value, list) else value

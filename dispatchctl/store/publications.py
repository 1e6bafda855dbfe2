"""When each version of the rules was published, as the audit register tells it.

Layer: store. Its one job: read the `published` rows without an index, since which versions count is asked before there
can be one.
"""

from typing import NamedTuple

from dispatchctl.registers.row import Row, fold_key
from dispatchctl.store.files import list_files
from dispatchctl.store.reading import iterate_file
from dispatchctl.store.versions import list_version_files

AUDIT, PUBLISHED = "audit", "published"


class Publication(NamedTuple):
    """One `published` row. file: the name of the version's file; recorded: microseconds since 1970 UTC."""

    file: str
    recorded: int
    by: str
    sha256: str
    row: Row


def read_publications(path: str, label: str) -> list[Publication]:
    """Every publication on record, in the order they were recorded; path and label: those of the records folder.

    Rows that do not stand (torn, or not fitting their chain) are left out.
    """
    rows: list[Row] = []
    ends: dict[str, int] = {}  # writer -> the crc that its next file goes on from
    for file in list_files(path, label, AUDIT):
        for read in iterate_file(file, None, ends.get(file.writer, 0)):
            rows += [row for _, _, row in read.rows if row.event == PUBLISHED]
            ends[file.writer] = read.position.crc
    rows.sort(key=fold_key)
    return [
        Publication(row.fields.get("subject", ""), row.recorded, row.by, row.fields.get("sha256", ""), row)
        for row in rows
    ]


def find_published(path: str, label: str, until: int) -> frozenset[str] | None:
    """The names of the version files that had been published by `until` (seconds, inclusive); None: all there are.

    A file that no row tells of counts as there from the beginning. Where none had been published, the first that was
    stands for the policies.yaml of that time, whose text it kept.
    """
    names = {file.name for file in list_version_files(path)}
    first: dict[str, int] = {}
    for each in read_publications(path, label):
        if each.file in names:
            first.setdefault(each.file, each.recorded)
    late = {name: recorded for name, recorded in first.items() if recorded // 1_000_000 > until}
    if not late:
        return None
    return frozenset(names - late.keys()) or frozenset([min(late, key=late.__getitem__)])

"""Which rows belong together: a chunk of rows, in any order, sorted into families that may have been begun before.

Layer: store, below index.py. Its one job is that the families do not depend on the order in which rows arrive: a row
of another clone may come before, or months after, the one that says what its case belongs to.
"""

import struct
from collections.abc import Callable, Iterator
from typing import NamedTuple

from dispatchctl.registers import Pages, case_of
from dispatchctl.registers.row import Row

PLACE = struct.Struct("<HII")  # file number, offset, length


class PlacedRow(NamedTuple):
    """A row and where it stands: its file's number in the index, offset and length in bytes."""

    number: int
    offset: int
    length: int
    row: Row


class Gathered(NamedTuple):
    """One family that a chunk touched. places: those of its new rows. merged: roots of families that became part."""

    root: str
    places: bytearray
    rows: list[Row]
    merged: list[str]


class Gathering:
    """Sorts the rows of one chunk by family.

    find_family: the root of the family in which the index has a case, "" for one it does not have. pages: of the
    registers that the rows are of.
    """

    def __init__(self, find_family: Callable[[str, str], str], pages: Pages) -> None:
        self._find = find_family
        self._name_parent = pages.parent
        self._roots: dict[str, str] = {}  # case -> root, or another case whose root it shares
        self._families: dict[str, Gathered] = {}

    def take(self, placed: PlacedRow) -> None:
        """Sort in one row."""
        number, offset, length, row = placed
        case = row.id
        root = self._roots.get(case)
        if root is None:
            root = self._roots[case] = self._find(row.register, case) or case
        if root in self._roots:
            root = self._follow(root)
        parent = row.fields.get(self._name_parent(row.register))
        if parent:
            above = self._root_above(case_of(parent))
            if above != root:
                self._merge(root, above)
                root = above
        family = self._families.get(root)
        if family is None:
            family = self._families[root] = Gathered(root, bytearray(), [], [])
        family.places.extend(PLACE.pack(number, offset, length))
        family.rows.append(row)

    def families(self) -> Iterator[Gathered]:
        """The families touched, each once."""
        return iter(self._families.values())

    def _follow(self, root: str) -> str:
        while (above := self._roots.get(root, root)) != root:
            root = above
        return root

    def _root_above(self, parent: str) -> str:
        root = self._roots.get(parent)
        if root is None:
            root = self._roots[parent] = self._find("", parent) or parent
        return self._follow(root)

    def _merge(self, root: str, above: str) -> None:
        """Make the family of `root`, begun before it was known what it belongs to, a part of that of `above`."""
        self._roots[root] = above
        into = self._families.get(above)
        if into is None:
            into = self._families[above] = Gathered(above, bytearray(), [], [])
        into.merged.append(root)
        part = self._families.pop(root, None)
        if part is not None:
            into.places.extend(part.places)
            into.rows.extend(part.rows)
            into.merged.extend(part.merged)

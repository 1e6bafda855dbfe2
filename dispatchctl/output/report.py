"""The type that a file of a report is made of; only those who write a file load it. Output."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from dispatchctl.registers import Pages


class Report(NamedTuple):
    """What a file is made of. document: what json prints; rows, keys: the same, flat; now: epoch seconds.

    numbers: the keys whose values are numbers, also where they stand as text, as an exact amount does.
    headers: csv and tsv have a heading. raw: what looks like a formula is left as it is. pages: of the registers named.
    """

    document: Mapping[str, Any]
    rows: Sequence[Mapping[str, Any]]
    keys: Sequence[str]
    lang: str
    now: int
    headers: bool
    raw: bool
    pages: Pages
    numbers: Sequence[str] = ()

"""What a file of a report is made of. Layer: output. Its one job: that type, which only those who write a file load."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from dispatchctl.registers import Pages


class Report(NamedTuple):
    """What a file is made of. document: what json prints; rows, keys: the same, flat; now: epoch seconds.

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

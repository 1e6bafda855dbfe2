"""What is handed to a format: items, what the workspace says of printing, and how a person's columns look.

Layer: output, above registers. Its one job: these three types.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple, Protocol, TextIO

from dispatchctl.output.formatters import Format
from dispatchctl.output.labels import Column
from dispatchctl.registers.page import Register

Item = Mapping[str, object]


class Printing(Protocol):
    """What `emit` needs to know of a workspace."""

    @property
    def form(self) -> Format:
        """The format to print in."""

    @property
    def lang(self) -> str:
        """`zh` or `en`."""

    @property
    def quiet(self) -> bool:
        """Ids only."""

    @property
    def headers(self) -> bool:
        """With headings."""

    @property
    def fields(self) -> tuple[str, ...]:
        """Keys chosen; () for all."""

    @property
    def sort(self) -> tuple[str, bool]:
        """(key or "", descending)."""

    @property
    def titles(self) -> Mapping[str, Mapping[str, str]]:
        """What people call the keys of a column: column -> key -> title."""

    def now(self) -> int:
        """Epoch seconds of the present."""

    def use_color(self, stream: TextIO) -> bool:
        """Whether colour may go to the stream."""


class Layout(NamedTuple):
    """How a person's formats look: columns in order, language, epoch seconds of now, the page that explains words."""

    columns: tuple[Column, ...]
    lang: str = "zh"
    now: int = 0
    headers: bool = True
    single: bool = False
    page: Register | None = None
    color: bool = False
    shorten: bool = True
    titles: Mapping[str, Mapping[str, str]] = MappingProxyType({})  # column -> key -> what people call it

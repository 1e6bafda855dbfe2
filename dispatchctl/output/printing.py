"""What printing needs to know of the workspace: a type, for type checkers alone; nothing loads it. Layer: output."""

from collections.abc import Mapping
from typing import Protocol, TextIO

from dispatchctl.output.formatters.base import Format
from dispatchctl.registers import Pages


class Printing(Protocol):
    """What `emit` needs to know of a workspace."""

    @property
    def form(self) -> Format:
        """The format to print in."""

    @property
    def lang(self) -> str:
        """`zh` or `en`."""

    @property
    def pages(self) -> Pages:
        """The registers that items may be of."""

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

    def shown_at(self) -> int:
        """Epoch seconds of the time that is looked at: times are shortened by its year."""

    def use_color(self, stream: TextIO) -> bool:
        """Whether colour may go to the stream."""

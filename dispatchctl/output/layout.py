"""How a table for people looks: its columns in order, its language, the words it may use. Layer: output."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from dispatchctl.output.labels import Column
from dispatchctl.registers import SHIPPED, Pages
from dispatchctl.registers.page import Register


class Layout(NamedTuple):
    """How a person's formats look: columns in order, language, epoch seconds of now, the page that explains words.

    pages: where there is none, that of the register which an item names.
    """

    columns: tuple[Column, ...]
    lang: str = "zh"
    now: int = 0
    headers: bool = True
    single: bool = False
    page: Register | None = None
    color: bool = False
    shorten: bool = True
    titles: Mapping[str, Mapping[str, str]] = MappingProxyType({})  # column -> key -> what people call it
    pages: Pages = SHIPPED

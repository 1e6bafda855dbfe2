"""What is recorded: one page per register (its fields, events, moves, states). Declarations only, no I/O.

`Pages` are the registers that a folder has, `SHIPPED` those of this package. Whoever works with a folder asks those of
its books; a page is loaded when it is first asked for, so that a command imports only the ones it needs.
"""

from collections.abc import Iterable, Mapping
from importlib import import_module

from dispatchctl.registers.page import Event, Field, Register

#: letter of the ids -> register; the order is the one lists and checks follow
LETTERS = {
    "O": "orders",
    "A": "assignments",
    "C": "complaints",
    "F": "followups",
    "S": "surveys",
    "L": "ledger",
    "U": "notices",
    "X": "audit",
    "T": "staff",
    "N": "attendance",
    "G": "training",
}


class Pages:
    """The registers there are, by name and by letter, in the order that lists and checks follow.

    shipped: letter -> the module here that has the page, each loaded when first asked for. more: pages from elsewhere,
    complete (see page.complete_page), after the shipped ones; ValueError for a name or letter that is taken.
    """

    def __init__(self, shipped: Mapping[str, str], more: Iterable[Register] = ()) -> None:
        self.more = tuple(more)
        self._shipped = shipped
        self.letters = dict(shipped)
        for page in self.more:
            if page.letter in self.letters or page.name in self.letters.values():
                raise ValueError(f"there is a register {page.name}, or one with the letter {page.letter}, already")
            self.letters[page.letter] = page.name
        self.names = tuple(self.letters.values())
        self._pages = {page.name: page for page in self.more}
        self._events: dict[str, dict[str, Event]] = {}
        self._fields: dict[str, dict[str, Field]] = {}
        self._known: dict[str, dict[str, Field]] = {}
        self._finals: dict[str, frozenset[str]] = {}

    def get(self, name: str) -> Register:
        """The page of a register; KeyError where there is no such register, as for all that is asked by name."""
        page = self._pages.get(name)
        if page is None:
            if name not in self.names:
                raise KeyError(name)
            page = self._pages[name] = import_module(f"dispatchctl.registers.{name}").PAGE
        return page

    def events(self, name: str) -> dict[str, Event]:
        """The events of a register by name."""
        if name not in self._events:
            self._events[name] = {event.name: event for event in self.get(name).events}
        return self._events[name]

    def fields(self, name: str) -> dict[str, Field]:
        """The fields of a register by name."""
        if name not in self._fields:
            self._fields[name] = {field.name: field for field in self.get(name).fields}
        return self._fields[name]

    def known(self, name: str) -> dict[str, Field]:
        """What rules, measures and lists may name of a register's cases: its fields, and what is derived from them."""
        if name not in self._known:
            page = self.get(name)
            self._known[name] = {field.name: field for field in (*page.fields, *page.derived)}
        return self._known[name]

    def finals(self, name: str) -> frozenset[str]:
        """The states in which a case of a register has ended."""
        if name not in self._finals:
            self._finals[name] = frozenset(state.name for state in self.get(name).states if state.final)
        return self._finals[name]

    def parent(self, name: str) -> str:
        """The field that names the case a case of the register belongs to; "" where there is none."""
        page = self._pages.get(name) or self.get(name)
        return page.parent

    def extend(self, more: Iterable[Register]) -> "Pages":
        """These and more pages; see the class."""
        return Pages(self._shipped, (*self.more, *more))


SHIPPED = Pages(LETTERS)


def case_of(name: str) -> str:
    """The case that an id is of: an item `C-20261103-0001#2` belongs to `C-20261103-0001`."""
    return name.partition("#")[0]

"""Who called, by the rows of an import whose reference is known, beside the contacts that were recorded for them. Desk.

Compared as contacts are found: phone and address folded, the name as it stands. An empty cell says nothing.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from dispatchctl.desk import contacts
from dispatchctl.desk.books import Books
from dispatchctl.desk.imports.sieve import Sifted, Sifter
from dispatchctl.exchange.maps import CONTACT
from dispatchctl.store.contacts import Contact, fold_address, fold_phone

FOLDS: tuple[Callable[[str], str], ...] = (str.strip, fold_phone, fold_address)  # in the order of CONTACT
NOBODY = Contact()


class CallerChange(NamedTuple):
    """A caller that a row names otherwise. fields: (recorded, theirs) by column of the map, masked; contact: the one
    that is to come in place of the old one, still without an id.
    """

    fields: dict[str, tuple[str, str]]
    contact: Contact


class Callers:
    """Compares the callers of rows. asked: the map has a column for any of CONTACT.

    unread: cases whose contact was erased, or is kept by another office: nothing can be compared there.
    """

    def __init__(self, books: Books, sifter: Sifter) -> None:
        self.books = books
        self.asked = any(place >= 0 for place in sifter.contact)
        self.unread: set[str] = set()

    def find_suspects(self, sifted: Sifted, known: Sequence[tuple[int, str, str]]) -> list[int]:
        """The rows that name another caller than their case has now; known: (row, case, contact or "")."""
        there = contacts.read_contacts(self.books, {contact for _, _, contact in known if contact})
        suspects = []
        names, phones, addresses = sifted.contacts
        for row, case, contact_id in known:
            contact = there.get(contact_id, NOBODY)
            if contact.phone == phones[row] and contact.name == names[row] and contact.address == addresses[row]:
                continue  # nearly all
            if contact_id and is_unknown(contact):
                self.unread.add(case)
            elif list_others(read_cells(sifted, row), [contact]):
                suspects.append(row)
        return suspects

    def compare(self, sifted: Sifted, row: int, case: str, here: str, told: Sequence[str]) -> CallerChange | None:
        """Who called by a row, where that is another than was told and than is here by now; None where it is not.

        here: the contact that the case has now. told: those that rows of this reference named: that of the opening one
        ("" for none), then those of its corrections, each of which told only what it changed.
        """
        named = {each for each in (here, *told) if each}
        there = contacts.read_contacts(self.books, named)
        there |= contacts.read_contacts(self.books, {each.replaces for each in there.values() if each.replaces})
        if any(is_unknown(there.get(each, NOBODY)) for each in named):
            self.unread.add(case)
            return None
        ours = list_texts(there.get(told[0], NOBODY))
        for contact in (there[each] for each in told[1:]):
            before = list_texts(there.get(contact.replaces, NOBODY))
            ours = [
                new if new != old else text for new, old, text in zip(list_texts(contact), before, ours, strict=True)
            ]
        now = there.get(here, NOBODY)
        theirs = read_cells(sifted, row)
        others = list_others(theirs, [NOBODY._replace(name=ours[0], phone=ours[1], address=ours[2]), now])
        if not others:
            return None
        masked = [
            list_texts(contacts.mask_contact(self.books, NOBODY._replace(name=name, phone=phone, address=address)))
            for name, phone, address in (ours, theirs)
        ]
        fields = {CONTACT[place]: (masked[0][place], masked[1][place]) for place in others}
        new = [text if place in others else None for place, text in enumerate(theirs)]
        base = now if here else NOBODY._replace(source="import")
        return CallerChange(fields, contacts.correct_contact(base, *new))


def list_texts(contact: Contact) -> list[str]:
    """Name, phone and address of a contact, in the order of CONTACT."""
    return [contact.name, contact.phone, contact.address]


def is_unknown(contact: Contact) -> bool:
    """Whether nothing is known of a contact: erased, or another office's."""
    return not any(list_texts(contact))


def read_cells(sifted: Sifted, row: int) -> list[str]:
    """What a row says of its caller, in the order of CONTACT."""
    return [column[row].strip() for column in sifted.contacts]


def list_others(theirs: Sequence[str], known: Sequence[Contact]) -> list[int]:
    """The places among CONTACT of what is said and stands in none of these contacts."""
    texts = [list_texts(contact) for contact in known]
    return [
        place
        for place, text in enumerate(theirs)
        if text and not any(each[place] == text for each in texts)
        if FOLDS[place](text) not in [FOLDS[place](each[place]) for each in texts]
    ]

"""Who is calling: the private contacts, found by phone and address or added. Desk."""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from dispatchctl.desk.books import Books
from dispatchctl.desk.drafts import Instant
from dispatchctl.desk.names import show_text
from dispatchctl.desk.times import format_time, local_day
from dispatchctl.errors import NotFound
from dispatchctl.store import contacts as private
from dispatchctl.store.contacts import Contact, fold_address, fold_phone
from dispatchctl.store.keys import make_id
from dispatchctl.store.lines import check_text
from dispatchctl.typed import is_blank

REVEALED = "audit.revealed"  # the right to see a contact whole


class Found(NamedTuple):
    """A contact, and whether it has yet to be written."""

    contact: Contact
    new: bool


def find_contact(books: Books, name: str, phone: str, address: str) -> Found:
    """The contact of these three, or a new one.

    A known phone with another name or address is a new contact (two places, two people); what was left out is taken
    from the phone's only contact. What only says that there is none (`intake.placeholders`) is left out, with a
    warning.
    """
    for option, text in (("--caller", name), ("--phone", phone), ("--address", address)):
        check_text(option, text)
    name, phone, address = drop_placeholders(books, {"--caller": name, "--phone": phone, "--address": address})
    if not (name or phone or address):
        return Found(Contact(), False)
    known = list_contacts(books, phone=phone, address=address)
    same = [
        contact
        for contact in known
        if (not name or contact.name == name)
        and (not phone or fold_phone(contact.phone) == fold_phone(phone))
        and (not address or fold_address(contact.address) == fold_address(address))
    ]
    exact = [each for each in same if name and phone and address]
    if exact:
        return Found(exact[-1], False)
    if phone and len(same) == 1:
        return Found(same[0], False)
    return Found(Contact(name=name, phone=phone, address=address), True)


def drop_placeholders(books: Books, texts: Mapping[str, str]) -> list[str]:
    """The texts by option, "" for those that only say that there is none: two strangers without a phone are two."""
    placeholders = books.policy["intake"]["placeholders"]
    kept = []
    for option, text in texts.items():
        none = bool(text) and text.strip() in placeholders
        if none:
            books.warnings.append(f"{option}: {show_text(text)} stands for none, and none is kept")
        kept.append("" if none or is_blank(text) else text)
    return kept


def list_contacts(books: Books, *, phone: str = "", address: str = "") -> list[Contact]:
    """The contacts with this phone, or where none is given, this address; in the order they were written."""
    key = books.index.contact_key()
    column, text = ("phone", fold_phone(phone)) if phone else ("address", fold_address(address))
    if not text:
        return []
    rows = books.index.db.execute(
        f"SELECT place, length FROM contacts WHERE {column} = ? ORDER BY place", (private.hash_text(text, key),)
    ).fetchall()
    return [private.read_contact_at(books.folder, place, length) for place, length in rows]


def read_contact(books: Books, contact_id: str) -> Contact:
    """A contact by id; an empty one where this office has none of that id."""
    row = books.index.db.execute("SELECT place, length FROM contacts WHERE id = ?", (contact_id,)).fetchone()
    return private.read_contact_at(books.folder, *row) if row else Contact(contact_id=contact_id)


def read_contacts(books: Books, contact_ids: Collection[str]) -> dict[str, Contact]:
    """Those of many contacts that this office has, by id."""
    if not contact_ids:
        return {}
    marks = ", ".join("?" * len(contact_ids))
    query = f"SELECT place, length FROM contacts WHERE id IN ({marks}) ORDER BY place"
    places = books.index.db.execute(query, list(contact_ids)).fetchall()
    found = private.read_contacts_at(books.folder, places) if places else []
    return {contact.contact_id: contact for contact in found}


def correct_contact(old: Contact, name: str | None, phone: str | None, address: str | None) -> Contact:
    """The contact that comes in place of another, still without an id; None for what stays as it was, "" for none."""
    return old._replace(
        contact_id="",
        name=old.name if name is None else name,
        phone=old.phone if phone is None else phone,
        address=old.address if address is None else address,
        replaces=old.contact_id,
    )


def find_by_id(books: Books, contact_id: str, option: str = "contact_id") -> Found:
    """A contact that is kept here; NotFound for an id that this office has none of."""
    if not books.index.db.execute("SELECT 1 FROM contacts WHERE id = ?", (contact_id,)).fetchone():
        raise NotFound(f"no such contact: {show_text(contact_id)}", place=option)
    return Found(read_contact(books, contact_id), False)


def mask_contact(books: Books, contact: Contact) -> Contact:
    """The contact as anybody may see it (PR-7): of its address the title of an area of the rules is left."""
    from dispatchctl.rules.privacy import mask_address, mask_name, mask_phone  # few commands need it

    areas = (books.policy["areas"] or {}).values()
    return contact._replace(
        name=mask_name(contact.name),
        phone=mask_phone(contact.phone),
        address=mask_address(contact.address, [contact.area, *(area["title"] for area in areas)]),
    )


def may_reveal(books: Books, actor: str) -> bool:
    """Whether somebody is of a role that may see contacts whole (`privacy.reveal`); each time, a row has to tell it."""
    from dispatchctl.desk.rights import has_right  # few commands need it

    return has_right(books, actor, REVEALED)


def add_contact(books: Books, contact: Contact, moment: Instant) -> str:
    """Have a new contact written with the command that names it, once nothing refuses that; its id."""
    day = local_day(books, moment.recorded // 1_000_000)
    number = books.index.counter("contacts", books.folder.writer, day) + 1 + len(books.unwritten)
    contact_id = make_id("P", day, books.folder.writer, number)
    created = format_time(books, moment.recorded // 1_000_000)
    books.unwritten.append(contact._replace(contact_id=contact_id, created_at=created))
    return contact_id


def same_customer(books: Books, contact_id: str) -> list[str]:
    """The ids of contacts that are the same customer: an equal phone or an equal address, folded (records.md)."""
    row = books.index.db.execute("SELECT phone, address FROM contacts WHERE id = ?", (contact_id,)).fetchone()
    if row is None:
        return [contact_id] if contact_id else []
    rows = books.index.db.execute(
        "SELECT id FROM contacts WHERE (phone = ? AND phone IS NOT NULL) OR (address = ? AND address IS NOT NULL)", row
    ).fetchall()
    return [str(each[0]) for each in rows]

"""The private contacts: one line each, appended, read by place, and blanked where a person is erased.

Layer: store. Its one job is `private/contacts.csv`, the only file with a customer's name, phone and address. It has no
chain and no seal, so that an erasure leaves the registers as they are. No text of it may reach a message.
"""

import os
import stat
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from dispatchctl import sizes
from dispatchctl.errors import BadData, NotFound, SystemFailed
from dispatchctl.registers.contacts import FIELDS
from dispatchctl.store.files import (
    FILE_MODE,
    make_directory,
    open_regular,
    read_bytes,
    read_size,
    replace_file,
    sync_bytes,
    sync_folder,
    write_bytes,
)
from dispatchctl.store.folder import CONTACTS, Folder
from dispatchctl.store.leftovers import remove_leftovers
from dispatchctl.store.lines import BOM, VOID_END, check_text, decode_line, encode_cells, finish_tail
from dispatchctl.store.lock import confirm_lock

COLUMNS = tuple(field.name for field in FIELDS)
HOME_DIGITS, MOBILE_DIGITS = 9, 11  # fewest digits of a Chinese number without its country code; those of a mobile
TAIL = 1 << 20  # bytes; no line is longer: nine texts of at most 32 KiB, escaped


class Contact(NamedTuple):
    """One name, phone and address. replaces: the id of the contact that it corrects. All but the id empty: erased."""

    contact_id: str = ""
    name: str = ""
    phone: str = ""
    address: str = ""
    area: str = ""
    consent: str = ""
    source: str = ""
    created_at: str = ""
    replaces: str = ""


def _place(path: str) -> tuple[str, str]:
    """(path, label) of the file in the records folder at `path`."""
    return f"{path}/{CONTACTS}", f"{os.path.basename(path)}/{CONTACTS}"


def append_contact(folder: Folder, contact: Contact) -> tuple[int, int]:
    """Append a contact, durably; the caller holds the lock. (offset, length) in bytes, the length with its LF.

    UsageFault for a text that cannot be kept. SystemFailed: nothing was recorded; what was written is cut off again,
    as far as the disk lets it, and would harm nothing: a contact that no case names.
    """
    return append_contacts(folder, [contact])


def append_contacts(folder: Folder, contacts: Sequence[Contact]) -> tuple[int, int]:
    """Append one or more contacts with one sync; (offset, length) of all of them together. As for append_contact."""
    for contact in contacts:
        for name, text in zip(COLUMNS, contact, strict=True):
            check_text(name, text)
    lines = "".join([f"{encode_cells(contact)}\n" for contact in contacts])
    path, label = _place(folder.path)
    confirm_lock(folder.path)
    try:
        make_directory(os.path.dirname(path))
        with open_regular(path, label, os.O_RDWR | os.O_APPEND | os.O_CREAT) as descriptor:
            return _append_line(descriptor, path, label, lines.encode())
    except OSError as error:
        raise SystemFailed(f"cannot be written: {error.strerror}", place=label) from error


def _append_line(descriptor: int, path: str, label: str, line: bytes) -> tuple[int, int]:
    status = os.fstat(descriptor)
    size = status.st_size
    if size == 0:
        if stat.S_IMODE(status.st_mode) != FILE_MODE:  # left so by a killed command of an earlier release
            os.fchmod(descriptor, FILE_MODE)
        before = encode_cells(COLUMNS).encode() + b"\n"
    else:
        tail = read_bytes(descriptor, max(0, size - TAIL), size, label)
        before = finish_tail(tail[tail.rfind(b"\n") + 1 :])
    try:
        write_bytes(descriptor, before + line)
        sync_bytes(descriptor)
        if size == 0:
            sync_folder(os.path.dirname(path))
    except OSError:
        # not left as a torn tail: after a failed sync these bytes could turn to zeros under a later line
        os.ftruncate(descriptor, size)
        raise
    return size + len(before), len(line)


def read_contact_at(folder: Folder, offset: int, length: int) -> Contact:
    """The contact at a place that append_contact or iterate_contacts gave; BadData where none stands there."""
    contact = read_line(folder.path, offset, length)
    if contact is None:
        raise _say_none(offset, _place(folder.path)[1])
    return contact


def _say_none(offset: int, label: str) -> BadData:
    return BadData(f"no contact at byte {offset}", place=label, hint="dispatchctl records rebuild")


def read_contacts_at(folder: Folder, places: Sequence[tuple[int, int]]) -> list[Contact]:
    """The contacts at many places, in their order; BadData as read_contact_at. Those that adjoin are read at once."""
    path, label = _place(folder.path)
    try:
        with open_regular(path, label) as descriptor:
            return [contact for span in _join_places(places) for contact in _read_span(descriptor, label, span)]
    except FileNotFoundError:
        raise _say_none(places[0][0] if places else 0, label) from None


def _join_places(places: Sequence[tuple[int, int]]) -> Iterator[Sequence[tuple[int, int]]]:
    """The places in spans without a gap, each ending with the one that fills BYTES_OF_CONTACTS."""
    first, end = 0, 0
    for number, (offset, length) in enumerate(places):
        if number > first and (offset != end or end - places[first][0] >= sizes.BYTES_OF_CONTACTS):
            yield places[first:number]
            first = number
        end = offset + length
    if places:
        yield places[first:]


def _read_span(descriptor: int, label: str, span: Sequence[tuple[int, int]]) -> Iterator[Contact]:
    start = span[0][0]
    data = read_bytes(descriptor, start, sum(span[-1]), label)
    for offset, length in span:
        contact = _parse_line(data[offset - start : offset - start + length])
        if contact is None:
            raise _say_none(offset, label)
        yield contact


def read_line(path: str, offset: int, length: int) -> Contact | None:
    """The contact at a place, None where no line of one stands there; path: the records folder's."""
    file, label = _place(path)
    try:
        with open_regular(file, label) as descriptor:
            return _parse_line(read_bytes(descriptor, offset, offset + length, label))
    except FileNotFoundError:
        return None


def iterate_contacts(path: str, since: int = 0) -> Iterator[tuple[int, int, Contact]]:
    """(offset, length, contact) of each whole line from byte `since` on; path: the records folder's. None at all
    where there is no file.

    since: 0, or the end of a line given before (in a file with the same mark, see contact_places). Void lines and the
    header are left out; what follows the last LF is not there yet.
    """
    file, label = _place(path)
    try:
        with open_regular(file, label) as descriptor:
            size = read_size(descriptor, label)
            want = sizes.BYTES_OF_CONTACTS
            while since < size:
                data = read_bytes(descriptor, since, min(since + want, size), label)
                whole = data[: data.rfind(b"\n") + 1]
                if not whole and len(data) < want:
                    return
                want = sizes.BYTES_OF_CONTACTS if whole else want * 2
                for line in whole.split(b"\n")[:-1]:
                    text = line.removeprefix(BOM) if since == 0 else line  # a spreadsheet's; it says nothing
                    contact = _parse_line(text + b"\n")
                    if contact is not None and not (since == 0 and contact == COLUMNS):
                        yield since, len(line) + 1, contact
                    since += len(line) + 1
    except FileNotFoundError:
        return


def list_unreadable(path: str) -> list[int]:
    """The numbers of the lines that are not UTF-8: an editor or a spreadsheet saved the file in another encoding.

    path: the records folder's. None where there is no file. Reads the whole file at once.
    """
    file, label = _place(path)
    found = []
    try:
        with open_regular(file, label) as descriptor:
            data = read_bytes(descriptor, 0, read_size(descriptor, label), label)
    except FileNotFoundError:
        return []
    for number, line in enumerate(data.split(b"\n")[:-1], 1):
        try:
            line.decode()
        except UnicodeDecodeError:
            if not line.endswith(VOID_END):
                found.append(number)
    return found


def _parse_line(line: bytes) -> Contact | None:
    if not line.endswith(b"\n") or line.endswith(VOID_END + b"\n"):
        return None
    try:
        cells = decode_line(line)
    except ValueError:
        return None
    return Contact(*cells) if len(cells) == len(COLUMNS) else None


def erase_contacts(folder: Folder, contact_ids: Collection[str]) -> int:
    """Blank the lines of these contacts: only the id and what it replaces are left. How many lines that were.

    The caller holds the lock. The file is written anew without its void lines (they may hold the same person's data)
    and takes the old one's place in one step; every place in it is new then. NotFound for an unknown id, SystemFailed
    where the disk fails: then the old file stands.
    """
    path, label = _place(folder.path)
    wanted, erased = set(contact_ids), 0
    lines = [encode_cells(COLUMNS)]
    for _, _, contact in iterate_contacts(folder.path):
        if contact.contact_id in wanted:
            contact = Contact(contact.contact_id, replaces=contact.replaces)
            erased += 1
        lines.append(encode_cells(contact))
    if not erased:
        raise NotFound(f"no contact {', '.join(sorted(wanted))}", place=label)
    confirm_lock(folder.path)
    remove_leftovers(os.path.dirname(path))
    try:
        replace_file(path, "".join(f"{line}\n" for line in lines).encode())
    except OSError as error:
        raise SystemFailed(f"cannot be written: {error.strerror}; nothing was erased", place=label) from error
    return erased


def fold_phone(text: str) -> str:
    """A phone number for comparing: NFKC, then digits, a leading `+`, and the letters of an extension, small.

    A Chinese number with its country code (+86, 0086) is folded as it is dialled at home: a mobile number as it stands,
    any other with the 0 before its area code.
    """
    import unicodedata

    text = unicodedata.normalize("NFKC", text).casefold().strip()
    folded = ("+" if text.startswith("+") else "") + "".join([char for char in text if char.isalnum()])
    for code in ("+86", "0086"):
        if folded.startswith(code) and len(folded) - len(code) >= HOME_DIGITS:
            home = folded[len(code) :]
            mobile = home[0] == "1" and home[:MOBILE_DIGITS].isdigit() and len(home) >= MOBILE_DIGITS
            return home if mobile or home[0] == "0" else f"0{home}"
    return folded


def fold_address(text: str) -> str:
    """An address for comparing: NFKC, small letters, without spaces and punctuation.

    Between two digits whatever stands there becomes one `-`: 3-2-501 and 32-501 are two flats.
    """
    import unicodedata

    folded, gap = "", False
    for char in unicodedata.normalize("NFKC", text).casefold():
        if not char.isalnum():
            gap = True
            continue
        if gap and char.isdigit() and folded[-1:].isdigit():
            folded += "-"
        folded, gap = folded + char, False
    return folded


def hash_text(text: str, key: bytes) -> bytes | None:
    """The keyed hash of a folded text (BLAKE2, RFC 7693, 12 bytes); None for an empty one, which equals no other."""
    if not text:
        return None
    try:
        from _blake2 import blake2b  # what hashlib hands out, without loading OpenSSL: 2 ms of a daily command
    except ImportError:
        from hashlib import blake2b

    return blake2b(text.encode(errors="surrogatepass"), key=key, digest_size=12).digest()


def hash_contact(contact: Contact, key: bytes) -> tuple[bytes | None, bytes | None]:
    """The keyed hashes of the folded phone and address."""
    return hash_text(fold_phone(contact.phone), key), hash_text(fold_address(contact.address), key)

"""Private contacts: kept, found by place, erased, and never in a message."""

import errno
import os
import stat

import pytest
from notebook import Notebook

from dispatchctl import sizes
from dispatchctl.errors import BadData, NotFound, SystemFailed, UsageFault
from dispatchctl.store import files as files_module
from dispatchctl.store.contact_places import stat_contacts
from dispatchctl.store.contacts import (
    Contact,
    append_contact,
    erase_contacts,
    fold_address,
    fold_phone,
    hash_contact,
    hash_text,
    iterate_contacts,
    read_contact_at,
    read_contacts_at,
)

ONE = Contact(
    "P-20261105-0001", "张示例", "138-0000-0001", "1号楼 101", "north", "", "phone", "2026-11-05T09:00:00+08:00"
)
TWO = ONE._replace(contact_id="P-20261105-0002", name='李 "样本", 女\n', phone="138-0000-0002")


@pytest.fixture
def folder(tmp_path):
    return Notebook(tmp_path).folder


@pytest.fixture
def path(folder):
    return f"{folder.path}/private/contacts.csv"


def listed(folder, since=0):
    return [contact for _, _, contact in iterate_contacts(folder.path, since)]


def test_contacts_are_read_by_place(folder, path):
    places = [append_contact(folder, each) for each in (ONE, TWO)]
    assert [read_contact_at(folder, *place) for place in places] == [ONE, TWO]
    assert [(offset, length) for offset, length, _ in iterate_contacts(folder.path)] == places
    assert listed(folder, places[1][0]) == [TWO]
    assert listed(folder, sum(places[1])) == []
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o660
    with open(path, encoding="utf-8") as stream:
        assert stream.readline() == "contact_id,name,phone,address,area,consent,source,created_at,replaces\n"


@pytest.mark.parametrize("size", [1, 1 << 20])
def test_many_contacts_are_read_at_once(folder, monkeypatch, size):
    monkeypatch.setattr(sizes, "BYTES_OF_CONTACTS", size)
    kept = [ONE, TWO, ONE._replace(contact_id="P-3", name="王"), TWO._replace(contact_id="P-4"), ONE]
    places = [append_contact(folder, each) for each in kept]
    assert read_contacts_at(folder, places) == kept
    assert read_contacts_at(folder, [places[4], places[0], places[1], places[3]]) == [ONE, ONE, TWO, kept[3]]
    assert read_contacts_at(folder, []) == []
    with pytest.raises(BadData, match=f"no contact at byte {places[1][0] + 1}"):
        read_contacts_at(folder, [places[0], (places[1][0] + 1, places[1][1])])


def test_no_file_is_no_contacts(folder):
    assert listed(folder) == []
    assert stat_contacts(folder.path) == ""
    with pytest.raises(BadData):
        read_contact_at(folder, 0, 10)
    with pytest.raises(BadData):
        read_contacts_at(folder, [(0, 10)])


def test_a_line_cut_anywhere_is_void_and_the_next_stands(folder, path):
    append_contact(folder, ONE)
    start = os.stat(path).st_size
    append_contact(folder, TWO)
    with open(path, "rb") as stream:
        data = stream.read()
    for cut in range(start, len(data)):
        with open(path, "wb") as stream:
            stream.write(data[:cut])
        assert listed(folder) == [ONE]
        third = TWO._replace(contact_id="P-3")
        place = append_contact(folder, third)
        assert listed(folder) == [ONE, third]
        assert read_contact_at(folder, *place) == third


def test_a_torn_header_costs_no_contact(folder, path):
    with open(path, "wb") as stream:
        stream.write(b"contact_id,na")
    append_contact(folder, ONE)
    assert listed(folder) == [ONE]


@pytest.mark.parametrize("name", ["write", "fsync"])
def test_a_failing_disk_leaves_the_file_as_it_was(monkeypatch, folder, path, name):
    append_contact(folder, ONE)
    with open(path, "rb") as stream:
        before = stream.read()
    with monkeypatch.context() as patch:
        patch.setattr(files_module.os, name, _fail)
        with pytest.raises(SystemFailed, match="cannot be written: No space") as caught:
            append_contact(folder, TWO)
        assert TWO.phone not in str(caught.value)
    with open(path, "rb") as stream:
        assert stream.read() == before


def _fail(*values):
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_text_that_cannot_be_kept_is_refused(folder):
    with pytest.raises(UsageFault, match="name"):
        append_contact(folder, ONE._replace(name="\ud800"))


def test_an_erasure_blanks_the_line_and_keeps_its_id(folder, path):
    replaced = TWO._replace(replaces=ONE.contact_id)
    append_contact(folder, ONE)
    append_contact(folder, replaced)
    with open(path, "ab") as stream:
        stream.write("P-9,张示例,138-0000-0001,torn\n李 ".encode())
    mark = stat_contacts(folder.path)
    assert erase_contacts(folder, [ONE.contact_id]) == 1
    assert listed(folder) == [Contact(ONE.contact_id), replaced]
    assert stat_contacts(folder.path).split(":")[2] != mark.split(":")[2]
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o660
    with open(path, "rb") as stream:
        assert b"138-0000-0001" not in stream.read()
    assert sorted(os.listdir(os.path.dirname(path))) == ["contacts.csv"]
    with pytest.raises(NotFound):
        erase_contacts(folder, ["P-unknown"])


@pytest.mark.parametrize("name", ["write", "fsync", "rename"])
def test_an_erasure_that_fails_erases_nothing(monkeypatch, folder, name):
    append_contact(folder, ONE)
    with monkeypatch.context() as patch:
        patch.setattr(files_module.os, name, _fail)
        with pytest.raises(SystemFailed, match="nothing was erased"):
            erase_contacts(folder, [ONE.contact_id])
    assert listed(folder) == [ONE]
    assert os.listdir(f"{folder.path}/private") == ["contacts.csv"]
    erase_contacts(folder, [ONE.contact_id])
    assert listed(folder) == [Contact(ONE.contact_id)]


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("138-0000-0001", "13800000001"),
        ("138 0000 0001", "13800000001"),
        ("１３８００００ ０００１", "13800000001"),
        ("+86 138-0000-0001", "13800000001"),
        ("0086 138 0000 0001", "13800000001"),
        ("＋86-138-0000-0001", "13800000001"),
        ("+86 10 8888 8888", "01088888888"),
        ("+86 (0)755 8888 9999", "075588889999"),
        ("0086-755-8888 9999 转 123", "075588889999转123"),
        ("86 138-0000-0001", "8613800000001"),
        ("+852 5555 0001", "+85255550001"),
        ("+86", "+86"),
        ("008612", "008612"),
        ("（0755）8888 9999 转 123", "075588889999转123"),
        ("0755-88889999 Ext. 5", "075588889999ext5"),
        ("", ""),
        (" - ", ""),
    ],
)
def test_phones_are_compared_without_width_and_spaces(text, folded):
    assert fold_phone(text) == folded


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("3-2-501", "３－２－５０１"),
        ("3-2-501", "3 - 2 - 501"),
        ("1号楼 101", "１号楼，101"),
        ("Elm Street 5", "elm street, 5."),
    ],
)
def test_one_address_written_in_two_ways(left, right):
    assert fold_address(left) == fold_address(right) != ""


def test_two_flats_are_two_addresses():
    assert fold_address("3-2-501") != fold_address("32-501")


def test_hashes_are_keyed_and_nothing_equals_nothing():
    assert hash_contact(ONE, b"k") != hash_contact(ONE, b"other")
    assert hash_contact(ONE, b"k")[0] == hash_text(fold_phone("13800000001"), b"k")
    assert hash_contact(Contact("P-1"), b"k") == (None, None)

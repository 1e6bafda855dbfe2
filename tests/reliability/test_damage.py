"""Damaged record files through the command line: what is found, who refuses, what goes on."""

import json
import os
import shutil

import pytest
from office import Office
from surroundings import LONG

JUDGING = (
    *(("overdue",), ("due", "--all"), ("urge", "--all"), ("assign", "--all", "--auto"), ("report", "monthly")),
    *(("worklist", "zhao"), ("status",)),
)
SHOWING = (("list", "orders"), ("list", "assignments"), ("show", "O-20261102-0001"))


@pytest.fixture
def office(isolated):
    """An order in work, an answered inquiry (a group of two rows), and two more orders."""
    office = Office(isolated).begin()
    job = office("assign", office.take(), "zhao", "-q").out.strip()
    office.wait(minutes=10)
    office("ack", job, "--as", "zhao")
    office("new-order", "--kind", "inquiry", "--content", "几点下班", "--answered", "六点", "-q")
    office.take(content="阳台漏水")
    office.take(content="卫生间漏水")
    office.wait(days=2)
    return office


def place(office, register="orders", month="2026-11"):
    return office.records / register / f"{month}.main.csv"


def rewrite(office, change, register="orders"):
    """Let `change` work on the list of the file's lines, each with its LF."""
    path = place(office, register)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(change(lines)))


def find_faults(office):
    """{file:line} of what `records check` finds, torn lines apart."""
    result = office("records", "check", "--json", code=None)
    faults = [each for each in json.loads(result.out) if each["code"] != "torn"]
    assert result.code == (1 if faults else 0)
    return {f"{each['file']}:{each['line']}" for each in faults}


def expect_damage(office, where, faults=None, *, readable=True, end=""):
    """Who judges refuses, naming the place; who shows tells what can be read and ends as it does; check names it.

    readable: a request is taken; of a file of which no row can be read nothing is known that it could go on from. end:
    the place of its last line, where that is among what is damaged: no request is taken either.
    """
    for argv in JUDGING:
        assert where in office(*argv, code=5).err, argv
    for argv in SHOWING:
        assert where in office(*argv, "--json", code=5).err, argv
    assert office("list", "staff", "-q").out.count("\n") == 3
    assert where in (faults or find_faults(office))
    if end:
        assert (
            f"{end}: its last line was changed"
            in office("new-order", "--kind", "inquiry", "--content", "问路", code=5).err
        )
    elif readable:
        order = office.take(content="新来的")
        assert order in office("list", "orders", "-q", code=None).out
    elif "orders" in where:
        files = office.files()
        assert where in office("new-order", "--kind", "inquiry", "--content", "问路", code=5).err
        assert office.files() == files
    assert where in office("overdue", code=5).err
    office.check_index()


def test_a_file_cut_anywhere_keeps_its_whole_rows_and_the_next_command_works(office):
    shutil.rmtree(office.records / "assignments")  # else the order that its rows name would be missed
    path = place(office)
    whole = path.read_bytes()
    listed = office("list", "orders", "-q", "--sort", "id").out.split()
    counted = 0
    ends = [end for end in range(len(whole) + 1) if whole[:end].endswith(b"\n")]
    for cut in sorted({*range(ends[0] - 2, len(whole), 23 if LONG else 67), *ends, *(end - 1 for end in ends[1:])}):
        path.write_bytes(whole[:cut])
        shutil.rmtree(office.index.parent)  # nobody had read what was torn: it was never acknowledged
        groups = [end for end in ends if end <= cut and b"+," not in whole[:end].split(b"\n")[-2][-12:]]
        rows = whole[: max(groups, default=0)].count(b"\n")
        before = office("list", "orders", "-q", "--sort", "id").out.split()
        taken = {1: 0, 2: 1, 4: 2, 5: 3, 6: 4}.get(rows, 0)
        assert before == listed[:taken], cut
        order = office.take(content="断电以后")
        assert order == f"O-20261104-{1:04}"
        assert office("list", "orders", "-q", "--sort", "id").out.split() == [*before, order]
        assert find_faults(office) == set() or cut < ends[0] or taken == 0, cut
        office.check_index()
        for part in path.parent.glob("2026-11.main.*.csv"):
            part.unlink()
        counted += 1
    assert counted > (40 if LONG else 15)


def test_a_hand_edit(office):
    rewrite(office, lambda lines: [*lines[:2], lines[2].replace("几点".encode(), "何时".encode()), *lines[3:]])
    expect_damage(office, "records/orders/2026-11.main.csv:3")


def test_two_rows_in_each_others_place(office):
    rewrite(office, lambda lines: [*lines[:4], lines[5], lines[4]])
    expect_damage(office, "records/orders/2026-11.main.csv:5", end="records/orders/2026-11.main.csv:6")


def test_a_row_twice(office):
    rewrite(office, lambda lines: [*lines[:5], lines[4], *lines[5:]])
    expect_damage(office, "records/orders/2026-11.main.csv:6")


def test_a_row_taken_out(office):
    rewrite(office, lambda lines: [*lines[:4], *lines[5:]])
    expect_damage(office, "records/orders/2026-11.main.csv:5", end="records/orders/2026-11.main.csv:5")


def test_a_byte_order_mark_alone_is_passed_over(office):
    wanted = [office(*argv, "--json") for argv in (*SHOWING, ("overdue",), ("status",))]
    rewrite(office, lambda lines: [b"\xef\xbb\xbf" + lines[0], *lines[1:]])
    assert [office(*argv, "--json") for argv in (*SHOWING, ("overdue",), ("status",))] == wanted
    order = office.take(content="新来的")
    office("records", "rebuild")
    assert order in office("list", "orders", "-q").out
    assert find_faults(office) == set()
    assert place(office).read_bytes()[:3] == b"\xef\xbb\xbf"
    office.check_index()


def test_a_header_changed_by_a_spreadsheet(office):
    rewrite(office, lambda lines: [b'"' + lines[0].replace(b",", b'","', 1), *lines[1:]])
    expect_damage(office, "records/orders/2026-11.main.csv:1", readable=False)


def test_a_file_saved_in_utf_16(office):
    path = place(office)
    path.write_bytes(path.read_text(encoding="utf-8").encode("utf-16"))
    expect_damage(office, "records/orders/2026-11.main.csv:1", readable=False)


def test_ends_of_lines_changed_by_git(office):
    rewrite(office, lambda lines: [line.replace(b"\n", b"\r\n") for line in lines], "assignments")
    expect_damage(office, "records/assignments/2026-11.main.csv:1")
    assert "the lines end in CR LF" in office("assign", "O-20261104-0001", "zhao", code=5).err


def test_a_missing_month_is_found_by_the_one_after_it(office):
    office.wait(days=35)
    office.take(content="十二月的")
    place(office).unlink()
    result = office("overdue", code=5)
    assert "records/orders/2026-12.main.csv:2" in result.err
    assert "records/orders/2026-12.main.csv:2" in find_faults(office)
    told = office("new-order", "--kind", "inquiry", "--content", "问路", code=5).err
    assert "records/orders/2026-11.main.csv: is gone, and 5 rows of it had been read here" in told
    office.check_index()


def test_an_edit_that_keeps_size_and_time_is_found_by_check(office):
    path = place(office)
    status = path.stat()
    data = path.read_bytes().replace("阳台".encode(), "陽臺".encode())
    with open(path, "r+b") as file:
        file.write(data)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    office("overdue")
    assert find_faults(office) == {"records/orders/2026-11.main.csv:5"}
    office("records", "rebuild")
    office("overdue", code=5)


def test_a_link_in_the_place_of_a_file(office):
    path = place(office)
    elsewhere = office.folder / "elsewhere.csv"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)
    for argv in (("overdue",), ("list", "orders"), ("new-order", "--kind", "inquiry", "--content", "问路")):
        assert "is a link" in office(*argv, code=5).err
    assert elsewhere.read_bytes().count(b"\n") == 6


def test_a_row_of_a_newer_version(office):
    from dispatchctl.store.lines import decode_line, encode_line

    path = place(office)
    line = path.read_bytes().splitlines(keepends=True)[-1]
    cells = decode_line(line)
    cells[4], cells[-2] = "teleported", str(int(cells[-2]) + 1)
    path.write_bytes(path.read_bytes() + encode_line(cells[:-1], int(line[-9:-1], 16))[0])
    result = office("overdue", code=5)
    assert "newer dispatchctl" in result.err
    assert "records/orders/2026-11.main.csv:7" in result.err
    assert office("list", "orders", "-q", code=5).out.count("O-") == 4


@pytest.mark.parametrize("register", ["orders", "assignments", "staff"])
def test_every_byte_flipped_is_found_or_harmless(office, register):
    """Harmless: it ends in a line that was never whole, and nothing else is there than before or without its end."""
    path = place(office, register)
    whole = path.read_bytes()
    found = 0
    for number in range(0, len(whole), 17 if LONG else 53):
        data = bytearray(whole)
        data[number] ^= 1 << number % 8
        path.write_bytes(data)
        faults = find_faults(office)
        judged = office("overdue", code=None).code
        assert judged == (5 if faults else 0), number
        line = whole.count(b"\n", 0, number) + 1
        near = {f"records/{register}/2026-11.main.csv:{each}" for each in (0, line, line + 1)}
        assert faults & near or number >= len(whole) - 1, (number, faults)
        found += bool(faults)
    assert found > (20 if LONG else 5)


def test_the_id_of_a_damaged_row_is_not_given_again(office):
    """It is the last of today's: whoever mends the row must not find its id taken."""
    last = office.take(content="今天的")
    office("amend", office("list", "-q").out.split()[0], "content=听错了", "--reason", "听错了")
    kept = place(office).read_bytes()
    rewrite(office, lambda lines: [line.replace("今天".encode(), "昨天".encode()) for line in lines])
    office("overdue", code=5)
    assert office.take(content="下一单") == last[:-1] + "2"
    place(office).write_bytes(kept)
    assert f"{last[:-1]}2" in office("new-order", "--kind", "inquiry", "--content", "问路", code=5).err


def test_the_index_is_made_anew_once_the_damage_is_mended(office):
    path = place(office)
    kept = path.read_bytes()
    before = office("overdue", "--json")
    path.write_bytes(kept.replace("阳台".encode(), "陽臺".encode()))
    office("overdue", code=5)
    path.write_bytes(kept)
    assert office("overdue", "--json") == before
    office.check_index()


def test_damage_in_one_file_does_not_make_the_others_be_read_anew(office, monkeypatch):
    from dispatchctl.store import index

    rewrite(office, lambda lines: [*lines[:2], lines[2].replace("几点".encode(), "何时".encode()), *lines[3:]])
    office("overdue", code=5)

    def refuse(*values):
        raise AssertionError("made anew")

    monkeypatch.setattr(index.Index, "_make", refuse)
    job = office("list", "assignments", "-q", code=5).out.strip()
    office("start", job, "--as", "zhao")
    office("list", "assignments", code=5)


def test_the_lock_and_the_cache_folder_have_the_modes_they_should(office):
    before = os.umask(0)
    try:
        shutil.rmtree(office.index.parent.parent)
        office("list", "orders")
    finally:
        os.umask(before)
    folder = office.index.parent
    assert {f"{folder.parent.stat().st_mode:o}", f"{folder.stat().st_mode:o}"} == {"40700"}
    assert {f"{path.stat().st_mode:o}" for path in folder.iterdir()} == {"100600"}

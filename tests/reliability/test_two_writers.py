"""Two clones with a writer each: rows of the other that come late, in any order, give what a replay gives."""

import json
import random
import shutil

import pytest
from office import Office, bring, live, same_tables
from surroundings import LONG

from dispatchctl.registers import SHIPPED


@pytest.fixture
def offices(isolated):
    """(main, sz): clones of one demo folder; the second writes as SZ."""
    (isolated / "main").mkdir()
    main = Office(isolated / "main").begin()
    shutil.copytree(main.folder, isolated / "sz")
    sz = Office(isolated / "sz")
    sz.now = main.now
    sz("records", "writer", "SZ")
    return main, sz


def show(office, case):
    return json.loads(office("show", case, "--json").out)


def test_ids_of_two_writers_are_apart_and_each_without_gaps(offices):
    main, sz = offices
    mine = [main.take(), main.take()]
    theirs = [sz.take(), sz.take()]
    assert mine == ["O-20261102-0001", "O-20261102-0002"]
    assert theirs == ["O-20261102-SZ-0001", "O-20261102-SZ-0002"]
    bring(sz, main)
    bring(main, sz)
    assert main.take() == "O-20261102-0003"
    assert sz.take() == "O-20261102-SZ-0003"
    for office in offices:
        assert len(json.loads(office("list", "orders", "--json").out)) == 5
        office.check_index()


def test_a_writer_code_with_files_is_refused_and_a_clone_without_writer_only_reads(offices):
    main, sz = offices
    sz.take()
    bring(sz, main)
    assert "SZ" in main("records", "writer", "SZ", code=4).err
    (main.records / ".writer").unlink()
    main("list", "orders")
    assert "no writer" in main("new-order", "--kind", "inquiry", "--content", "问路", code=4).err


def test_events_that_contradict_each_other_are_shown_as_conflicts(offices):
    main, sz = offices
    order = main.take()
    job = main("assign", order, "zhao", "-q").out.strip()
    bring(main, sz)
    main.wait(minutes=5)
    main("withdraw", job, "--reason", "业主改期")
    sz.now = main.now
    sz.wait(minutes=5)
    sz("ack", job, "--as", "zhao")
    before = main.check_index()
    bring(sz, main)
    bring(main, sz)
    assert main.check_index() != before
    for office in offices:
        office.now = sz.now
        item = show(office, job)
        assert item["state"] == "withdrawn"
        assert [row["event"] for row in item["conflicts"]] == ["acknowledged"]
        office.check_index()


def test_a_job_that_comes_before_its_order(offices):
    main, sz = offices
    order = main.take()
    bring(main, sz)
    sz.wait(minutes=1)
    job = sz("assign", order, "zhao", "-q").out.strip()
    empty = Office(main.folder.parent / "third")
    shutil.copytree(main.folder, empty.folder)
    empty.now = sz.now
    shutil.rmtree(empty.records / "orders")
    bring(sz, empty)
    assert show(empty, job)["state"] == "void"
    empty.check_index()
    bring(main, empty)
    assert show(empty, order)["state"] == "dispatched"
    assert show(empty, job)["state"] == "assigned"
    empty.check_index()


@pytest.mark.parametrize("behind", [30, 60 * 24 * 20], ids=["minutes", "a month"])
def test_rows_of_a_clock_that_is_behind_come_before_what_they_belong_to(offices, behind):
    """An acknowledgement and an urging recorded, by a slow clock, before the assignment and its order."""
    main, sz = offices
    order = main.take()
    job = main("assign", order, "zhao", "-q").out.strip()
    bring(main, sz)
    sz.wait(days=3)
    real = sz.now
    sz("urge", "--all")
    sz("ack", job, "--as", "zhao")
    notices = json.loads(sz("list", "notices", "--json").out)
    assert notices
    sz.now = real
    _set_back(sz, behind)
    for office in offices:
        office.now = real
    late = Office(main.folder.parent / "late")
    shutil.copytree(main.folder, late.folder)
    late.now = real
    for registers in (("notices",), ("assignments",)):  # one after the other, with a look between
        bring(sz, late, registers=registers)
        late.check_index()
    bring(sz, main)
    tables = main.check_index()
    assert {row[0] for row in tables["notices"]} == {each["id"] for each in notices}
    late.check_outputs([order, job])
    assert late.check_index()["clocks"] == tables["clocks"]
    empty = Office(main.folder.parent / "empty")  # all of it at once, and what belongs together in the wrong order
    shutil.copytree(main.folder, empty.folder)
    empty.now = real
    for register in ("orders", "assignments"):
        shutil.rmtree(empty.records / register)
    bring(sz, empty)
    empty.check_index()
    bring(main, empty, registers=("assignments",))
    empty.check_index()
    bring(main, empty)
    assert empty.check_index() == tables


def _set_back(office, minutes):
    """Write the rows of SZ anew as if its clock had been so many minutes behind."""
    from datetime import datetime, timedelta

    from dispatchctl.registers.page import list_columns
    from dispatchctl.store.lines import decode_line, encode_header, encode_line

    for name in ("assignments", "notices"):
        for file in (office.records / name).glob("*.SZ.csv"):
            lines = file.read_bytes().split(b"\n")[1:-1]
            header, crc = encode_header(list_columns(SHIPPED.get(name)), 0)
            pieces, month = [header], ""
            for line in lines:
                cells = decode_line(line)[:-1]
                for column in (0, 1):
                    time = datetime.fromisoformat(cells[column]) - timedelta(minutes=minutes, days=3)
                    cells[column] = time.isoformat(timespec="microseconds" if column else "seconds")
                month = cells[1][:7]
                piece, crc = encode_line(cells, crc)
                pieces.append(piece)
            file.unlink()
            (office.records / name / f"{month}.SZ.csv").write_bytes(b"".join(pieces))


def test_an_older_month_of_the_other_writer_that_comes_last(offices):
    main, sz = offices
    theirs = [sz.take()]
    sz.wait(days=35)
    theirs.append(sz.take())
    main.now = sz.now
    bring(sz, main, months="2026-12")
    assert main("list", "orders", "-q", code=5).out == ""  # its chain has begun before: nobody can say what is missing
    assert "2026-12.SZ.csv:2" in main("overdue", code=5).err
    bring(sz, main)
    listed = json.loads(main("list", "orders", "--json").out)
    assert sorted(each["id"] for each in listed) == theirs
    assert main("overdue").code == 0
    main.check_index()


def test_the_same_key_used_by_two_writers_is_the_first_ones_whenever_it_arrives(offices):
    main, sz = offices
    theirs = sz.take(request_id="k1", source_ref="r1")
    main.wait(minutes=1)
    mine = main.take(request_id="k1", source_ref="r1")
    bring(sz, main)
    tables = main.check_index()
    assert [row[2] for row in tables["requests"] if row[0] == "k1"] == [theirs]
    assert main.take(source_ref="r1") == theirs
    assert mine != theirs


@pytest.mark.heavy
@pytest.mark.parametrize("seed", range(100 if LONG else 2))
def test_random_work_in_both_clones_with_rows_exchanged_at_random(offices, seed):
    chance = random.Random(seed)
    for _ in range(12):
        for office in offices:
            for _ in live(office, chance, 3):
                pass
        late = max(office.now for office in offices)
        for office in offices:
            office.now = late
        source, target = chance.sample(offices, 2)
        bring(source, target)
        if chance.random() < 0.4:
            target.check_index()
    bring(*offices)
    bring(*offices[::-1])
    tables = same_tables(offices)
    cases = [row[0] for row in tables["orders"][:3]] + [row[0] for row in tables["assignments"][:3]]
    for office in offices:
        office.check_outputs(cases)

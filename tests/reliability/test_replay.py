"""The index is never anything but what a replay of the files gives, whatever happens to its file."""

import os
import random
import shutil
import sqlite3

import pytest
from office import Office, live
from surroundings import LONG

STEPS = 60


@pytest.fixture
def office(isolated):
    return Office(isolated).begin()


def delete(office, chance, kept):
    office.index.unlink(missing_ok=True)


def delete_folder(office, chance, kept):
    shutil.rmtree(office.index.parent)


def truncate(office, chance, kept):
    os.truncate(office.index, chance.randrange(office.index.stat().st_size))


def fill_with_garbage(office, chance, kept):
    office.index.write_bytes(chance.randbytes(chance.randrange(1, 20_000)))


def damage_pages(office, chance, kept):
    """Pages that opening it does not read, so that the damage shows in the middle of a command."""
    data = bytearray(office.index.read_bytes())
    for page in range(1, len(data) // 4096):
        if chance.random() < 0.5:
            data[page * 4096 : (page + 1) * 4096] = chance.randbytes(4096)
    office.index.write_bytes(data)


def put_older_back(office, chance, kept):
    if kept:
        office.index.write_bytes(chance.choice(kept))


def put_another_folders(office, chance, kept):
    other = Office(office.folder.parent / "other")
    if not other.folder.exists():
        other.folder.mkdir()
        other.begin()
        other.take()
    office.index.write_bytes(other.index.read_bytes())


def change_stamp(office, chance, kept):
    with sqlite3.connect(office.index) as db:
        db.execute("UPDATE meta SET value = '1 0.0.1 x /elsewhere' WHERE key = 'stamp'")
        db.execute("DELETE FROM clocks")
    db.close()


def drop_table(office, chance, kept):
    with sqlite3.connect(office.index) as db:
        db.execute(f"DROP TABLE {chance.choice(('clocks', 'orders', 'files', 'meta', 'families', 'contacts'))}")
    db.close()


HARMS = (
    delete, delete_folder, truncate, fill_with_garbage, damage_pages, put_older_back, put_another_folders,
    change_stamp, drop_table,
)  # fmt: skip


@pytest.mark.heavy
@pytest.mark.parametrize("seed", range(200 if LONG else 2))
def test_random_history_with_the_index_harmed_at_random(office, seed):
    chance = random.Random(seed)
    kept, done = [], 0
    for code in live(office, chance, STEPS):
        done += code == 0
        if chance.random() < 0.3:
            if office.index.exists():
                kept.append(office.index.read_bytes())
            chance.choice(HARMS)(office, chance, kept)
        if chance.random() < 0.1:
            office.check_index()
    tables = office.check_index()
    office.check_outputs([row[0] for row in tables["orders"][:4]] + [row[0] for row in tables["assignments"][:4]])
    assert done > STEPS / 4
    assert len(tables["clocks"]) > 5


@pytest.mark.parametrize("harm", HARMS)
def test_each_harm_is_mended_silently(office, harm):
    order = office.take()
    before = office.index.read_bytes()
    office("assign", order, "zhao")
    office.wait(days=3)
    wanted = [office(*argv, "--json") for argv in (("overdue",), ("show", order), ("worklist", "zhao"))]
    assert len(wanted[0].out) > 10
    chance = random.Random(5)
    for argv, result in zip((("overdue",), ("show", order), ("worklist", "zhao")), wanted, strict=True):
        harm(office, chance, [before])
        assert office(*argv, "--json") == result
    harm(office, chance, [before])
    office("ack", order, "--as", "zhao")
    office.check_index()
    office.check_outputs([order])


def test_the_index_goes_on_where_it_was_instead_of_being_made_anew(office, monkeypatch):
    from dispatchctl.store import index

    order = office.take()
    office("list")

    def refuse(*values):
        raise AssertionError("made anew")

    monkeypatch.setattr(index.Index, "_make", refuse)
    for argv in (("assign", order, "zhao"), ("ack", order, "--as", "zhao"), ("staff", "change", "Amy", "--area", "A"),
                 ("overdue",), ("new-order", "--from", "-"), ("urge", "--all")):  # fmt: skip
        office(*argv, code=None)


def test_damage_that_shows_in_the_middle_of_a_command_reading_standard_input(office):
    order = office.take()
    job = office("assign", order, "zhao", "-q").out.strip()
    harmed = 0
    for seed in range(6):
        damage_pages(office, random.Random(seed), [])
        result = office("ack", "-", "--as", "zhao", input=f"{job}\n", code=None)
        if result.code == 7:
            harmed += 1
            assert "thrown away; nothing was recorded" in result.err
            result = office("ack", "-", "--as", "zhao", input=f"{job}\n", code=None)
        assert result.code == (0 if seed == 0 else 4)
    office.check_index()


def test_looking_back_is_the_same_as_files_cut_at_that_time(office, tmp_path):
    """--as-of in memory against a copy whose files end there."""
    chance = random.Random(11)
    for number, _ in enumerate(live(office, chance, 30)):
        if number == 18:
            shutil.copytree(office.folder, tmp_path / "then")
            moment = office.now
            office.wait(minutes=1)
    then = Office(tmp_path / "then")
    then.now = moment
    for argv in (("overdue",), ("due", "--all"), ("list", "orders"), ("list", "assignments"), ("list", "notices")):
        assert office(*argv, "--json", "--as-of", moment).out == then(*argv, "--json").out, argv


def test_an_index_deleted_while_it_is_open_costs_nothing(office):
    order = office.take()
    with office._books({}) as books:
        assert books.case(order).state == "open"
        shutil.rmtree(office.index.parent)
        office("triage", order, "--dispatch")
        books.catch_up()
        assert books.case(order).state == "pool"
    office.check_index()


def test_a_row_that_another_process_recorded_and_indexed_meanwhile_is_seen_under_the_lock(office):
    order = office.take()
    job = office("assign", order, "zhao", "-q").out.strip()
    with office._books({}) as books:
        assert books.case(job).state == "assigned"
        office("ack", job, "--as", "zhao")  # to its end: the index is up to date, this process is not
        books.catch_up()
        assert books.case(job).state == "acknowledged"
        office("staff", "leave", "zhao", "--kind", "resignation")
        books.catch_up()
        assert books.people.has_left("zhao")


def test_a_command_reads_one_state_of_the_index(office):
    order = office.take()
    with office._books({}) as books:
        count = books.index.db.execute("SELECT COUNT(*) FROM orders").fetchone()
        office.take(content="二楼漏水")
        office("records", "rebuild")
        assert books.index.db.execute("SELECT COUNT(*) FROM orders").fetchone() == count
        assert len(books.rows_of(order)) == 1
        books.catch_up()
        assert books.index.db.execute("SELECT COUNT(*) FROM orders").fetchone() == (count[0] + 1,)

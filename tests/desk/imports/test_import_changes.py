"""Known rows that say something else, sheets that count from 1 again, and logs whose words mean several events."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from transcripts import Result

Run = Callable[..., Result]
Ask = Callable[..., Any]
WHO = ("--caller", "张示例", "--phone", "138-0000-0001")
NOW = "2026-11-20T09:00:00+08:00"
HEAD = "n,t,s,p,c,a\n"
MAP = """register: orders
columns: {source_ref: n, at: t, service: s, priority: p}
constants: {kind: request, content: x}
events: [{event: closed, at: c, columns: {answer: a}}]
"""
FIRST = "H1,2026-11-02 09:00,plumbing,normal,2026-11-03 10:00,已修好\n"
SECOND = "H2,2026-11-02 10:00,drain,normal,,\n"


def write(*rows: str, head: str = HEAD, text: str = MAP) -> None:
    Path("map.yaml").write_text(text)
    Path("h.csv").write_text(head + "".join(rows))


@pytest.fixture
def both(load: Run) -> Run:
    write(FIRST, SECOND)
    assert load().code == 0
    return load


def count(result: Result) -> tuple[int, ...]:
    """(read, imported, changed, skipped, refused, updated)."""
    item = json.loads(result.out)
    return tuple(item[name] for name in ("read", "imported", "changed", "skipped", "refused", "updated"))


def list_events(ask: Ask, case: str = "1") -> list[tuple[str, str]]:
    return [(row["event"], row["at"][5:16]) for row in ask("show", case)["events"]]


CHANGES = {
    "service": (FIRST.replace("plumbing", "drain"), "service plumbing -> drain"),
    "priority": (FIRST.replace("normal", "urgent"), "priority normal -> urgent"),
    "answer": (FIRST.replace("已修好", "换了接头"), "answer 已修好 -> 换了接头"),
    "closed later": (
        FIRST.replace("11-03 10:00", "11-04 10:00"),
        "closed 2026-11-03T10:00:00+08:00 -> 2026-11-04T10:00:00+08:00",
    ),
    "closed earlier": (
        FIRST.replace("11-03 10:00", "11-02 10:00"),
        "closed 2026-11-03T10:00:00+08:00 -> 2026-11-02T10:00:00+08:00",
    ),
    "open again": (FIRST.replace("2026-11-03 10:00,已修好", ","), "closed 2026-11-03T10:00:00+08:00 -> -"),
}
AFTER = {
    "service": [("taken", "11-02T09:00"), ("closed", "11-03T10:00"), ("amended", "11-20T09:00")],
    "priority": [("taken", "11-02T09:00"), ("closed", "11-03T10:00"), ("amended", "11-20T09:00")],
    "answer": [("taken", "11-02T09:00"), ("closed", "11-03T10:00"), ("amended", "11-20T09:00")],
    "closed later": [("taken", "11-02T09:00"), ("retracted", "11-20T09:00"), ("closed", "11-04T10:00")],
    "closed earlier": [("taken", "11-02T09:00"), ("retracted", "11-20T09:00"), ("closed", "11-02T10:00")],
    "open again": [("taken", "11-02T09:00"), ("closed", "11-03T10:00"), ("reopened", "11-20T09:00")],
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_a_known_row_that_says_something_else_is_named_and_recorded_on_demand(
    both: Run, ask: Ask, run: Run, name: str
) -> None:
    row, message = CHANGES[name]
    write(row, SECOND)
    result = both()
    assert result.code == 0
    assert f"h.csv:2: H1 is O-20261120-0001: {message}" in result.err
    assert "--update records it" in result.err
    assert count(both("--json")) == (2, 0, 1, 1, 0, 0)
    assert list_events(ask)[-1] == ("closed", "11-03T10:00")
    assert count(both("--json", "--update", "--dry-run")) == (2, 0, 1, 1, 0, 1)
    assert count(both("--json", "--update")) == (2, 0, 1, 1, 0, 1)
    assert list_events(ask) == AFTER[name]
    assert run("records", "check").code == 0
    # recorded, it is no change any more
    assert count(both("--json", "--update")) == (2, 0, 0, 2, 0, 0)


def test_a_closing_that_people_took_back_stays_so_until_the_file_says_another(both: Run, run: Run, ask: Ask) -> None:
    done = run("retract", "O-20261120-0001", "--reason", "日期错", "--now", NOW)
    assert done.code == 0, done.err
    assert count(both("--json", "--update")) == (2, 0, 0, 2, 0, 0)
    write(FIRST.replace("11-03 10:00", "11-02 10:00"), SECOND)
    assert count(both("--json", "--update")) == (2, 0, 1, 1, 0, 1)
    assert list_events(ask)[-1] == ("closed", "11-02T10:00")
    assert count(both("--json", "--update")) == (2, 0, 0, 2, 0, 0)


def test_a_closing_that_came_after_people_opened_it_again_is_one_more(both: Run, run: Run, ask: Ask) -> None:
    done = run("reopen", "O-20261120-0001", "--reason", "又漏了", "--at", "2026-11-05T09:00", "--now", NOW)
    assert done.code == 0, done.err
    write(FIRST.replace("11-03 10:00", "11-06 10:00"), SECOND)
    assert count(both("--json", "--update")) == (2, 0, 1, 1, 0, 1)
    assert [event for event, _ in list_events(ask)] == ["taken", "closed", "reopened", "closed"]
    write(FIRST.replace("11-03 10:00", "11-02 10:00"), SECOND)
    result = both("--update")
    assert result.code == 5
    assert "was reopened here after that" in result.err


def test_what_people_put_right_here_is_no_change_of_the_file(both: Run, run: Run) -> None:
    done = run("amend", "O-20261120-0001", "service=drain", "--reason", "听错了", "--now", NOW)
    assert done.code == 0, done.err
    assert count(both("--json")) == (2, 0, 0, 2, 0, 0)
    write(FIRST.replace("plumbing", "drain"), SECOND)  # now the file says it, too
    assert count(both("--json")) == (2, 0, 0, 2, 0, 0)


def test_an_empty_cell_says_nothing(both: Run) -> None:
    write(FIRST.replace("normal", ""), SECOND)
    assert count(both("--json")) == (2, 0, 0, 2, 0, 0)


@pytest.mark.parametrize("ref", [" H1", "H1 ", "\u3000H1\u3000", "\u00a0H1"])
def test_blanks_do_not_make_another_reference(both: Run, ref: str) -> None:
    write(FIRST.replace("H1", ref), SECOND)
    assert count(both("--json")) == (2, 0, 0, 2, 0, 0)
    write(FIRST, FIRST.replace("H1", ref))
    result = both()
    assert result.code == 5
    assert "'H1' stands twice (first in line 2)" in result.err


def test_a_sheet_that_counts_from_one_again_is_refused(load: Run, ask: Ask) -> None:
    week = "周,序号,t,s\n"
    text = "register: orders\ncolumns: {source_ref: 序号, at: t, service: s}\nconstants: {kind: request, content: x}\n"
    write("45,1,2026-11-02 09:00,plumbing\n", head=week, text=text)
    assert load().code == 0
    write("46,1,2026-11-09 09:00,drain\n", head=week, text=text)
    result = load()
    assert result.code == 5
    assert "'1' is O-20261120-0001 here, taken 2026-11-02T09:00, and 2026-11-09T09:00 in this row" in result.err
    assert 'hint: map: source_ref: a prefix before it, such as "2026-W45-{序号}"' in result.err
    write(
        "46,1,2026-11-09 09:00,drain\n", head=week, text=text.replace("source_ref: 序号", 'source_ref: "{周}-{序号}"')
    )
    assert load().code == 0
    assert {order["id"] for order in ask("list", "orders")} == {"O-20261120-0001", "O-20261120-0002"}


def test_columns_are_joined(load: Run, ask: Ask, run: Run) -> None:
    text = (
        'register: orders\ncolumns: {source_ref: "{周}-{序号}", at: t, address: "{楼栋}-{房号}"}\n'
        "constants: {kind: request, content: x}\n"
    )
    write("45,1,2026-11-02,3栋,501\n45,2,2026-11-02,5栋,\n45,,2026-11-02,,\n", head="周,序号,t,楼栋,房号\n", text=text)
    result = load("--on-error", "skip")
    assert result.code == 5
    assert "h.csv:4: {周}-{序号}: is empty" in result.err
    for case, address in (("1", "3栋-501"), ("2", "5栋")):
        shown = run("show", case, "--reveal", "--reason", "核对", "--json", "--now", NOW)
        assert json.loads(shown.out)["contact"]["address"] == address
    write("45,1,2026-11-02,3栋,501\n", head="周,序号,t,楼,房号\n", text=text)
    result = load()
    assert "map.yaml:2: h.csv has no column '楼栋'" in result.err
    assert "hint: nearest: 楼" in result.err


def test_an_imported_order_is_found_by_its_old_number(both: Run, ask: Ask, run: Run) -> None:
    assert ask("show", "H1")["id"] == "O-20261120-0001"
    assert ask("show", "\u3000H2")["source_ref"] == "H2"
    assert [order["id"] for order in ask("list", "orders", "--where", "source_ref=H2")] == ["O-20261120-0002"]
    assert [order["id"] for order in ask("list", "orders", "--search", "H2")] == ["O-20261120-0002"]
    assert {item["source_ref"] for item in ask("due", "H1")} == {"H1"}
    assert {item["source_ref"] for item in ask("due", "--all")} == {"H1", "H2"}
    fields = run("list", "orders", "--fields", "id,source_ref", "--sort", "id", "--format", "csv", "--now", NOW)
    assert fields.out.split()[1:] == ["O-20261120-0001,H1", "O-20261120-0002,H2"]
    done = run("complaint", "new", "--order", "H1", "--content", "还漏", *WHO, "--now", NOW, "--json")
    assert done.code == 0, done.err
    assert ask("show", json.loads(done.out)["id"])["order_id"] == "O-20261120-0001"


# --- logs -------------------------------------------------------------------------------------------------------------

LOG = """register: orders
case: case
event: {column: state, values: {New: taken, Active: [taken, reopened, needs-dispatch], Resolved: closed}}
columns: {at: t, priority: p}
constants: {kind: request, service: drain, content: x}
"""
LOG_ROWS = (
    "A,New,2026-11-02 09:00,normal\n",
    "A,Active,2026-11-02 09:30,urgent\n",
    "A,Resolved,2026-11-02 10:00,urgent\n",
    "A,Active,2026-11-03 10:00,urgent\n",
    "A,Resolved,2026-11-03 11:00,\n",
    "B,Active,2026-11-02 09:00,normal\n",
    "B,Resolved,2026-11-02 10:00,normal\n",
)
LOG_HEAD = "case,state,t,p\n"


@pytest.mark.parametrize("append", [1, 3, 5000])
def test_the_first_possible_event_is_meant_and_changed_facts_are_amended(
    load: Run, ask: Ask, run: Run, monkeypatch: pytest.MonkeyPatch, append: int
) -> None:
    from dispatchctl import sizes

    monkeypatch.setattr(sizes, "ROWS_APPENDED", append)
    write(*LOG_ROWS, head=LOG_HEAD, text=LOG)
    result = load("--json")
    assert (result.code, count(result)) == (0, (7, 7, 0, 0, 0, 0))
    assert list_events(ask, "O-20261120-0001") == [
        ("taken", "11-02T09:00"), ("needs-dispatch", "11-02T09:30"), ("amended", "11-02T09:30"),
        ("closed", "11-02T10:00"), ("reopened", "11-03T10:00"), ("closed", "11-03T11:00"),
    ]  # fmt: skip
    assert ask("show", "O-20261120-0001")["priority"] == "urgent"
    assert list_events(ask, "O-20261120-0002") == [("taken", "11-02T09:00"), ("closed", "11-02T10:00")]
    assert run("records", "check").code == 0
    assert count(load("--json")) == (7, 0, 0, 7, 0, 0)
    # a part of it, cut off at the beginning, changes nothing either
    write(*LOG_ROWS[1:3], head=LOG_HEAD, text=LOG)
    assert count(load("--json")) == (2, 0, 0, 2, 0, 0)
    # grown, its new facts are taken
    write(*LOG_ROWS, "B,Resolved,2026-11-04 10:00,urgent\n", head=LOG_HEAD, text=LOG)
    assert count(load("--json")) == (8, 1, 0, 7, 0, 0)
    assert list_events(ask, "O-20261120-0002")[-1] == ("amended", "11-04T10:00")


def test_a_word_that_may_open_a_case_means_something_else_later(load: Run, ask: Ask) -> None:
    write(*LOG_ROWS[:3], head=LOG_HEAD, text=LOG)
    assert load().code == 0
    write(*LOG_ROWS[:4], head=LOG_HEAD, text=LOG)  # grown: Active once more
    assert count(load("--json")) == (4, 1, 0, 3, 0, 0)
    write(LOG_ROWS[4], "A,Active,2026-11-05 09:00,urgent\n", head=LOG_HEAD, text=LOG)  # only what is new
    assert count(load("--json")) == (2, 2, 0, 0, 0, 0)
    assert [event for event, _ in list_events(ask)][-3:] == ["reopened", "closed", "reopened"]
    assert count(load("--json")) == (2, 0, 0, 2, 0, 0)


def test_a_case_that_begins_in_the_middle_is_taken(load: Run, ask: Ask) -> None:
    write("N3,Resolved,2026-11-02 09:00,\n", head=LOG_HEAD, text=LOG)
    result = load("--strict")
    assert result.code == 5
    assert "h.csv:2: state: N3 begins with closed; its first event would be taken" in result.err
    result = load()
    assert result.code == 0
    assert "1 cases begin in the middle and are taken with their first row" in result.err
    assert list_events(ask) == [("taken", "11-02T09:00"), ("closed", "11-02T09:00")]
    assert count(load("--json")) == (1, 0, 0, 1, 0, 0)


def test_what_one_word_cannot_mean_says_how_to_name_more(load: Run) -> None:
    write(*LOG_ROWS, head=LOG_HEAD, text=LOG.replace("[taken, reopened, needs-dispatch]", "needs-dispatch"))
    result = load()
    assert result.code == 5
    assert "h.csv:5: state: needs-dispatch is not possible in state closed" in result.err
    assert "hint: map: event.values: Active: [reopened, needs-dispatch]" in result.err


def test_bare_dates_of_a_log_are_days(load: Run, ask: Ask) -> None:
    rows = ("A,New,2026-11-02,\n", "A,Resolved,2026-11-02,\n")
    write(*rows, head=LOG_HEAD, text=LOG)
    assert load().code == 0
    assert list_events(ask) == [("taken", "11-02T00:00"), ("closed", "11-02T17:30")]
    assert count(load("--json")) == (2, 0, 0, 2, 0, 0)


def hire(run: Run) -> None:
    done = run("staff", "join", "w1", "--name", "吴样例", "--role", "field", "--at", "2026-09-01", "--now", NOW)
    assert done.code == 0, done.err


# --- who called -------------------------------------------------------------------------------------------------------

CALLER_HEAD = "n,t,x,s,who,p,where\n"
CALLER_MAP = """register: orders
columns: {source_ref: n, at: t, content: x, service: s, caller: who, phone: p, address: where}
constants: {kind: request}
"""
CALLED = "1,2026-11-02,漏水,plumbing,陈,13800000001,3号楼\n"
MOVED = "1,2026-11-02,漏水,plumbing,陈,13900000009,9号楼\n"
OTHER = "2,2026-11-02,堵塞,drain,李,13800000002,5号楼\n"
ORDER = "O-20261120-0001"


def call(*rows: str) -> None:
    write(*rows, head=CALLER_HEAD, text=CALLER_MAP)


@pytest.fixture
def called(load: Run) -> Run:
    call(CALLED, OTHER)
    assert load().code == 0
    return load


def list_contacts() -> list[list[str]]:
    """Id, name, phone, address and what it replaces, of each contact kept."""
    (path,) = Path.cwd().glob("**/private/contacts.csv")
    cells = [line.split(",") for line in path.read_text(encoding="utf-8").splitlines()[1:]]
    return [[*each[:4], each[8]] for each in cells]


def read_caller(run: Run, case: str = ORDER) -> list[str]:
    result = run("show", case, "--reveal", "--reason", "核对", "--json", "--now", NOW)
    contact = json.loads(result.out)["contact"]
    return [contact["name"], contact["phone"], contact["address"]]


def test_another_caller_is_named_masked_and_recorded_on_demand(called: Run, ask: Ask, run: Run) -> None:
    call(MOVED, OTHER)
    result = called()
    assert result.code == 0
    told = f"h.csv:2: 1 is {ORDER}: phone 138****0001 -> 139****0009; address 3号楼*** -> 9***"
    assert told in result.err
    assert "13900000009" not in result.err
    assert "--update records it" in result.err
    assert count(called("--json")) == (2, 0, 1, 1, 0, 0)
    kept = list_contacts()
    assert count(called("--json", "--update", "--dry-run")) == (2, 0, 1, 1, 0, 1)
    assert list_contacts() == kept
    item = json.loads(called("--json", "--update").out)
    assert item["updated"] == 1
    assert item["changes"][0]["fields"]["phone"] == {"ours": "138****0001", "theirs": "139****0009"}
    assert list_contacts() == [*kept, ["P-20261120-0003", "陈", "13900000009", "9号楼", "P-20261120-0001"]]
    assert read_caller(run) == ["陈", "13900000009", "9号楼"]
    assert [event for event, _ in list_events(ask)] == ["taken", "amended"]
    assert run("records", "check").code == 0
    assert count(called("--json", "--update")) == (2, 0, 0, 2, 0, 0)
    assert count(called("--json")) == (2, 0, 0, 2, 0, 0)
    call(CALLED.replace("陈", "王"), OTHER)  # once more, back and with another name
    assert count(called("--json", "--update")) == (2, 0, 1, 1, 0, 1)
    assert read_caller(run) == ["王", "13800000001", "3号楼"]
    assert count(called("--json", "--update")) == (2, 0, 0, 2, 0, 0)


def test_an_open_assignment_follows_the_new_caller(called: Run, ask: Ask, run: Run) -> None:
    hire(run)
    done = run("assign", ORDER, "w1", "--now", NOW, "--json")
    assert done.code == 0, done.err
    job = next(item["id"] for item in ask("list", "assignments"))
    call(MOVED, OTHER)
    assert called("--update").code == 0
    assert read_caller(run, job) == ["陈", "13900000009", "9号楼"]


SAME = {
    "spelling": CALLED.replace("13800000001,3号楼", "+86 138-0000-0001,3 号楼"),
    "empty cells": CALLED.replace("陈,13800000001,3号楼", ",,"),
    "placeholders": CALLED.replace("陈,13800000001,3号楼", "不详,无,-"),
}


@pytest.mark.parametrize("name", SAME)
def test_the_same_caller_is_no_change(called: Run, name: str) -> None:
    call(SAME[name], OTHER)
    result = called("--json", "--update")
    assert count(result) == (2, 0, 0, 2, 0, 0)


def test_what_people_put_right_of_a_caller_here_is_no_change_of_the_file(called: Run, ask: Ask, run: Run) -> None:
    done = run("amend", ORDER, "phone=13700000007", "--reason", "听错了", "--now", NOW)
    assert done.code == 0, done.err
    assert count(called("--json", "--update")) == (2, 0, 0, 2, 0, 0)
    call(CALLED.replace("13800000001", "13700000007"), OTHER)  # now the file says it, too
    assert count(called("--json", "--update")) == (2, 0, 0, 2, 0, 0)
    call(CALLED.replace("3号楼", "9号楼"), OTHER)  # the address only; the phone stays as people put it
    assert count(called("--json", "--update")) == (2, 0, 1, 1, 0, 1)
    assert read_caller(run) == ["陈", "13700000007", "9号楼"]
    assert count(called("--json", "--update")) == (2, 0, 0, 2, 0, 0)


def test_a_caller_comes_where_there_was_none(load: Run, run: Run) -> None:
    call(CALLED.replace("陈,13800000001,3号楼", ",,"), OTHER)
    assert load().code == 0
    call(CALLED, OTHER)
    assert count(load("--json", "--update")) == (2, 0, 1, 1, 0, 1)
    assert list_contacts()[-1] == ["P-20261120-0002", "陈", "13800000001", "3号楼", ""]
    assert count(load("--json", "--update")) == (2, 0, 0, 2, 0, 0)


@pytest.mark.parametrize("append", [1, 5000])
def test_rows_of_one_caller_get_one_new_contact(load: Run, monkeypatch: pytest.MonkeyPatch, append: int) -> None:
    from dispatchctl import sizes

    monkeypatch.setattr(sizes, "ROWS_APPENDED", append)
    again = CALLED.replace("1,", "3,", 1)
    call(CALLED, again)
    assert load().code == 0
    call(MOVED, MOVED.replace("1,", "3,", 1))
    assert count(load("--json", "--update")) == (2, 0, 2, 0, 0, 2)
    assert [contact[0] for contact in list_contacts()] == ["P-20261120-0001", "P-20261120-0002"]


def test_a_new_caller_and_a_new_event_are_counted_as_both(load: Run, ask: Ask, run: Run) -> None:
    text = CALLER_MAP + "events: [{event: closed, at: c}]\n"
    head = CALLER_HEAD.replace("\n", ",c\n")
    write(CALLED.replace("\n", ",\n"), head=head, text=text)
    assert load().code == 0
    write(MOVED.replace("\n", ",2026-11-03 10:00\n"), head=head, text=text)
    result = load()
    assert "phone 138****0001 -> 139****0009" in result.err
    assert [event for event, _ in list_events(ask)] == ["taken", "closed"]
    call(CALLED)
    write(CALLED.replace("\n", ",\n").replace("1,", "5,", 1), head=head, text=text)
    assert load().code == 0
    write(MOVED.replace("\n", ",2026-11-03 10:00\n").replace("1,", "5,", 1), head=head, text=text)
    assert count(load("--json", "--update")) == (1, 1, 1, 0, 0, 1)
    assert [event for event, _ in list_events(ask, "O-20261120-0002")] == ["taken", "closed", "amended"]
    assert read_caller(run, "O-20261120-0002") == ["陈", "13900000009", "9号楼"]


def test_a_caller_of_another_register_is_compared_too(load: Run, run: Run) -> None:
    text = (
        CALLER_MAP.replace("orders", "complaints")
        .replace(" service: s,", "")
        .replace("kind: request", "received_by: lin")
    )
    write(CALLED, head=CALLER_HEAD, text=text)
    assert load().code == 0
    write(MOVED, head=CALLER_HEAD, text=text)
    result = load()
    assert "phone 138****0001 -> 139****0009; address 3号楼*** -> 9***" in result.err
    kept = list_contacts()
    assert count(load("--json", "--update", "--dry-run")) == (1, 0, 1, 0, 0, 1)
    assert list_contacts() == kept
    assert count(load("--json", "--update")) == (1, 0, 1, 0, 0, 1)
    assert list_contacts()[-1] == ["P-20261120-0002", "陈", "13900000009", "9号楼", "P-20261120-0001"]
    assert run("records", "check").code == 0
    assert count(load("--json", "--update")) == (1, 0, 0, 1, 0, 0)


def test_an_erased_caller_is_not_compared_and_that_is_said(called: Run, run: Run) -> None:
    (path,) = Path.cwd().glob("**/private/contacts.csv")
    text = path.read_text(encoding="utf-8")
    started = text.index("P-20261120-0001")
    rest = text[text.index("\n", started) :]
    path.write_text(f"{text[:started]}P-20261120-0001,,,,,,,,{rest}", encoding="utf-8")  # as an erasure leaves it
    call(MOVED, OTHER)
    result = called("--update")
    assert result.code == 0
    assert "1 known rows are of callers who were erased here or are another office's" in result.err
    assert len(list_contacts()) == 2


def test_another_caller_in_a_log_is_warned_of(load: Run) -> None:
    text = LOG.replace("priority: p", "priority: p, phone: tel")
    rows = ["A,New,2026-11-02 09:00,normal,13800000001\n", "A,Resolved,2026-11-02 10:00,normal,13800000001\n"]
    write(*rows, head="case,state,t,p,tel\n", text=text)
    result = load()
    assert "another caller" not in result.err
    write(rows[0], rows[1].replace("13800000001", "13900000009"), head="case,state,t,p,tel\n", text=text)
    result = load()
    assert result.code == 0
    assert "1 cases end with another caller, phone or address than they began with" in result.err


# --- words by which a case begins -------------------------------------------------------------------------------------


def test_another_word_for_a_known_entry_is_named_and_refused(load: Run, run: Run, ask: Ask) -> None:
    hire(run)
    text = """register: attendance
columns: {source_ref: "{日期}-{姓名}", at: 日期, date: 日期, staff: 姓名}
begins: {column: 情况, values: {迟到: late, 旷工: absent}}
"""
    head = "日期,姓名,情况\n"
    write("2026-11-02,吴样例,旷工\n", head=head, text=text)
    assert load().code == 0
    (entry,) = ask("list", "attendance")
    write("2026-11-02,吴样例,迟到\n", head=head, text=text)
    result = load()
    assert result.code == 0
    told = f"event absent -> late (began as absent here: retract it here (dispatchctl retract {entry['id']})"
    assert told in result.err
    assert "--update records it" not in result.err
    assert count(load("--json")) == (1, 0, 1, 0, 0, 0)
    result = load("--update")
    assert result.code == 5
    assert "began as absent here: retract it here" in result.err
    assert run("retract", entry["id"], "--reason", "记错了", "--now", NOW).code == 0
    assert count(load("--json")) == (1, 0, 0, 1, 0, 0)


def test_a_changed_row_with_a_new_event_of_another_register_counts_as_both(load: Run, run: Run, ask: Ask) -> None:
    hire(run)
    call(CALLED)
    assert load().code == 0
    text = """register: assignments
columns: {source_ref: n, order_id: n, at: t, assignee: who, requirements: r}
constants: {role: lead, dispatcher: lin}
events: [{event: completed, at: c}]
"""
    head = "n,t,who,r,c\n"
    write("1,2026-11-02 09:00,吴样例,带梯子,\n", head=head, text=text)
    assert load().code == 0
    write("1,2026-11-02 09:00,吴样例,带水泵,2026-11-02 11:00\n", head=head, text=text)
    result = load("--dry-run")
    assert "requirements 带梯子 -> 带水泵" in result.err
    assert "1 known rows say something else than is recorded; --update records it" in result.err
    assert count(load("--json", "--dry-run")) == (1, 1, 1, 0, 0, 0)
    assert count(load("--json", "--update")) == (1, 1, 1, 0, 0, 1)
    assert count(load("--json", "--update")) == (1, 0, 0, 1, 0, 0)
    (job,) = ask("list", "assignments")
    assert [event for event, _ in list_events(ask, job["id"])] == ["assigned", "completed", "amended"]


def test_a_case_that_was_taken_back_is_not_taken_anew_and_that_is_said(both: Run, run: Run, ask: Ask) -> None:
    case = ask("show", "1")["id"]
    for _ in range(2):  # the closing, then the order itself
        assert run("retract", case, "--reason", "重复", "--now", NOW).code == 0
    result = both("--update")
    assert result.code == 0
    assert f"1 known rows are of cases that were taken back here ({case})" in result.err
    assert ask("show", case)["state"] == "void"

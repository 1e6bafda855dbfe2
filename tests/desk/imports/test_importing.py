"""`records import` through the command line: what is recorded, what is refused and where, and that it is done once."""

import csv
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from transcripts import Result

from dispatchctl import sizes
from dispatchctl.typed import is_blank

Run = Callable[..., Result]
NOW = "2026-11-20T09:00:00+08:00"
MAP = """register: orders
columns:
  {source_ref: number, at: opened, service: kind, channel: how, content: text, caller: who, phone: phone,
   address: place}
values: {channel: {Call: phone, Letter: 邮件}}
constants: {kind: request, priority: normal}
events:
  - {event: closed, at: closed, columns: {answer: answer}}
"""
HEAD = ("number", "opened", "kind", "how", "text", "who", "phone", "place", "closed", "answer")
FIRST = (
    "H1", "2026-10-09 09:30", "plumbing", "Call", "厨房水管漏水", "张示例", "138-0000-0001", "3栋2单元501",
    "2026-10-09 15:00:10", "已更换接头",
)  # fmt: skip
SECOND = (
    "H2",
    "2026-10-10T08:00:00+08:00",
    "电路维修",
    "Letter",
    "客厅没电",
    "李样例",
    "138-0000-0002",
    "1栋101",
    "",
    "",
)


def write_rows(path: str, *rows: Sequence[str], head: Sequence[str] = HEAD, encoding: str = "utf-8") -> None:
    with open(path, "w", newline="", encoding=encoding) as file:
        csv.writer(file, lineterminator="\n").writerows([head, *rows])


def write_map(text: str = MAP) -> None:
    Path("map.yaml").write_text(text, encoding="utf-8")


@pytest.fixture
def load(load: Run) -> Run:
    """The shared `load`, with h.csv and map.yaml as two good rows."""
    write_map()
    write_rows("h.csv", FIRST, SECOND)
    return load


def count(result: Result) -> tuple[int, int, int, int]:
    """(read, imported, skipped, refused) of a result in json."""
    item = json.loads(result.out)
    return item["read"], item["imported"], item["skipped"], item["refused"]


def list_lines() -> list[str]:
    return [
        line for path in sorted(Path("records/orders").glob("*.csv")) for line in path.read_text().split("\n")[1:-1]
    ]


# --- what is recorded -------------------------------------------------------------------------------------------------


def test_a_row_becomes_an_order_with_its_own_times(load: Run, ask: Callable[..., Any]) -> None:
    result = load("--json")
    assert (result.code, result.err) == (0, "")
    assert json.loads(result.out) == {
        "read": 2, "imported": 2, "changed": 0, "skipped": 0, "refused": 0, "updated": 0, "faults": [], "changes": [],
    }  # fmt: skip
    order = ask("show", "O-20261120-0001")
    assert {key: order[key] for key in ("state", "kind", "priority", "service", "channel", "content", "answer")} == {
        "state": "closed",
        "kind": "request",
        "priority": "normal",
        "service": "plumbing",
        "channel": "phone",
        "content": "厨房水管漏水",
        "answer": "已更换接头",
    }
    events = order["events"]
    assert [(row["event"], row["at"], row["by"]) for row in events] == [
        ("taken", "2026-10-09T09:30:00+08:00", "lin"),
        ("closed", "2026-10-09T15:00:10+08:00", "lin"),
    ]
    assert {row["source_ref"] for row in events} == {"H1"}
    assert all(row["recorded_at"].startswith("2026-11-20T09:00:00.") for row in events)
    other = ask("show", "O-20261120-0002")
    assert (other["state"], other["service"], other["channel"]) == ("open", "electrical", "mail")


def test_the_files_stand_every_check(load: Run, run: Run) -> None:
    assert load().code == 0
    assert run("records", "check").code == 0


def test_the_customer_goes_to_the_contacts_and_nowhere_else(load: Run, ask: Callable[..., Any], run: Run) -> None:
    write_rows("h.csv", FIRST, SECOND, ("H3", *FIRST[1:]), ("H4", *FIRST[1:5], "", "", "中心花园东侧", "", ""))
    assert load().code == 0
    text = "\n".join(list_lines())
    assert "张示例" not in text
    assert "138-0000" not in text
    orders = {order["id"][-1]: order["contact_id"] for order in ask("list", "orders")}
    assert orders["1"] == orders["3"] != orders["2"]
    shown = run("show", "O-20261120-0004", "--reveal", "--reason", "核对", "--json", "--now", NOW)
    assert "中心花园东侧" in shown.out
    # a later import knows the contact again
    write_rows("h.csv", ("H5", *FIRST[1:]))
    assert count(load("--json")) == (1, 1, 0, 0)
    assert ask("show", "O-20261120-0005")["contact_id"] == orders["1"]


def test_what_intake_asks_of_a_desk_is_not_asked_of_history(load: Run, ask: Callable[..., Any]) -> None:
    write_rows("h.csv", ("H1", "2026-10-09", "", "", "", "", "", "", "", ""))
    assert load().code == 0
    order = ask("show", "O-20261120-0001")
    assert (order["service"], order["contact_id"], order["events"][0]["at"]) == (
        None,
        None,
        "2026-10-09T00:00:00+08:00",
    )


def test_texts_are_kept_as_they_stand(load: Run, ask: Callable[..., Any]) -> None:
    text = ' "甲,乙"\r\n\\n=1+1\u2028\x1b[2J 丙 '
    write_rows("h.csv", (*FIRST[:4], text, *FIRST[5:]))
    assert load().code == 0
    assert len(list_lines()) == 2
    assert ask("show", "O-20261120-0001")["content"] == text


def test_ids_go_on_from_the_day_s_last(load: Run, run: Run) -> None:
    assert run("new-order", "--kind", "inquiry", "--content", "试", "--now", NOW).code == 0
    assert load().code == 0
    done = run("new-order", "--kind", "inquiry", "--content", "试", "--now", NOW, "-q")
    assert done.out == "O-20261120-0004\n"


def test_json_lines_and_standard_input(load: Run) -> None:
    lines = [dict(zip(HEAD, row, strict=True)) for row in (FIRST, SECOND)]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    assert count(load("--json", file="-", input=text)) == (2, 2, 0, 0)
    Path("h.jsonl").write_text(text)
    assert count(load("--json", file="h.jsonl")) == (2, 0, 2, 0)


def test_chinese_excel_files(load: Run, ask: Callable[..., Any]) -> None:
    write_map("encoding: gb18030\n" + MAP)
    write_rows("h.csv", FIRST, encoding="gb18030")
    assert load().code == 0
    assert ask("show", "1")["content"] == FIRST[4]


def test_times_of_another_zone_and_form(load: Run, ask: Callable[..., Any]) -> None:
    write_map("timezone: America/New_York\ntime_format: '%d/%m/%Y %H:%M'\n" + MAP)
    rows = [
        (f"H{number}", f"{day} 01:30", *FIRST[2:8], "", "") for number, day in enumerate(("1/11/2026", "2/11/2026"))
    ]
    write_rows("h.csv", *rows)
    assert load().code == 0
    found = [ask("show", f"O-20261120-000{number}")["events"][0]["at"] for number in (1, 2)]
    # the first night has 01:30 twice, and the first of the two is meant
    assert found == ["2026-11-01T13:30:00+08:00", "2026-11-02T14:30:00+08:00"]


def test_days_written_with_slashes(load: Run, ask: Callable[..., Any]) -> None:
    write_rows("h.csv", (FIRST[0], "2026/10/9 9:05", *FIRST[2:8], "2026/10/9 15:00:01", ""))
    assert load().code == 0
    events = ask("show", "1")["events"]
    assert [row["at"] for row in events] == ["2026-10-09T09:05:00+08:00", "2026-10-09T15:00:01+08:00"]


# --- once -------------------------------------------------------------------------------------------------------------


def test_a_second_import_writes_nothing(load: Run) -> None:
    assert load().code == 0
    before = list_lines()
    result = load("--json")
    assert result.code == 0
    assert count(result) == (2, 0, 2, 0)
    assert list_lines() == before


def test_what_happened_since_is_added_to_the_same_order(load: Run, ask: Callable[..., Any]) -> None:
    assert load().code == 0
    write_rows("h.csv", FIRST, (*SECOND[:8], "2026-10-11 10:00", "已复位"))
    assert count(load("--json")) == (2, 1, 1, 0)
    order = ask("show", "O-20261120-0002")
    assert (order["state"], order["answer"], len(order["events"])) == ("closed", "已复位", 2)
    assert count(load("--json")) == (2, 0, 2, 0)


def test_what_the_order_s_state_does_not_allow_is_refused(load: Run, run: Run) -> None:
    assert load().code == 0
    assert run("cancel", "O-20261120-0002", "--reason", "试", "--now", NOW).code == 0
    write_rows("h.csv", FIRST, (*SECOND[:8], "2026-10-11 10:00", "已复位"))
    result = load()
    assert result.code == 5
    assert "h.csv:3: O-20261120-0002 is cancelled: closed is not possible" in result.err


def test_a_request_of_the_desk_with_that_reference_is_not_taken_twice(load: Run, run: Run) -> None:
    done = run("new-order", "--kind", "inquiry", "--content", "试", "--source-ref", "H2", "--now", NOW)
    assert done.code == 0
    result = load("--json")
    assert result.code == 0
    assert count(result) == (2, 1, 0, 0)
    (change,) = json.loads(result.out)["changes"]
    assert (change["case"], list(change["fields"])) == ("O-20261120-0001", ["at"])


def test_an_import_cut_short_goes_on(load: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from dispatchctl.desk.imports import appends
    from dispatchctl.store.bulk import append_strips

    rows = [(f"H{number}", *FIRST[1:]) for number in range(25)]
    write_rows("h.csv", *rows)
    monkeypatch.setattr(sizes, "ROWS_APPENDED", 20)
    calls = []

    def fail(*args: Any) -> Any:
        calls.append(args)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return append_strips(*args)

    with monkeypatch.context() as patch:
        patch.setattr(appends, "append_strips", fail)
        assert load().code == 130
    assert len(list_lines()) == 20
    assert count(load("--json")) == (25, 15, 10, 0)
    assert len(list_lines()) == 50
    assert count(load("--json")) == (25, 0, 25, 0)


def test_what_others_write_between_two_appends_is_seen(
    load: Run, run: Run, ask: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from dispatchctl.desk import recording

    rows = [(f"H{number}", *FIRST[1:8], "" if number == 4 else FIRST[8], "") for number in range(6)]
    write_rows("h.csv", *rows)
    monkeypatch.setattr(sizes, "ROWS_APPENDED", 4)
    calls = []

    class Lock(recording.Lock):
        def __exit__(self, *error: Any) -> None:
            super().__exit__(*error)
            calls.append(error)
            if len(calls) == 2:  # the lock is free: somebody else takes a request that the file has too
                assert (
                    run("new-order", "--kind", "inquiry", "--content", "试", "--source-ref", "H4", "--now", NOW).code
                    == 0
                )

    monkeypatch.setattr(recording, "Lock", Lock)
    assert count(load("--json")) == (6, 5, 0, 0)  # what the other took is told as changed
    assert [order["id"] for order in ask("list", "orders", "--sort", "id")] == [
        f"O-20261120-000{number}" for number in range(1, 7)
    ]
    assert run("records", "check").code == 0


def test_a_dry_run_tells_and_writes_nothing(load: Run) -> None:
    result = load("--dry-run", "--json")
    assert result.code == 0
    assert json.loads(result.out)["dry_run"] is True
    assert count(result) == (2, 2, 0, 0)
    assert not Path("records/orders").exists()
    assert not Path("records/private/contacts.csv").exists()


# --- what is refused --------------------------------------------------------------------------------------------------

BAD = {
    "no reference": (("", *FIRST[1:]), "h.csv:2: number: is empty"),
    "blank reference": ((" ", *FIRST[1:]), "h.csv:2: number: is empty"),
    "no time": (("H1", "", *FIRST[2:]), "h.csv:2: opened: is empty"),
    "bad time": (("H1", "31.2.2026", *FIRST[2:]), "h.csv:2: opened: '31.2.2026' is no time"),
    "half a time": (("H1", "2026-10-09 25:00", *FIRST[2:]), "h.csv:2: opened: '2026-10-09 25:00' is no time"),
    "in the future": (("H1", "2026-12-09", *FIRST[2:]), "h.csv:2: opened: '2026-12-09' is in the future"),
    "unknown service": ((*FIRST[:2], "plumbin", *FIRST[3:]), "h.csv:2: kind: no such service: 'plumbin'"),
    "unknown channel": ((*FIRST[:3], "smoke", *FIRST[4:]), "h.csv:2: how: no such channel: 'smoke' (phone, "),
    "too long": ((*FIRST[:4], "长" * 12_000, *FIRST[5:]), "h.csv:2: text: the text has 36000 bytes"),
    "too few cells": (FIRST[:9], "h.csv:2: has 9 cells, the header 10"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_row_is_told_by_line_and_column_and_imports_nothing(load: Run, name: str) -> None:
    row, message = BAD[name]
    write_rows("h.csv", row, SECOND)
    result = load()
    assert result.code == 5
    assert f"dispatchctl: {message}" in result.err
    assert "nothing was imported" in result.err
    assert not Path("records/orders").exists()


def test_the_nearest_key_is_offered(load: Run) -> None:
    write_rows("h.csv", (*FIRST[:2], "plumbin", *FIRST[3:]))
    assert "hint: nearest: plumbing" in load().err


def test_faults_as_json(load: Run) -> None:
    write_rows("h.csv", (*FIRST[:2], "plumbin", *FIRST[3:]), SECOND)
    result = load("--json")
    assert result.code == 5
    assert count(result) == (2, 0, 0, 1)
    assert json.loads(result.out)["faults"] == [
        {
            "file": "h.csv",
            "line": 2,
            "column": 3,
            "code": "unknown-service",
            "message": "kind: no such service: 'plumbin'",
            "allowed": "",
            "hint": "nearest: plumbing",
            "rows": 1,
        }
    ]


def test_all_faults_are_told_in_the_order_of_lines(load: Run) -> None:
    write_rows("h.csv", (*FIRST[:2], "x", "y", *FIRST[4:]), SECOND, ("H3", "never", *FIRST[2:]))
    lines = [line for line in load().err.split("\n") if line.startswith("dispatchctl: h.csv")]
    assert [line.split(":")[2] for line in lines] == ["2", "2", "4"]


def test_of_very_many_faults_the_first_are_listed_and_the_others_counted(
    load: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dispatchctl.desk.imports import tally

    monkeypatch.setattr(tally, "LISTED", 3)
    write_rows("h.csv", *[(f"H{number}", f"day {number}", *FIRST[2:]) for number in range(8)])
    result = load()
    assert result.code == 5
    assert [line.split(":")[2] for line in result.err.split("\n") if "h.csv" in line] == ["2", "3", "4"]
    assert "and 5 more faults" in result.err


def test_with_skip_the_other_rows_are_imported(load: Run) -> None:
    write_rows("h.csv", FIRST, (*SECOND[:2], "x", *SECOND[3:]), ("H3", *SECOND[1:]), FIRST[:3])
    result = load("--on-error", "skip", "--json")
    assert result.code == 5
    assert count(result) == (4, 2, 0, 2)
    assert [fault["line"] for fault in json.loads(result.out)["faults"]] == [3, 5]
    assert len(list_lines()) == 3
    again = load("--on-error", "skip", "--json")
    assert count(again) == (4, 0, 2, 2)


def test_a_reference_that_stands_twice(load: Run) -> None:
    write_rows("h.csv", FIRST, SECOND, ("H1", *SECOND[1:]))
    result = load()
    assert result.code == 5
    assert "h.csv:4: number: 'H1' stands twice (first in line 2)" in result.err
    assert count(load("--on-error", "skip", "--json")) == (3, 2, 0, 1)


def test_bytes_of_another_encoding(load: Run) -> None:
    write_rows("h.csv", FIRST, encoding="gb18030")
    result = load()
    assert result.code == 5
    assert "h.csv:2: text: character 1 is no valid text" in result.err
    assert "hint: name the encoding in the map: encoding: gb18030" in result.err


def test_columns_that_the_file_has_not(load: Run) -> None:
    write_rows(
        "h.csv", FIRST, head=("nummer", "opened", "kind", "how", "text", "who", "phone", "place", "shut", "answer")
    )
    result = load()
    assert result.code == 5
    assert "map.yaml:3: h.csv has no column 'number'" in result.err
    assert "map.yaml:8: h.csv has no column 'closed'" in result.err


def test_a_faulty_map(load: Run) -> None:
    write_map(MAP.replace("Call: phone", "Call: telephone").replace("kind: request", "kind: x"))
    result = load()
    assert result.code == 5
    assert "map.yaml:5: values.channel.Call: no such channel: 'telephone'" in result.err
    assert "map.yaml:6: constants.kind: no such kind: 'x'" in result.err
    faults = json.loads(load("--json").out)["faults"]
    assert [(fault["file"], fault["line"], fault["code"]) for fault in faults] == [
        ("map.yaml", 5, "bad-channel"),
        ("map.yaml", 6, "bad-kind"),
    ]


@pytest.mark.parametrize(("file", "map_path"), [("none.csv", "map.yaml"), ("h.csv", "none.yaml")])
def test_missing_files(load: Run, run: Run, file: str, map_path: str) -> None:
    result = run("records", "import", file, "--map", map_path, "--now", NOW)
    assert result.code == 3
    assert "no such file" in result.err


def test_personal_numbers_in_free_text_are_warned_of(load: Run) -> None:
    write_rows("h.csv", (*FIRST[:4], "请回电138-0000-0001", *FIRST[5:]), SECOND)
    result = load()
    assert result.code == 0
    assert "text: 1 rows hold what looks like a phone or identity number" in result.err


def test_a_folder_that_can_only_be_read_is_refused(load: Run) -> None:
    assert load().code == 0
    Path("records/.writer").unlink()
    assert load().code == 4


def test_hostile_texts_are_kept_or_refused(load: Run, run: Run, ask: Callable[..., Any], shared: Path) -> None:
    texts = []
    for line in (shared / "spec" / "hostile.txt").read_text(encoding="utf-8").split("\n"):
        if line and not line.startswith("# "):
            texts.append(line.encode("latin-1", "backslashreplace").decode("unicode_escape"))
    assert len(texts) >= 39
    Path("h.jsonl").write_text(
        "".join(
            json.dumps({**dict(zip(HEAD, FIRST, strict=True)), "number": f"H{number}", "text": text, "place": text})
            + "\n"
            for number, text in enumerate(texts)
        )
    )
    result = load("--on-error", "skip", "--json", file="h.jsonl")
    assert result.code == 5
    item = json.loads(result.out)
    assert item["imported"] + item["refused"] == len(texts)
    assert item["refused"] == sum("\ud800" in text for text in texts)
    assert "Traceback" not in result.err
    assert run("records", "check").code == 0
    kept = [order["content"] for order in ask("list", "orders", "--sort", "id")]
    assert kept == [None if is_blank(text) else text for text in texts if "\ud800" not in text]
    for column in ("number", "kind", "how", "opened", "closed"):
        rows = [{**dict(zip(HEAD, FIRST, strict=True)), column: text} for text in texts]
        Path("h.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        result = load("--on-error", "skip", "--json", file="h.jsonl")
        assert result.code in (0, 5)
        assert "Traceback" not in result.err


# --- logs -------------------------------------------------------------------------------------------------------------

LOG = """register: orders
case: number
event: {column: state, values: {New: taken, Active: needs-dispatch, Back: reopened, Paid: paid, Closed: closed}}
columns: {at: updated, service: kind, content: text, answer: text, reason: text, amount: sum, caller: who}
constants: {kind: request}
"""
LOG_HEAD = ("number", "state", "updated", "kind", "text", "sum", "who")
LOG_ROWS = (
    ("N1", "New", "2026-10-09 09:00", "plumbing", "漏水", "", "张示例"),
    ("N2", "New", "2026-10-09 09:10", "drain", "堵塞", "", ""),
    ("N1", "Active", "2026-10-09 09:20", "plumbing", "", "", "张示例"),
    ("N1", "Active", "2026-10-09 09:30", "plumbing", "", "", "张示例"),
    ("N1", "Waiting", "2026-10-09 09:40", "plumbing", "", "", "张示例"),
    ("N1", "Closed", "2026-10-09 11:00", "plumbing", "修好了", "", "张示例"),
    ("N1", "Back", "2026-10-09 12:00", "plumbing", "又漏了", "", "张示例"),
    ("N1", "Closed", "2026-10-09 15:00", "plumbing", "换了接头", "", "张示例"),
    ("N1", "Paid", "2026-10-09 16:00", "plumbing", "", "50", "张示例"),
    ("N1", "Paid", "2026-10-09 16:00", "plumbing", "", "50", "张示例"),
)


@pytest.fixture
def load_log(load: Run) -> Run:
    write_map(LOG)
    write_rows("h.csv", *LOG_ROWS, head=LOG_HEAD)
    return load


@pytest.mark.parametrize("append", [1, 3, 5000])
def test_a_log_is_one_event_a_row(
    load_log: Run, run: Run, ask: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, append: int
) -> None:

    monkeypatch.setattr(sizes, "ROWS_APPENDED", append)
    result = load_log("--json")
    assert result.code == 0, result.out
    assert count(result) == (10, 7, 3, 0)
    order = ask("show", "O-20261120-0001")
    assert [(row["event"], row["at"][11:16]) for row in order["events"]] == [
        ("taken", "09:00"),
        ("needs-dispatch", "09:20"),
        ("closed", "11:00"),
        ("reopened", "12:00"),
        ("closed", "15:00"),
        ("paid", "16:00"),
    ]
    assert (order["state"], order["answer"], order["amount"], order["content"]) == (
        "closed",
        "换了接头",
        "50.00",
        "漏水",
    )
    assert order["contact_id"] == "P-20261120-0001"
    assert ask("show", "O-20261120-0002")["state"] == "open"
    assert run("records", "check").code == 0
    before = list_lines()
    assert count(load_log("--json")) == (10, 0, 10, 0)
    assert list_lines() == before


def test_a_log_that_has_grown_adds_what_is_new(load_log: Run, ask: Callable[..., Any]) -> None:
    assert load_log().code == 0
    more = (
        ("N2", "Active", "2026-10-10 09:00", "", "", "", ""),
        ("N2", "Closed", "2026-10-10 10:00", "", "通了", "", ""),
    )
    write_rows("h.csv", *LOG_ROWS, *more, head=LOG_HEAD)
    assert count(load_log("--json")) == (12, 2, 10, 0)
    write_rows("h.csv", ("N2", "Back", "2026-10-11 09:00", "", "又堵了", "", ""), head=LOG_HEAD)
    assert count(load_log("--json")) == (1, 1, 0, 0)
    assert ask("show", "O-20261120-0002")["state"] == "pool"


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (("N2", "Back", "2026-10-09 10:00", "", "x", "", ""), "reopened is not possible in state open"),
        (("N2", "Closed", "2026-10-09 08:00", "", "x", "", ""), "closed lies before taken"),
        (("N2", "Paid", "2026-10-09 10:00", "", "x", "", ""), "paid needs amount"),
        (("N4", "New", "2026-10-09 10:00", "nothing", "x", "", ""), "no such service: 'nothing'"),
    ],
)
def test_a_step_that_cannot_be_is_refused(load_log: Run, row: tuple[str, ...], message: str) -> None:
    write_rows("h.csv", *LOG_ROWS[:2], row, head=LOG_HEAD)
    result = load_log()
    assert result.code == 5
    assert f"h.csv:4: {'kind' if 'service' in message else 'state'}: {message}" in result.err

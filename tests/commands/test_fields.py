"""No way in takes what a field may not hold: options, amend, --from and import are held to what `records check` wants.

And for rows that stand on disk from before the gate was so strict, the check names the line that mends each.
"""

import csv
import json
import shlex
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from stories import START, STEP, STORIES, Line, join_staff, list_lines, read_files
from transcripts import Result

from dispatchctl.registers import SHIPPED
from dispatchctl.registers.page import Field

Run = Callable[..., Result]

FORBIDDEN = {
    "choice": ("nothing-of-that", "是"),
    "integer": ("垃圾", "-1", "1.5", "99999999999"),
    "money": ("垃圾", "-5", "1.234", "1e3"),
    "time": ("垃圾", "2026-13-01", "25:61"),
    "date": ("不是日期", "2026-02-30"),
    "month": ("2026-99", "十月"),
    "flag": ("maybe", "no"),
    "staff": ("NOBODY",),
    "case": ("NOCASE", "O-20261102-9999"),
    "key": ("no-such-key",),
}
GARBAGE = ("垃圾", "2026-99")
CASES = {
    "orders": "O-20261102-0001",
    "assignments": "A-20261102-0001",
    "complaints": "C-20261102-0001",
    "followups": "F-20261102-0001",
    "surveys": "S-20261102-0001",
    "notices": "U-20261102-0001",
    "audit": "X-20261102-0001",
    "staff": "wu",
    "attendance": "N-20261102-0001",
    "training": "G-20261102-0001",
}
PREPARED = """
    lin new-order --service plumbing --content 漏水 --caller 张示例 --phone 138-0000-0001 --address 1号楼101
    lin assign O-20261102-0001 wu
    lin complaint new --content 态度生硬 --caller 李样例 --phone 138-0000-0002
    lin follow-up new O-20261102-0001 --method phone
    lin survey open --department engineering
    zhou urge --all @ 2026-11-02T17:20
    lin policy review --note 半年评审
    lin attendance late wu --on 2026-11-02
    lin training plan --topic 应急 --on 2026-11-02T09:00
"""


@pytest.fixture
def prepared(demo: Path, run: Run) -> Path:
    """A folder with one case of each register that can be amended."""
    join_staff(run)
    now = START
    for text in PREPARED.strip().split("\n"):
        line = Line(text)
        now = line.moment or now + STEP
        done = run(*line.argv, "--as", line.who, "--now", now.isoformat())
        assert done.code == 0, (line.text, done.err)
    return demo


def at(hours: int) -> str:
    return (START + timedelta(hours=hours)).isoformat()


def list_amendable(register: str) -> Iterator[Field]:
    page = SHIPPED.get(register)
    fixed = ("row", "reason", "attached", "contact_id", page.parent)
    yield from (field for field in page.fields if field.name not in fixed and field.type in FORBIDDEN)


def test_every_register_that_is_amended_is_here() -> None:
    assert set(CASES) == {name for name in SHIPPED.names if not SHIPPED.get(name).decided}
    assert {field.type for name in SHIPPED.names for field in SHIPPED.get(name).fields} - set(FORBIDDEN) == {
        "text",
        "contact",
        "row",
    }


def test_amend_takes_no_value_that_a_field_may_not_hold(prepared: Path, run: Run) -> None:
    before = read_files(prepared / "records")
    tried = 0
    for register, case in CASES.items():
        for field in list_amendable(register):
            for value in FORBIDDEN[field.type]:
                done = run(
                    "amend", case, f"{field.name}={value}", "--reason", "试", "--as", "lin", "--now", at(12)
                )  # fmt: skip
                open_key = field.type == "key" and done.code == 0
                if done.code == 4:  # it has not been said of this case, or is each row's own
                    assert any(
                        text in done.err
                        for text in (
                            "was not said of",
                            "each row of",
                            "rests on it",
                            "it stands",
                            "by a new assignment",
                        )
                    ), done.err
                    continue
                assert done.code in (2, 3) or open_key, (register, field.name, value, done)
                assert done.err.startswith(f"dispatchctl: {field.name}: ") or field.type == "case" or open_key, done.err
                tried += 1
    assert read_files(prepared / "records") == before
    assert tried > 55


@pytest.mark.parametrize("story", [story for story in STORIES if story != "review"])
def test_no_option_makes_a_row_that_the_check_faults(story: str, demo: Path, run: Run, tmp_path: Path) -> None:
    join_staff(run)
    (demo / "orders.csv").write_text("kind,content\ninquiry,几点下班\n")
    now = START
    count = refused = 0
    for line in list_lines(story):
        now = line.moment or now + STEP
        common = ("--as", line.who, "--now", now.isoformat())
        if line.text.startswith("records writer"):
            continue
        for argv in list_spoilt(line.argv):
            count += 1
            tried = run(*argv, *common, "--dry-run")
            if tried.code:
                refused += 1
                assert tried.code in (2, 3, 4), (argv, tried.err)
                assert "internal fault" not in tried.err
                continue
            copy = tmp_path / "copies" / str(count)
            shutil.copytree(demo, copy)
            done = run(*argv, *common, cwd=copy)
            assert done.code == 0, (argv, done.err)
            checked = run("records", "check", cwd=copy)
            assert checked.code == 0, (argv, checked.out)
            shutil.rmtree(copy)
        done = run(*line.argv, *common)
        assert done.code == 0, (line.text, done.err)
    assert run("records", "check").code == 0
    assert refused


def list_spoilt(argv: list[str]) -> Iterator[list[str]]:
    """The command with one option's value at a time exchanged for garbage."""
    for place, word in enumerate(argv):
        if place and argv[place - 1].startswith("--") and not word.startswith("--"):
            yield [*argv[:place], GARBAGE[place % 2], *argv[place + 1 :]]


TYPED = [field for field in SHIPPED.get("orders").fields if field.type in FORBIDDEN]
ROW = {"kind": "request", "content": "漏水", "service": "plumbing", "caller": "张示例"}
ROW |= {"phone": "138-0000-0001", "address": "1号楼"}
NOT_TAKEN = ("amount", "about")  # what new-order does not take from a row


@pytest.mark.parametrize("field", [each for each in TYPED if each.name not in NOT_TAKEN], ids=lambda field: field.name)
def test_a_row_of_many_takes_no_value_that_a_field_may_not_hold(field: Field, demo: Path, run: Run) -> None:
    before = read_files(demo / "records")
    for value in FORBIDDEN[field.type]:
        write_rows(demo / "many.csv", [{**ROW, field.name: value}])
        done = run("new-order", "--from", "many.csv", "--as", "lin", "--now", at(0))
        assert done.code == 5, (value, done)
        assert "many.csv:2: " in done.err
    assert {name: text for name, text in read_files(demo / "records").items() if "private" not in name} == {
        name: text for name, text in before.items() if "private" not in name
    }


@pytest.mark.parametrize("field", TYPED, ids=lambda field: field.name)
def test_an_import_takes_no_value_that_a_field_may_not_hold(field: Field, demo: Path, run: Run) -> None:
    before = read_files(demo / "records")
    columns = {"source_ref": "no", "at": "time", "content": "content", field.name: "value"}
    for value in FORBIDDEN[field.type]:
        write_rows(demo / "old.csv", [{"no": "1", "time": "2026-10-01T09:00", "content": "漏水", "value": value}])
        given = {"kind": "inquiry", "channel": "phone", "priority": "normal"}
        constants = {name: word for name, word in given.items() if name not in columns}
        (demo / "map.yaml").write_text(
            json.dumps({"register": "orders", "columns": columns, "constants": constants}, ensure_ascii=False)
        )
        done = run("records", "import", "old.csv", "--map", "map.yaml", "--as", "lin", "--now", at(0))
        assert done.code == 5, (value, done)
        assert "old.csv:2" in done.out + done.err
    assert read_files(demo / "records") == before


def write_rows(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def test_a_case_of_another_writer_may_only_not_be_here_yet(prepared: Path, run: Run) -> None:
    common = ("--reason", "补记", "--as", "lin", "--now", at(12))
    done = run("amend", CASES["complaints"], "repeats=C-20261102-SZ-0009", *common)
    assert done.code == 0, done.err
    assert "warning: --repeats: C-20261102-SZ-0009 is of another writer, and is not here yet" in done.err
    own = run("amend", CASES["complaints"], "repeats=C-20261102-0009", *common)
    assert own.code == 3
    checked = run("records", "check")
    assert "C-20261102-SZ-0009" in checked.out  # until its rows come


def test_the_system_may_dispatch(prepared: Path, run: Run) -> None:
    later = ("--as", "lin", "--now", at(24))
    call = ("--service", "plumbing", "--content", "堵", "--caller", "王样例", "--phone", "138-0000-0003")
    order = run("new-order", *call, "--address", "2号楼", "-q", *later).out.strip()
    assert run("triage", order, "--dispatch", *later).code == 0
    done = run("assign", "--all", "--auto", "--as", "system", "--now", at(24))
    assert done.code == 0, done.err
    checked = run("records", "check")
    assert checked.code == 0, checked.out


OLD = """
    amend N-20261102-0001 date=不是日期 --reason 登记有误
    amend wu month=2026-99 --reason 登记有误
    amend G-20261102-0001 about=NOCASE --reason 登记有误
    amend O-20261102-0001 price=很贵 --reason 登记有误
    amend C-20261102-0001 responsible=NOBODY --reason 登记有误
    staff extend-probation sun --until 垃圾 --reason 尚需观察
"""


def test_the_check_names_the_line_that_mends_what_an_older_release_let_through(
    prepared: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    common = ("--as", "lin", "--now", at(12))
    joined = run("staff", "join", "sun", "--name", "孙新人", "--role", "field", *common)
    assert joined.code == 0, joined.err
    with monkeypatch.context() as older:
        from dispatchctl.desk import drafts, fields
        from dispatchctl.desk.cases import amendments

        older.setattr(fields, "read_field", lambda books, field, text, *rest, **more: text)
        older.setattr(drafts, "check_draft", lambda *rest: None)
        older.setattr(amendments, "list_amendable", lambda case: [field.name for field in case.page.fields])
        older.setattr(amendments, "_find_part", lambda *rest: "")
        older.setattr(drafts, "check_references", lambda *rest: None)
        for text in OLD.strip().split("\n"):
            done = run(*text.split(), *common)
            assert done.code == 0, (text, done.err)
    faults = json.loads(run("records", "check", "--json").out)
    assert len(faults) == len(OLD.strip().split("\n")), faults
    for fault in faults:
        line = fault["hint"][fault["hint"].index("dispatchctl retract") :]
        done = run(*shlex.split(line)[1:], *common)
        assert done.code == 0, (line, done.err)
    assert run("records", "check").code == 0


def test_a_corrected_list_is_read_as_everywhere_else(prepared: Path, run: Run) -> None:
    common = ("--reason", "登记有误", "--as", "lin", "--now", at(12), "--json")
    assert run("amend", CASES["complaints"], "departments=工程部,cleaning", "about_staff=吴水工", *common).code == 0
    shown = json.loads(run("show", CASES["complaints"], "--json", "--as", "lin").out)
    assert (shown["departments"], shown["about_staff"]) == (["engineering", "cleaning"], ["wu"])


def test_what_comes_from_a_file_takes_no_field_beside_it(demo: Path, run: Run) -> None:
    write_rows(demo / "many.csv", [ROW])
    for words in (("--kind", "inquiry"), ("--price", "5"), ("--read-back",)):
        refused = run("new-order", "--from", "many.csv", *words, "--as", "lin", "--now", at(0))
        assert (refused.code, refused.out) == (2, "")
        assert "--from takes everything from its rows" in refused.err

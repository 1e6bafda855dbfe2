"""Files that lost their end, or were saved by another program: named, never gone on from, mended by records adopt."""

import json
import random
import shutil
import subprocess
from hashlib import sha256

import pytest
from office import Office, live
from surroundings import LONG

ASK = ("new-order", "--kind", "inquiry", "--content", "问路")
ADOPT = ("records", "adopt", "records/orders/2026-11.main.csv", "--reason", "备份里没有最后几单")


@pytest.fixture
def office(isolated):
    """Four orders of one day; the third one has an assignment."""
    office = Office(isolated).begin()
    orders = [office.take(content=f"漏水{number}") for number in range(1, 5)]
    office("assign", orders[2], "zhao")
    office.wait(minutes=5)
    return office


def place(office, register="orders", month="2026-11"):
    return office.records / register / f"{month}.main.csv"


def keep_rows(office, count, register="orders"):
    """Leave the first rows of a file; what it was."""
    whole = place(office, register).read_bytes()
    place(office, register).write_bytes(b"".join(whole.splitlines(keepends=True)[: count + 1]))
    return whole


def find_codes(office):
    result = office("records", "check", "--json", code=None)
    return {(each["file"], each["code"]) for each in json.loads(result.out) if each["code"] != "torn"}


def expect_reference_alone(office):
    """Check tells nothing but the row that names the lost case, and how that is mended; which then is all."""
    (fault,) = json.loads(office("records", "check", "--json", code=1).out)
    assert (fault["file"], fault["code"]) == ("records/assignments/2026-11.main.csv", "unknown-case")
    mend = "dispatchctl retract A-20261102-0001 assignments/2026-11.main#1 --reason T"
    assert fault["hint"] == f"its file was declared meant without it: {mend}"


def read_files(office):
    return {path: data for path, data in office.files().items() if "no-cache" not in str(path)}


def test_rows_that_were_read_are_missed_by_all_and_nothing_is_recorded_above_them(office):
    whole = keep_rows(office, 2)
    said = "orders/2026-11.main.csv: has 2 rows, and 4 were read here before: its end is gone, with O-20261102-0003 to"
    for argv in (("list",), ("status",), ("show", "1"), ("overdue",), ("list", "staff"), ("records", "rebuild")):
        result = office(*argv)
        assert said in result.err, argv
        assert "records adopt records/orders/2026-11.main.csv" in result.err, argv
    assert said in office("show", "O-20261102-0004", code=3).err
    files = read_files(office)
    for argv in (ASK, (*ASK, "--dry-run"), ("triage", "1", "--dispatch"), ("assign", "2", "zhao", "--dry-run")):
        result = office(*argv, code=0 if argv[0] == "assign" else 5)  # that one writes into another register
        assert said in result.err, argv
    lines = office.folder / "orders.jsonl"
    lines.write_text('{"kind": "inquiry", "content": "问路"}\n', encoding="utf-8")
    assert said in office("new-order", "--from", str(lines), code=5).err
    lines.unlink()
    assert read_files(office) == files
    assert ("records/orders/2026-11.main.csv", "fewer-rows") in find_codes(office)
    office("policy", "publish", code=None)  # another index, which remembers too
    assert said in office(*ASK, code=5).err
    place(office).write_bytes(whole)  # taken back from a backup: all is well
    assert office("list").err == ""
    assert office.take() == "O-20261102-0005"
    assert find_codes(office) == set()


def test_what_other_rows_name_is_missed_without_any_index(office):
    keep_rows(office, 2)
    shutil.rmtree(office.index.parent)
    said = "its end is gone, with O-20261102-0003: assignments/2026-11.main#1 names O-20261102-0003"
    assert said in office("list").err
    assert said in office(*ASK, code=5).err
    assert ("records/assignments/2026-11.main.csv", "unknown-case") in find_codes(office)
    office("retract", "A-20261102-0001", "--reason", "单子没了")  # nothing names it any more
    assert "its end is gone" not in office("list").err
    assert office.take() == "O-20261102-0004"  # but its number stays given
    office.check_index()


def test_every_row_that_names_what_is_gone_is_told(office):
    for content in ("来得晚", "态度差"):
        office("complaint", "new", "--content", content, "--order", "O-20261102-0003", "--caller", "张示例", "--phone",
               "138-0000-0001")  # fmt: skip
    keep_rows(office, 2)
    shutil.rmtree(office.index.parent)
    faults = json.loads(office("records", "check", "--json", code=1).out)
    assert [(each["file"].split("/")[1], each["line"]) for each in faults if each["code"] == "unknown-case"] == [
        ("assignments", 2),
        ("complaints", 2),
        ("complaints", 3),
    ]
    assert ("records/orders/2026-11.main.csv", "fewer-rows") in {(each["file"], each["code"]) for each in faults}


def test_a_file_that_is_shorter_than_its_seal_says(office):
    office.now = "2026-12-01T09:00:00+08:00"
    office("policy", "publish")
    office("records", "seal", "--month", "2026-11")
    whole = keep_rows(office, 3)
    shutil.rmtree(office.index.parent)
    said = f"was sealed with {len(whole)} (2026-11.main.yaml): its end is gone"
    assert said in office("list", code=0).err
    assert said in office(*ASK, code=5).err
    assert ("records/orders/2026-11.main.csv", "fewer-rows") in find_codes(office)
    assert "is sealed" in office(*ADOPT, code=4).err
    place(office).unlink()
    assert ("records/orders/2026-11.main.csv", "fewer-rows") in find_codes(office)
    place(office).write_bytes(whole)
    assert office.take() == "O-20261201-0001"


@pytest.mark.parametrize("read", [False, True], ids=["never read", "read"])
@pytest.mark.parametrize("before", [False, True], ids=["", "index deleted before"])
@pytest.mark.parametrize("after", [False, True], ids=["", "index deleted after"])
def test_what_was_declared_meant_is_settled_at_once(office, read, before, after):
    """Also where a row names a case that went with the end: that row alone is told."""
    keep_rows(office, 2)
    if before:
        shutil.rmtree(office.index.parent)
    if read:
        assert "its end is gone, with O-20261102-0003" in office("list").err
    office.wait(minutes=5)
    office(*ADOPT)
    if after:
        shutil.rmtree(office.index.parent)
    for argv in (("list",), ("status",), ("list", "staff"), ("records", "rebuild")):
        assert office(*argv).err == "", argv
    assert office("list", "--as-of", "2026-11-02T08:36:00+08:00").err == ""  # before it was declared
    expect_reference_alone(office)
    office("retract", "A-20261102-0001", "assignments/2026-11.main#1", "--reason", "单子没了")
    assert find_codes(office) == set()


@pytest.mark.parametrize("forget", [False, True], ids=["index kept", "index deleted"])
def test_a_shorter_file_that_is_declared_meant(office, forget):
    """Ids and seq go on above the highest there ever was, also from the files alone."""
    keep_rows(office, 2)
    before = read_files(office)
    tried = json.loads(office(*ADOPT, "--dry-run", "--json").out)
    assert read_files(office) == before
    done = json.loads(office(*ADOPT, "--json", "--request-id", "k").out)
    assert (done["rows"], done["had"], done["numbers"]) == (2, 4, {"2026-11-02": 4})
    assert tried == {**done, "dry_run": True}
    assert done["written_anew"] == []  # its chain holds
    again = json.loads(office(*ADOPT, "--json", "--request-id", "k").out)
    assert (again["replayed"], again["had"], again["numbers"]) == (True, 4, {"2026-11-02": 4})
    told = office(*ADOPT, "--request-id", "k", env={"LANG": "zh_CN.UTF-8"})
    assert [line.split()[0] for line in told.out.splitlines()] == ["编号", "文件", "曾有最大行号", "已用编号"]
    assert all(len(line.split()) == 2 for line in told.out.splitlines())
    assert "there is nothing to adopt" in office(*ADOPT, code=4).err
    if forget:
        shutil.rmtree(office.index.parent)
    assert office("list").err == ""
    assert office.take() == "O-20261102-0005"
    assert [row["seq"] for row in office.rows("orders")] == ["1", "2", "5"]
    assert json.loads(office("show", "5", "--json").out)["events"][0]["ref"] == "orders/2026-11.main#5"
    office("records", "rebuild")
    office("triage", "5", "--dispatch")
    assert office.rows("orders")[-1]["seq"] == "6"
    assert office.take(content="又一单") == "O-20261102-0006"
    expect_reference_alone(office)
    audit = json.loads(office("list", "audit", "--json").out)
    told = [(each["subject"], each["period"], each["rows"], each["reason"]) for each in audit]
    assert told[-2:] == [
        ("orders/2026-11.main", None, 4, "备份里没有最后几单"),
        ("orders/2026-11.main", "2026-11-02", 4, "备份里没有最后几单"),
    ]
    office.check_index()


def test_a_file_that_is_gone_altogether(office):
    place(office).unlink()
    assert "is gone, and 4 rows of it had been read here" in office(*ASK, code=5).err
    office(*ADOPT)
    assert office.take() == "O-20261102-0005"
    assert [row["seq"] for row in office.rows("orders")] == ["5"]
    shutil.rmtree(office.index.parent)
    assert office.take(content="又一单") == "O-20261102-0006"
    office.check_index()


def test_the_audit_file_itself_is_adopted(office):
    office("policy", "publish")
    office("report", "daily", "-o", str(office.folder / "a.csv"))
    keep_rows(office, 1, "audit")
    assert "its end is gone" in office("report", "daily", "-o", str(office.folder / "b.csv"), code=5).err
    assert not (office.folder / "b.csv").exists()
    office("records", "adopt", "audit/2026-11.main", "--reason", "恢复备份")
    shutil.rmtree(office.index.parent)
    office("report", "daily", "-o", str(office.folder / "b.csv"))
    assert [row["id"] for row in office.rows("audit")] == [f"X-20261102-{n:04}" for n in (1, 3, 4, 5)]
    assert find_codes(office) == set()


def test_an_earlier_month_is_adopted_with_those_after_it(office):
    office.now = "2026-12-01T09:00:00+08:00"
    december = office.take(content="十二月的")
    keep_rows(office, 3)
    office("overdue", code=5)
    done = json.loads(office(*ADOPT, "--json").out)
    assert done["written_anew"] == ["records/orders/2026-12.main.csv"]
    assert office("overdue", code=0).code == 0
    assert office("list", "-q").out.split()[-1] == december
    assert office.take(content="又一单") == "O-20261201-0002"
    assert find_codes(office) == set()
    assert (office.records / "orders" / ".2026-12.main.csv.old").exists()


RESAVED = {
    "excel": lambda text: b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode(),
    "ansi": lambda text: text.replace("\n", "\r\n").encode("gb18030"),
    "utf-16": lambda text: text.replace(",", "\t").replace("\n", "\r\n").encode("utf-16"),
    "semicolons": lambda text: text.replace(",", ";").replace("\n", "\r\n").encode(),
    "quoted": lambda text: text.replace(",", '","').replace("\n", '"\r\n"').encode().join((b'"', b"")),
    "sorted": lambda text: "".join((line := text.splitlines(keepends=True))[:1] + line[:0:-1]).encode(),
}


@pytest.mark.parametrize("program", RESAVED)
def test_what_another_program_saved_is_adopted_without_loss(office, program):
    listed = office("list", "--json").out
    path = place(office)
    text = path.read_text(encoding="utf-8")
    changed = RESAVED[program](text)
    if changed.endswith(b'\r\n"'):
        changed = changed[:-1]
    path.write_bytes(changed)
    where = "records/orders/2026-11.main.csv:"
    assert where in office("list", code=5).err
    assert where in office("status", code=5).err
    assert where in office("show", "4", code=5).err
    assert where in office("show", "O-20261102-0004", code=5).err
    done = json.loads(office(*ADOPT, "--json").out)
    assert (done["rows"], done["had"]) == (4, 4)
    assert done["unchanged"] == (0 if program == "sorted" else 4)
    assert done["encoding"] == {"ansi": "gb18030", "utf-16": "utf-16"}.get(program, "utf-8")
    assert path.read_text(encoding="utf-8") == text
    assert (path.parent / ".2026-11.main.csv.old").read_bytes() == changed
    assert office("list", "--json").out == listed
    assert office.take() == "O-20261102-0005"
    assert find_codes(office) == set()
    (told,) = office.rows("audit")  # one row, which says where what it was is kept
    assert told["subject"] == "orders/2026-11.main"
    assert told["note"] == f"orders/.2026-11.main.csv.old sha256:{sha256(changed).hexdigest()}"
    office.check_index()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text.replace("2026-11-02T08:30:00+08:00", "2026/11/2 8:30"), "at is not a time with an offset"),
        (lambda text: text.replace(",3,", ",2,"), "has seq 2, as a line before it"),
        (lambda text: text.replace(",taken,", ",,"), "has no id, or an event unknown here"),
        (lambda text: text.replace("at,recorded_at", "time,recorded"), "is not the header of a register"),
    ],
)
def test_rows_that_lost_what_they_live_by_are_never_guessed(office, change, said):
    path = place(office)
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    files = read_files(office)
    assert said in office(*ADOPT, code=5).err
    assert read_files(office) == files


def edit_line(office, number, before, after):
    """Change one line of the orders by hand."""
    lines = place(office).read_bytes().splitlines(keepends=True)
    assert before.encode() in lines[number - 1]
    lines[number - 1] = lines[number - 1].replace(before.encode(), after.encode())
    place(office).write_bytes(b"".join(lines))


def expect_refused(office, said):
    """Nothing is taken, imported or tried, and nothing of it written, contacts and attachments among it."""
    lines, photo = office.folder / "orders.jsonl", office.folder / "photo.jpg"
    lines.write_text('{"kind": "inquiry", "content": "问路"}\n', encoding="utf-8")
    photo.write_bytes(b"photo")
    calls, rules = office.folder / "calls.csv", office.folder / "map.yaml"
    calls.write_text("号,时间,内容\n1,2026-11-01 09:00,漏水\n", encoding="utf-8")
    rules.write_text(
        "register: orders\ncolumns: {source_ref: 号, at: 时间, content: 内容}\nconstants: {kind: inquiry}\n",
        encoding="utf-8",
    )
    files = read_files(office)
    call = ("new-order", "--service", "plumbing", "--content", "漏", "--caller", "钱示例", "--phone", "138-0000-0077",
            "--address", "9号楼901")  # fmt: skip
    imported = ("records", "import", str(calls), "--map", str(rules))
    once = (ASK, call, (*call, "--attach", str(photo)), ("new-order", "--from", str(lines)), imported)
    for argv in (*once, *((*argv, "--dry-run") for argv in once)):
        told = office(*argv, code=5).err
        assert said in told, argv
        assert "nothing can be recorded there" in told, argv
        assert "dispatchctl records adopt records/orders/2026-11.main.csv --reason TEXT" in told, argv
    assert read_files(office) == files


def expect_adopted(office):
    """Check names the command that mends it, which does; then ids go on."""
    found = json.loads(office("records", "check", "--json", code=1).out)
    hints = [each["hint"] for each in found if each["code"] in ("bad-crc", "broken-chain")]
    assert hints
    assert all("dispatchctl records adopt records/orders/2026-11.main.csv" in hint for hint in hints)
    office(*ADOPT)
    assert find_codes(office) == set()
    assert office.take() == "O-20261102-0005"
    office("overdue", code=0)
    assert find_codes(office) == set()
    office.check_index()


@pytest.mark.parametrize("ascii_end", [False, True], ids=["", "last line in ASCII"])
def test_a_file_saved_in_gb_18030_is_not_gone_on_with_before_it_is_adopted(office, ascii_end):
    """Nothing could mend a file with rows in both; also where its last line is the same in each."""
    if ascii_end:
        office("paid", "1", "--amount", "50", "--reason", "cash")
        assert place(office).read_bytes().splitlines()[-1].isascii()
    data = place(office).read_text(encoding="utf-8").encode("gb18030")
    place(office).write_bytes(data)
    expect_refused(office, "2026-11.main.csv: was saved in another encoding (gb18030), which changed 4 lines in all")
    expect_adopted(office)
    assert (place(office).parent / ".2026-11.main.csv.old").read_bytes() == data


def test_a_last_line_edited_by_hand_is_not_gone_on_from(office):
    edit_line(office, 5, "漏水4", "滴水4")
    expect_refused(office, "2026-11.main.csv:5: its last line was changed, 1 line in all")
    assert "its last line was changed" in office("triage", "1", "--dispatch", code=5).err
    expect_adopted(office)


def test_a_first_line_that_is_the_last_says_how_it_is_mended(isolated):
    office = Office(isolated).begin()
    office.take(content="漏水1")
    edit_line(office, 2, "漏水1", "滴水1")
    (fault,) = json.loads(office("records", "check", "--json", code=1).out)
    assert fault["code"] == "broken-chain"
    assert fault["hint"].endswith("dispatchctl records adopt records/orders/2026-11.main.csv --reason TEXT")
    office(*ASK, code=5)
    office(*ADOPT)
    assert office.take() == "O-20261102-0002"
    assert find_codes(office) == set()


def test_a_line_in_the_middle_edited_by_hand_is_gone_on_after_with_a_warning(office):
    edit_line(office, 3, "漏水2", "滴水2")
    told = office(*ASK)
    assert "warning: records/orders/2026-11.main.csv:3: does not fit its crc" in told.err
    office("overdue", code=5)
    office(*ADOPT)
    office("overdue")
    assert find_codes(office) == set()
    assert office.take() == "O-20261102-0006"


def test_what_audit_has_to_note_is_not_recorded_where_it_cannot(isolated):
    """What only somebody alone records leaves a row in audit: its last line is looked at first."""
    office = Office(isolated)
    office("init", "--demo", "--me", "lin", "--name", "林示例")
    alone = ("staff", "change", "lin", "--phone", "138-0000-0003", "--reason", "换电脑")
    office(*alone)
    path = place(office, "audit")
    path.write_bytes(path.read_bytes().replace("换电脑".encode(), "换电话".encode()))
    files = read_files(office)
    for argv in (alone, (*alone, "--dry-run")):
        told = office(*argv, code=5).err
        assert "audit/2026-11.main.csv:2: its last line was changed, 1 line in all; nothing can be recorded" in told
    assert read_files(office) == files
    office("records", "adopt", "audit/2026-11.main", "--reason", "手改")
    office(*alone)


def test_a_damaged_byte_is_not_taken_for_another_encoding(office):
    path = place(office)
    data = bytearray(path.read_bytes())
    data[data.index("漏水2".encode())] ^= 0x40
    path.write_bytes(data)
    assert "2026-11.main.csv:3: is not UTF-8" in office(*ADOPT, code=5).err


def test_rows_taken_out_of_the_middle_keep_the_others_their_numbers(office):
    path = place(office)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:2], *lines[3:]]))
    office("overdue", code=5)
    office(*ADOPT)
    assert [row["seq"] for row in office.rows("orders")] == ["1", "3", "4"]
    assert office("list", "-q").out.split() == ["O-20261102-0001", "O-20261102-0003", "O-20261102-0004"]
    office.take()
    assert find_codes(office) == set()
    path.write_bytes(path.read_bytes().replace("漏水4".encode(), "漏水5".encode()))
    assert "2026-11.main.csv:4" in office("records", "check", code=1).out  # lines are told by where they stand
    office.check_index()


def test_a_crash_in_the_middle_of_adopting_is_finished_by_doing_it_again(office, monkeypatch):
    from dispatchctl.desk.files import adoption

    path = place(office)
    whole = path.read_bytes()
    path.write_bytes(whole.replace("漏水2".encode(), "滴水2".encode()))

    def fail(*values):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(adoption, "new_id", fail)
        assert office(*ADOPT, "--dry-run", code=None).code == 130
        real, calls = adoption.keep_and_replace, []
        patch.undo()
        patch.setattr(adoption, "keep_and_replace", lambda *values: (real(*values), calls.append(1), fail()))
        assert office(*ADOPT, code=None).code == 130
        assert calls
    assert office("list").code == 0
    office(*ADOPT)
    (told,) = office.rows("audit")
    assert told["note"].startswith("orders/.2026-11.main.csv.old sha256:")
    assert "there is nothing to adopt" in office(*ADOPT, code=4).err


def test_only_files_of_this_writer_that_need_it_are_adopted(office):
    assert "there is nothing to adopt" in office(*ADOPT, code=4).err
    assert "names no record file" in office("records", "adopt", "README", "--reason", "x", code=3).err
    assert "no such record file" in office("records", "adopt", "orders/2026-09.main", "--reason", "x", code=3).err
    shutil.copy(place(office), office.records / "orders" / "2026-11.SZ.csv")
    assert "is SZ's" in office("records", "adopt", "orders/2026-11.SZ", "--reason", "x", code=4).err
    keep_rows(office, 2)
    assert "--reason" in office(*ADOPT[:-2], code=2).err


def test_another_writers_file_that_got_shorter_is_told_and_stops_nobody(office):
    theirs = Office(office.folder.parent / "sz")
    shutil.copytree(office.folder, theirs.folder)
    theirs.now = office.now
    theirs("records", "writer", "SZ")
    theirs.take()
    theirs.take(content="二单")
    file = theirs.records / "orders" / "2026-11.SZ.csv"
    here = office.records / "orders" / "2026-11.SZ.csv"
    shutil.copy(file, here)
    office("list")
    whole = here.read_bytes()
    here.write_bytes(b"".join(whole.splitlines(keepends=True)[:2]))  # an older commit was checked out
    told = office("list").err
    assert "2026-11.SZ.csv: has 1 row, and 2 were read here before" in told
    assert "in the clone that writes as SZ, dispatchctl records adopt records/orders/2026-11.SZ.csv" in told
    found = json.loads(office("records", "check", "--json", code=1).out)
    assert ["in the clone that writes as SZ, " in each["hint"] for each in found] == [True]
    here.write_bytes(whole.replace("二单".encode(), "三单".encode()))  # a changed line likewise
    found = json.loads(office("records", "check", "--json", code=1).out)
    assert all("or: in the clone that writes as SZ, dispatchctl records adopt" in each["hint"] for each in found)
    here.write_bytes(b"".join(whole.splitlines(keepends=True)[:2]))
    office.take()
    here.write_bytes(whole)
    theirs.take(content="三单")
    shutil.copy(file, here)  # it grows: a pull
    assert office("list").err == ""
    lines = whole.splitlines(keepends=True)
    file.write_bytes(b"".join(lines[:2]))
    theirs("records", "adopt", "orders/2026-11.SZ", "--reason", "恢复备份")
    shutil.copy(file, here)
    assert "has 1 row, and 3 were read" in office("list").err
    (office.records / "audit").mkdir(exist_ok=True)
    shutil.copy(theirs.records / "audit" / "2026-11.SZ.csv", office.records / "audit" / "2026-11.SZ.csv")
    assert office("list").err == ""  # its audit says that it is meant
    assert theirs.take(content="四单") == "O-20261102-SZ-0004"


def test_an_older_commit_is_read_with_a_warning_and_the_newest_without(office):
    def git(*argv):
        subprocess.run(("git", *argv), cwd=office.folder, check=True, capture_output=True)

    git("init", "-q", "-b", "main")
    git("config", "user.email", "lin@example.com")
    git("config", "user.name", "lin")
    git("add", "-A")
    git("commit", "-q", "-m", "one")
    office.take(content="后来的")
    git("add", "-A")
    git("commit", "-q", "-m", "two")
    git("checkout", "-q", "HEAD~1")
    result = office("list", "-q")
    assert len(result.out.split()) == 4
    assert "has 4 rows, and 5 were read here before: its end is gone, with O-20261102-0005" in result.err
    office(*ASK, code=5)
    git("checkout", "-q", "main")
    assert office("list", "-q").err == ""
    assert office.take(content="再后来的") == "O-20261102-0006"


def test_a_new_folder_in_the_place_of_another_knows_nothing_of_it(isolated, run):
    for _ in range(2):
        office = Office(isolated)
        office("init", "--demo", "--me", "lin", "--name", "林示例")
        assert office.take() == "O-20261102-0001"
        assert office("list").err == ""
        shutil.rmtree(office.records)


def test_contacts_that_a_spreadsheet_saved(office):
    path = office.records / "private" / "contacts.csv"
    text = path.read_text(encoding="utf-8")
    shown = office("show", "1", "--json").out
    path.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert office("show", "1", "--json").out == shown
    assert find_codes(office) == set()
    path.write_bytes(text.replace("张示例", "欧阳示例").encode("gb18030"))
    assert ("records/private/contacts.csv", "bad-contact") in find_codes(office)


def test_a_month_with_a_file_that_lost_its_end_is_not_sealed(office):
    office.now = "2026-12-01T09:00:00+08:00"
    office("policy", "publish")
    keep_rows(office, 2)
    assert "its end is gone" in office("records", "seal", "--month", "2026-11", code=5).err
    assert "see: dispatchctl records check" in office("doctor", code=None).out


def test_contacts_are_not_numbered_twice_where_their_file_is_gone(office):
    office.take(phone="138-0000-0009", caller="王示例")
    (office.records / "private" / "contacts.csv").unlink()
    shutil.rmtree(office.index.parent)
    order = office.take(phone="138-0000-0008", caller="赵示例")
    assert json.loads(office("show", order, "--json").out)["contact_id"] == "P-20261102-0003"


@pytest.mark.heavy
@pytest.mark.parametrize("seed", range(100 if LONG else 2))
def test_no_id_is_ever_given_twice(isolated, seed, record_property):
    """Ends cut off at random and adopted, with the index or without it, in a random history."""
    chance = random.Random(seed)
    office = Office(isolated).begin()
    given, adopted = set(), 0
    for _ in live(office, chance, 24):
        fresh = {(row["id"], name) for name in ("orders", "assignments") for row in office.rows(name)
                 if row["event"] in ("taken", "assigned")}  # fmt: skip
        given |= fresh
        if chance.random() < 0.3:
            register = chance.choice(("orders", "assignments"))
            file = place(office, register)
            lines = file.read_bytes().splitlines(keepends=True) if file.exists() else []
            if len(lines) < 3:
                continue
            office("list")
            file.write_bytes(b"".join(lines[: chance.randrange(1, len(lines))]))
            done = office("records", "adopt", f"{register}/2026-11.main", "--reason", "试", code=None)
            if done.code == 4:
                continue  # the cut took nothing that had been read
            assert done.code == 0, done
            adopted += 1
            before = {(row["id"], name) for name in ("orders", "assignments") for row in office.rows(name)}
            if chance.random() < 0.5:
                shutil.rmtree(office.index.parent)
            order = office.take(content=f"新{len(given)}")
            assert (order, "orders") not in given
            given |= before | {(order, "orders")}
            office.check_index()
    print(f"{len(given)} ids, {adopted} files adopted")
    assert given

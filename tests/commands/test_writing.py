"""What every writing command takes besides its own options is in the row: --attach, --at, --note, --request-id.

Each verb is run three times with all of them: as --dry-run, which leaves every file as it is; in earnest; and once
more with the same key, which writes nothing.
"""

import csv
import hashlib
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from transcripts import Result

from dispatchctl.store.lines import unescape_text

Run = Callable[..., Result]

START = datetime.fromisoformat("2026-11-02T09:00:00+08:00")
STEP = timedelta(minutes=10)
CALL = [
    *("--service", "plumbing", "--content", "厨房漏水", "--caller", "张示例", "--phone", "138-0000-0001"),
    *("--address", "3号楼2单元501"),
]
BATCH = ("assign --all", "urge", "new-order --from", "training", "ledger propose late-b")  # their keys go on with /ITEM

# A story is a list of lines: who acts, then the words of the command. Lines that begin with `+` only prepare.
STORIES = {
    "orders": """
        lin new-order CALL
        lin triage 1 --dispatch
        wu claim 1
        lin reassign A-20261102-0001 zheng --reason 请假
        lin withdraw A-20261102-0002 --reason 业主改期
        lin cancel O-20261102-0001 --reason 业主取消
        lin reopen O-20261102-0001 --reason 又漏了
        lin reprice O-20261102-0001 80 --reason 增加材料
        lin bill O-20261102-0001 --amount 80
        lin paid O-20261102-0001 --amount 80
        lin amend O-20261102-0001 priority=urgent --reason 登记有误
        lin retract O-20261102-0001 --reason 误操作
        lin close O-20261102-0001 --answered 已处理
        lin undo
        + lin new-order CALL
        lin assign --all --auto
        zhou urge A-20261102-0003 @ 2026-11-04T09:00
        zhou urge --all @ 2026-11-09T09:00
        lin new-order --from orders.csv
    """,
    "work": """
        + lin new-order CALL
        lin assign O-20261102-0001 wu
        wu decline A-20261102-0001 --reason 技能不符
        + lin assign O-20261102-0001 wu
        wu ack A-20261102-0002
        wu start A-20261102-0002
        wu progress A-20261102-0002
        wu problem A-20261102-0002 --reason 缺少配件
        wu pause A-20261102-0002 --reason waiting-parts
        wu resume A-20261102-0002
        wu ask-extension A-20261102-0002 --until 2026-11-03T12:00 --reason 等待配件
        zhou refuse-extension A-20261102-0002 --reason 客户不同意
        + wu ask-extension A-20261102-0002 --until 2026-11-03T12:00 --reason 等待配件
        zhou grant-extension A-20261102-0002
        wu complete A-20261102-0002
        lin rework A-20261102-0002
        + wu complete A-20261102-0002
        lin confirm A-20261102-0002
        lin follow-up new O-20261102-0001 --method phone
        lin follow-up answer F-20261102-0001 --satisfaction 5
        lin follow-up sign F-20261102-0001
    """,
    "complaints": """
        lin complaint new --content 态度生硬 --caller 李样例 --phone 138-0000-0002 --department engineering --staff wu
        lin complaint pass-on 1 --to zhou
        lin complaint classify 1 --severity ordinary --reason 首次
        lin complaint rule 1 --invalid ground --reason 查无实据
        lin complaint rule 1 --valid skill --reason 返工属实
        lin complaint explain 1
        lin complaint investigate 1
        lin complaint analyse 1 --cause 未按预约时间出发 --responsible wu
        lin complaint confirm 1 --staff wu
        lin complaint measure 1 --text 复训 --due 2026-11-06 --owner wu
        lin complaint finish C-20261102-0001#1
        lin complaint check-measure C-20261102-0001#1 --result effective
        lin complaint inform 1
        lin complaint review 1
        lin complaint escalate 1 --to manager
        lin complaint refer 1
        + lin complaint explain 1
        + lin complaint inform 1
        lin complaint resolve 1 --result 已解释 --outcome explained
        lin complaint close 1
        lin complaint reopen 1
    """,
    "surveys": """
        lin survey open --department engineering
        lin survey opinion 1 --opinion 等候太久 --caller 张示例 --phone 138-0000-0001 --address 1号楼101
        lin survey sum-up 1
        lin survey hand-over 1
        lin survey return-measures 1 --measures 两小时内上门
        lin survey put-right 1
        + lin follow-up new S-20261102-0001#1 --method visit --satisfaction 5 --signed
        lin survey check 1
        lin survey close 1
    """,
    "people": """
        lin staff join sun --name 孙新人 --role field --department engineering --manager zhou
        lin staff change sun --skill plumbing
        lin staff extend-probation sun --until 2027-02-28 --reason 尚需观察
        lin staff ask-regularisation sun --comment 总结
        zhou staff comment sun --comment 同意转正
        lin staff regularise sun
        lin staff promote sun --role supervisor --reason 表现突出
        lin staff transfer sun --department cleaning --reason 工作需要
        lin staff demote sun --role field --reason 不称职
        zhou staff score sun --measure attitude --month 2026-11 --score 92 --reason 业主表扬
        lin staff leave sun --kind resignation
        lin attendance late wu --on 2026-11-02
        lin attendance left-early wu --on 2026-11-02
        lin attendance absent zheng --on 2026-11-02
        lin training plan --topic 应急 --on 2026-11-02T09:00
        lin training attended 1 wu
        lin training late 1 zheng
        lin training missed 1 zhou
        lin training examined 1 --staff wu --score 90
    """,
    "ledger": """
        + gao attendance late wu --on 2026-11-02
        + gao attendance late wu --on 2026-11-03 @ 2026-11-03T09:00
        + gao attendance late wu --on 2026-11-04 @ 2026-11-04T09:00
        lin ledger propose --rule unreachable --staff wu --reason 三次电话未接
        zhou ledger approve 1 --amount 30 --reason 属实
        lin ledger paid 1
        lin ledger fulfilled 1
        lin ledger spend --amount 30 --reason 购置茶水
        zhou ledger reverse 1 --reason 有据可查
        lin ledger propose late-b/attendance/2026-11.main#2/wu
        zhou ledger waive 3 --reason 道路封闭
    """,
    "rules": """
        lin policy publish
        lin policy acknowledge
        lin records seal --month 2026-11 @ 2026-12-01T09:00
        lin records writer SZ --take-over --reason 原电脑已报废
    """,
    "review": "lin policy review",
}


class Line:
    """One line of a story."""

    def __init__(self, text: str) -> None:
        words = text.split()
        self.prepares = words[0] == "+"
        words = words[self.prepares :]
        self.moment = datetime.fromisoformat(words.pop() + ":00+08:00") if words[-2] == "@" else None
        if self.moment:
            words.pop()
        self.who, *rest = words
        at = rest.index("CALL") if "CALL" in rest else len(rest)
        self.argv = [*rest[:at], *(CALL if at < len(rest) else ())]

    @property
    def text(self) -> str:
        return " ".join(self.argv)


def list_lines(story: str) -> Iterator[Line]:
    return (Line(line) for line in STORIES[story].strip().split("\n"))


def read_files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".lock"
    }


def read_rows(folder: Path) -> list[dict[str, str]]:
    """Every row of every register, as the file has it, in the order of writing."""
    rows = []
    for path in folder.glob("*/*.csv"):
        if path.parent.name != "private":
            with path.open(encoding="utf-8", newline="") as file:
                rows += [{**row, "register": path.parent.name} for row in csv.DictReader(file)]
    return sorted(rows, key=lambda row: (row["recorded_at"], int(row["seq"].strip("+"))))


def join_staff(run: Run) -> None:
    """The people of the stories, besides lin, the manager of the demo."""
    staff = (
        "zhou --name 周主管 --role supervisor --department engineering --heads engineering --manager lin --regular",
        "wu --name 吴水工 --role field --department engineering --manager zhou --skill plumbing --class B --regular",
        "zheng --name 郑电工 --role field --department engineering --manager zhou --skill plumbing --regular",
        "gao --name 高总 --role general-manager --regular",
    )
    for each in staff:
        assert run("staff", "join", *each.split(), "--as", "lin", "--now", START.isoformat()).code == 0


def has_all(run: Run, verb: tuple[str, ...]) -> bool:
    return "--request-id" in run(*verb, "--help").out


@pytest.mark.parametrize("story", STORIES)
def test_what_is_said_of_a_command_is_in_its_row(story: str, demo: Path, run: Run) -> None:
    join_staff(run)
    (demo / "orders.csv").write_text(
        "kind,content,caller,phone,address,service\nrequest,漏水,张示例,138-0000-0009,1号楼,plumbing\n"
    )
    if story == "rules":  # the files of another writer, to be taken over
        _copy_writer(demo, run)
    now = START
    for number, line in enumerate(list_lines(story)):
        now = line.moment or now + STEP
        common = ("--as", line.who, "--now", now.isoformat())
        if line.prepares:
            done = run(*line.argv, *common)
            assert done.code == 0, (line.text, done.err)
            continue
        _try_verb(demo, run, line, number, common, now)


def _copy_writer(demo: Path, run: Run) -> None:
    """Rows of a writer SZ, as its clone would have left them."""
    records = demo / "records"
    mine = (records / ".writer").read_bytes()
    (records / ".writer").write_text("SZ\n")
    done = run("new-order", *CALL, "--as", "lin", "--now", START.isoformat())
    assert done.code == 0, done.err
    (records / ".writer").write_bytes(mine)


def _try_verb(demo: Path, run: Run, line: Line, number: int, common: tuple[str, ...], now: datetime) -> None:
    proof = demo / f"proof-{number}.txt"
    proof.write_text(f"凭证 {number}")
    note, key = f"备注{number}", f"k{number}"
    at = (now - timedelta(minutes=1)).isoformat()
    extra = ["--attach", str(proof), "--note", note, "--request-id", key]
    if line.argv[0] != "undo":
        extra += ["--at", at]
    before, count = read_files(demo / "records"), len(read_rows(demo / "records"))
    tried = run(*line.argv, *extra, *common, "--dry-run")
    assert tried.code == 0, (line.text, tried.err)
    assert read_files(demo / "records") == before, line.text
    done = run(*line.argv, *extra, *common)
    assert done.code == 0, (line.text, done.err)
    rows = read_rows(demo / "records")[count:]
    assert rows, line.text
    first = {row["id"]: row for row in reversed(rows)}
    for row in first.values():
        kept = row["reason"] if line.text == "policy review" else row["note"]
        assert unescape_text(kept) == note, line.text
        assert row["attached"] == f"{hashlib.sha256(proof.read_bytes()).hexdigest()} {proof.name}", line.text
    for row in rows:
        batch = any(line.text.startswith(words) for words in BATCH)
        assert row["request_id"] == key or (batch and row["request_id"].startswith(f"{key}/")), line.text
        if line.argv[0] != "undo":
            assert datetime.fromisoformat(row["at"]) == datetime.fromisoformat(at), line.text
    kept_files = sorted((demo / "records" / "private" / "files").iterdir())
    assert any(path.read_bytes() == proof.read_bytes() for path in kept_files), line.text
    again = run(*line.argv, *extra, *common)
    assert again.code == 0, (line.text, again.err)
    assert len(read_rows(demo / "records")) == count + len(rows), line.text


def test_every_writing_command_is_tried(run: Run) -> None:
    from dispatchctl.cli import COMMANDS, GROUPS

    verbs = [(name,) for name in COMMANDS] + [(group, verb) for group, (_, lines) in GROUPS.items() for verb in lines]
    writing = {verb for verb in verbs if has_all(run, verb)}
    tried = [line.argv for story in STORIES for line in list_lines(story) if not line.prepares]
    assert writing == {verb for verb in writing if any(tuple(argv[: len(verb)]) == verb for argv in tried)}
    assert len(writing) > 60


def test_an_undo_takes_no_time(demo: Path, run: Run) -> None:
    refused = run("undo", "--at", "2026-11-02T08:31:00+08:00", "--as", "lin", "--now", "2026-11-02T09:00:00+08:00")
    assert (refused.code, refused.out) == (2, "")
    assert refused.err.startswith("dispatchctl: --at: ")
    assert "--at " not in run("undo", "--help").out


@pytest.mark.parametrize(
    "extra", [["--note", "备注"], ["--attach", "proof.txt"], ["--request-id", "k"], ["--at", "now"]]
)
def test_what_leaves_no_row_takes_nothing_to_keep_with_it(extra: list[str], demo: Path, run: Run) -> None:
    (demo / "proof.txt").write_text("凭证")
    refused = run("records", "writer", "SZ", *extra)
    assert (refused.code, refused.out) == (2, "")
    assert refused.err.startswith(f"dispatchctl: {extra[0]}: there is no row to keep it with")
    assert (demo / "records" / ".writer").read_text().strip() == "main"
    assert run("records", "writer", "SZ", "--reason", "新电脑").code == 2

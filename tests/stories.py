"""Stories: every writing command in an order in which each may happen, for tests that try something on all of them."""

import csv
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from transcripts import Result

Run = Callable[..., Result]

START = datetime.fromisoformat("2026-11-02T09:00:00+08:00")
STEP = timedelta(minutes=10)
CALL = [
    *("--service", "plumbing", "--content", "厨房漏水", "--caller", "张示例", "--phone", "138-0000-0001"),
    *("--address", "3号楼2单元501"),
]
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
        qian reprice O-20261102-0001 80 --reason 增加材料
        qian bill O-20261102-0001 --amount 80
        qian paid O-20261102-0001 --amount 80
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
        lin complaint refer 1 --note 已转供电公司
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
        sun staff ask-regularisation sun --comment 总结
        zhou staff comment sun --comment 同意转正
        lin staff regularise sun
        lin staff promote sun --role supervisor --reason 表现突出
        lin staff transfer sun --department cleaning --reason 工作需要
        lin staff demote sun --role field --reason 不称职
        lin staff score sun --measure attitude --month 2026-11 --score 92 --reason 业主表扬
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
        at = self.argv.index("--note") if "--note" in self.argv else len(self.argv)
        self.plain = [*self.argv[:at], *self.argv[at + 2 :]]  # without a note of its own, for tests that add one

    @property
    def text(self) -> str:
        return " ".join(self.argv)


def list_lines(story: str) -> Iterator[Line]:
    return (Line(line) for line in STORIES[story].strip().split("\n"))


def read_rows(folder: Path) -> list[dict[str, str]]:
    """Every row of every register, as the file has it, in the order of writing."""
    rows = []
    for path in folder.glob("*/*.csv"):
        if path.parent.name != "private":
            with path.open(encoding="utf-8", newline="") as file:
                rows += [{**row, "register": path.parent.name} for row in csv.DictReader(file)]
    return sorted(rows, key=lambda row: (row["recorded_at"], int(row["seq"].strip("+"))))


def read_files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".lock"
    }


def begin_story(story: str, demo: Path, run: Run) -> None:
    """The people of the stories in the demo, the file that one of them reads, and the files of another writer."""
    join_staff(run)
    (demo / "orders.csv").write_text(
        "kind,content,caller,phone,address,service\nrequest,漏水,张示例,138-0000-0009,1号楼,plumbing\n"
    )
    if story == "rules":
        copy_writer(demo, run)


def copy_writer(demo: Path, run: Run) -> None:
    """Rows of a writer SZ, as its clone would have left them, to be taken over."""
    records = demo / "records"
    mine = (records / ".writer").read_bytes()
    (records / ".writer").write_text("SZ\n")
    done = run("new-order", *CALL, "--as", "lin", "--now", START.isoformat())
    assert done.code == 0, done.err
    (records / ".writer").write_bytes(mine)


def join_staff(run: Run) -> None:
    """The people of the stories, besides lin, the manager of the demo."""
    staff = (
        "zhou --name 周主管 --role supervisor --department engineering --heads engineering --manager lin --regular",
        "wu --name 吴水工 --role field --department engineering --manager zhou --skill plumbing --class B --regular",
        "zheng --name 郑电工 --role field --department engineering --manager zhou --skill plumbing --regular",
        "gao --name 高总 --role general-manager --regular",
        "qian --name 钱前台 --role desk --department desk --manager lin --regular",
    )
    for each in staff:
        assert run("staff", "join", *each.split(), "--as", "lin", "--now", START.isoformat()).code == 0

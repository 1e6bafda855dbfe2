"""What else happens in the sample month: complaints, follow-ups, a survey, attendance, examinations, the ledger. Tool.

As in sample_steps, each story is a generator that yields a Step and is sent the Reply of the program.
"""

import json
from datetime import datetime, timedelta
from random import Random
from typing import Any, NamedTuple

from sample_hours import add_business, is_workday, moment, next_workday
from sample_steps import CHIEF, DESK, SENIOR, Reply, Step, Steps, taken

CHIEF_EXECUTIVE = "s01"
HEADS = {"desk": SENIOR, "engineering": CHIEF, "cleaning": "s08", "security": "s09"}
PRAISE = ("师傅准时、干净利落", "修得很好，谢谢", "态度好，讲解清楚", "挺满意", "上门很快")
FAIR = ("修好了，就是等得久了点", "还可以", "希望提前打个电话")
POOR = ("约好的时间没来，等了一上午", "修完地上没清理")


class Complaint(NamedTuple):
    """One complaint. order: (service, place in its list) of what it is about, None for none. turn: how it goes."""

    at: datetime
    order: tuple[str, int] | None
    caller: tuple[str, str, str]
    content: str
    departments: tuple[str, ...]
    staff: str
    kind: str
    cause: str
    measure: str
    result: str
    turn: str = ""
    flags: tuple[str, ...] = ()


LEE = ("李示例", "138-0000-0103", "2号楼2单元1102")
YANG = ("杨样例", "138-0000-0117", "4号楼1单元0703")
XU = ("许范例", "138-0000-0119", "1号楼3单元0901")
QIN = ("秦演示", "138-0000-0118", "3号楼1单元1504")
YOU = ("尤示例", "138-0000-0120", "3号楼2单元0602")
HAN = ("韩样例", "138-0000-0115", "1号楼1单元0402")

COMPLAINTS = (
    Complaint(
        moment(9, 9, 20),
        ("plumbing", 1),
        LEE,
        "修完马桶后第二天又开始漏水",
        ("engineering",),
        "s05",
        "skill",
        "进水阀密封圈没有压紧",
        "更换密封圈并在离场前静置十分钟复查",
        "当日返修，漏水排除",
        "",
    ),
    Complaint(
        moment(12, 10, 5),
        ("doors", 1),
        YANG,
        "换锁的师傅说话不耐烦，问一句顶一句",
        ("engineering",),
        "s07",
        "attitude",
        "当天连续上门，情绪没有控制好",
        "班组晨会学习服务用语",
        "师傅上门致歉，客户接受",
    ),
    Complaint(
        moment(13, 15, 30),
        None,
        XU,
        "小区停水前没有通知，家里一点水都没存",
        ("desk",),
        "",
        "outside",
        "",
        "",
        "自来水公司抢修管道，已请其以后提前告知",
        "outside",
    ),
    Complaint(
        moment(14, 11, 0),
        None,
        QIN,
        "要求物业承担楼上装修造成的噪音损失",
        ("security",),
        "",
        "ground",
        "",
        "",
        "",
        "invalid",
    ),
    Complaint(
        moment(19, 9, 40),
        ("hygiene", 1),
        YOU,
        "垃圾桶三天没清，味道传到楼道里，拍了视频发到网上",
        ("cleaning",),
        "s08",
        "area",
        "清运班次排漏",
        "清运班次上墙，主管每日抽查两次",
        "当天清运并消杀",
        "serious",
        ("--media",),
    ),
    Complaint(
        moment(21, 14, 10),
        ("plumbing", 1),
        LEE,
        "马桶又漏了，一个月里修了两回",
        ("engineering",),
        "s05",
        "materials",
        "更换的进水阀质量不过关",
        "更换同批次进水阀，采购换供应商",
        "更换进水阀，客户签字确认",
        "serious",
    ),
    Complaint(
        moment(22, 16, 0),
        ("air-conditioning", 1),
        HAN,
        "空调修了两次还是不制冷",
        ("engineering",),
        "s07",
        "skill",
        "未检出外机电容老化",
        "更换外机电容",
        "制冷恢复正常",
        "failed",
    ),
    Complaint(
        moment(28, 10, 30),
        None,
        YANG,
        "电梯里的广告声音太大，反映过没人管",
        ("desk", "engineering"),
        "",
        "facilities",
        "广告屏音量没有限制",
        "联系广告公司设定音量上限",
        "",
        "open",
    ),
    Complaint(
        moment(29, 15, 20), None, XU, "地下车库灯坏了一片，照明太暗", ("engineering",), "", "", "", "", "", "new"
    ),
)


def play_complaint(one: Complaint, number: int) -> Steps:
    """A complaint from its registering to its closing, or to the end of the month."""
    rng = Random(f"2026-10 complaint {number}")
    at = one.at
    name, phone, address = one.caller
    argv = ["complaint", "new", "--content", one.content, "--caller", name, "--phone", phone, "--address", address]
    argv += [word for department in one.departments for word in ("--department", department)]
    argv += ["--staff", one.staff] if one.staff else []
    argv += ["--order", taken[one.order]] if one.order in taken else []
    reply: Reply = yield Step(at, DESK, (*argv, *one.flags, "-q"))
    case = reply.out.strip()
    head = HEADS[one.departments[0]]

    def later(low: float, high: float) -> datetime:
        nonlocal at
        at = add_business(at, rng.uniform(low, high))
        return at

    def say(who: str, *words: str, low: float = 10, high: float = 40) -> Step:
        return Step(later(low, high), who, ("complaint", *words))

    if one.turn == "new":
        return
    if one.turn == "outside":
        yield say(SENIOR, "refer", case, "--note", "属自来水公司")
        yield say(DESK, "explain", case, "--note", "已向业主说明原因和预计恢复时间")
        at = next_workday(at, 1, 10, 15)
        yield say(DESK, "inform", case, "--note", "告知供水已恢复")
        yield say(DESK, "resolve", case, "--result", one.result, "--outcome", "explained")
        yield say(DESK, "close", case)
        return
    serious = one.turn == "serious"
    if serious:
        yield say(SENIOR, "classify", case, "--severity", "serious", "--reason", "影响面大，业主反复反映")
    if one.turn == "invalid":
        yield say(SENIOR, "rule", case, "--invalid", one.kind, "--reason", "装修噪音由装修户负责，物业无赔偿依据")
        yield say(DESK, "explain", case, "--note", "已说明处理途径，并协助联系装修户", low=60, high=120)
        yield say(DESK, "close", case)
        return
    yield say(SENIOR, "rule", case, "--valid", one.kind, "--reason", "经核实，情况属实")
    if serious:
        yield say(head, "investigate", case, "--on-site", "--manager", SENIOR, "--note", "到现场查看并向业主了解情况")
    yield say(DESK, "analyse", case, "--cause", one.cause, "--responsible", one.staff or head)
    if one.staff:
        yield say(one.staff, "confirm", case, "--staff", one.staff)
    if one.turn == "open":
        yield say(
            DESK, "measure", case, "--text", one.measure, "--due", moment(30, 17, 0).isoformat(), "--owner", head,
        )  # fmt: skip
        return
    measures = [one.measure] if one.turn != "failed" else ["补充制冷剂", one.measure]
    for place, text in enumerate(measures):
        due = next_workday(at, 1, 17).isoformat()
        yield say(DESK, "measure", case, "--text", text, "--due", due, "--owner", one.staff or head)
        item = f"{case}#{place + 1}"
        yield say(one.staff or head, "finish", item, low=60, high=150)
        failed = one.turn == "failed" and not place
        yield say(DESK, "check-measure", item, "--result", "failed" if failed else "effective", low=20, high=60)
    outcome = "concession" if one.kind == "attitude" else "corrected" if serious else "redone"
    yield say(head, "resolve", case, "--result", one.result, "--outcome", outcome)
    at = next_workday(at, rng.randint(1, 2), 10, rng.randint(0, 50))
    signed = ("--method", "visit", "--satisfaction", rng.choice("3445"), "--signed", "--remark", rng.choice(FAIR))
    yield Step(at, DESK, ("follow-up", "new", case, *signed))
    if one.turn == "failed":
        yield say(CHIEF, "investigate", case, "--on-site", "--manager", SENIOR, "--note", "陪同维修人员到现场")
    yield say(DESK, "close", case)


def run_calls() -> Steps:
    """The desk rings back those whose orders were closed, most working afternoons."""
    rng = Random("2026-10 calls")
    for day in range(8, 30):
        at = moment(day, 16, 5)
        if not is_workday(at.date()) or day == 26:
            continue
        reply: Reply = yield Step(at, DESK, ("list", "orders", "--state", "closed", "--json"))
        owed = [item for item in json.loads(reply.out) if item["follow_up"] == "owed"]
        for item in owed:
            at += timedelta(seconds=rng.randint(90, 200))
            yield Step(at, DESK, ("follow-up", "new", item["id"], *answer(rng, item)))


def answer(rng: Random, item: dict[str, Any]) -> list[str]:
    """What somebody says who is rung back."""
    draw = rng.random()
    if draw < 0.08:
        return ["--method", "phone", "--not-reached"]
    mark = rng.choices((5, 4, 3, 2), (60, 27, 9, 4))[0]
    words = PRAISE if mark > 3 else FAIR if mark == 3 else POOR
    return ["--method", "phone", "--satisfaction", str(mark), "--remark", rng.choice(words)]


def run_survey() -> Steps:
    """A survey of the cleaning, from the opinions to their effect."""
    opened = ("survey", "open", "--department", "cleaning", "--method", "form", "--content", "三季度保洁满意度")
    reply: Reply = yield Step(moment(8, 9, 30), SENIOR, (*opened, "-q"))
    survey = reply.out.strip()
    said = (
        ("楼梯间的扶手好久没擦了", "2", XU),
        ("大堂地面湿滑，老人容易摔", "3", HAN),
        ("保洁阿姨很认真", "5", YOU),
    )
    for number, (opinion, mark, (name, phone, address)) in enumerate(said):
        who = ("--caller", name, "--phone", phone, "--address", address)
        yield Step(
            moment(9 + number, 10, 20),
            DESK,
            ("survey", "opinion", survey, "--opinion", opinion, "--satisfaction", mark, *who),
        )
    yield Step(moment(12, 16, 0), DESK, ("survey", "sum-up", survey))
    yield Step(moment(13, 10, 0), DESK, ("survey", "hand-over", survey))
    text = "扶手每日擦拭两次；雨天大堂铺防滑垫并放提示牌"
    yield Step(moment(15, 15, 30), "s08", ("survey", "return-measures", survey, "--measures", text))
    yield Step(moment(19, 9, 0), "s08", ("survey", "put-right", f"{survey}#1"))
    yield Step(moment(20, 9, 0), "s08", ("survey", "put-right", f"{survey}#2"))
    signed = ("--method", "visit", "--satisfaction", "4", "--signed")
    yield Step(moment(27, 10, 0), DESK, ("follow-up", "new", f"{survey}#1", *signed, "--remark", "扶手干净多了"))


def run_arrivals() -> Steps:
    """The classes that the regulation tells apart, and who came late."""
    for staff, kind in (("s05", "A"), ("s06", "A"), ("s07", "B"), ("s08", "B"), ("s09", "B"), ("s03", "A")):
        yield Step(moment(28, 9, 40, month=9), CHIEF_EXECUTIVE, ("staff", "change", staff, "--class", kind))
    for day, staff in ((8, "s07"), (12, "s05"), (15, "s07"), (21, "s07"), (22, "s05"), (23, "s09")):
        late = ("attendance", "late", staff, "--on", f"2026-10-{day:02}", "--note", "8:40 到岗")
        yield Step(moment(day, 8, 45), CHIEF_EXECUTIVE, late)


def run_training() -> Steps:
    """A course, the month's examination, the month's marks."""
    plan = ("training", "plan", "--topic", "有限空间作业安全", "--on", moment(16, 15).isoformat(), "-q")
    reply: Reply = yield Step(moment(9, 9, 0), CHIEF, plan)
    course = reply.out.strip()
    yield Step(moment(16, 16, 40), CHIEF, ("training", "attended", course, "s05", "s07"))
    yield Step(moment(16, 16, 41), CHIEF, ("training", "late", course, "s06"))
    for staff, score in (("s05", "92"), ("s06", "78"), ("s07", "85"), ("s08", "74"), ("s09", "81"), ("s03", "95")):
        examined = ("training", "examined", "--topic", "规章制度月考", "--staff", staff, "--score", score)
        yield Step(moment(27, 16, 0), SENIOR, examined)
    marks = (("s03", "92"), ("s05", "80"), ("s06", "85"), ("s07", "70"), ("s08", "82"), ("s09", "88"), ("s02", "90"))
    for staff, score in marks:
        scored = ("staff", "score", staff, "--measure", "attitude", "--month", "2026-10", "--score", score)
        yield Step(moment(29, 17, 0), CHIEF_EXECUTIVE, (*scored, "--reason", "月度评议"))


def run_ledger() -> Steps:
    """What the rules say is due is proposed; the heads decide."""
    everything = ("ledger", "propose", "--all", "--month", "2026-10", "-q")
    yield Step(moment(16, 17, 10), SENIOR, everything)
    yield Step(moment(23, 17, 10), SENIOR, everything)
    merit = ("--staff", "s06", "--amount", "200", "--reason", "夜间抢修停电，避免设备损坏")
    yield Step(moment(26, 10, 0), SENIOR, ("ledger", "propose", "--rule", "merit", *merit))
    yield Step(moment(29, 17, 10), SENIOR, everything)
    reply: Reply = yield Step(moment(29, 17, 15), SENIOR, ("ledger", "list", "--month", "2026-10", "--json"))
    at = moment(29, 17, 20)
    for entry in json.loads(reply.out):
        at += timedelta(minutes=1)
        name, rule = entry["id"], entry["rule"]
        who = CHIEF_EXECUTIVE
        if rule == "justified-complaint":
            amount = "40" if entry["staff"] == "s05" else "20"
            if entry["staff"] == "s08":
                yield Step(at, who, ("ledger", "waive", name, "--reason", "排班疏漏，责任不在本人"))
                continue
            yield Step(at, who, ("ledger", "approve", name, "--amount", amount, "--reason", "首次，从轻"))
        elif rule in ("late-a", "late-b", "training-late", "merit"):
            yield Step(at, who, ("ledger", "approve", name, "--reason", "按规定"))
            if rule != "merit":
                yield Step(at + timedelta(seconds=20), SENIOR, ("ledger", "paid", name))
    yield Step(moment(30, 11, 0), SENIOR, ("ledger", "spend", "--amount", "30", "--reason", "购买班组饮用水"))


def list_cases() -> list[Steps]:
    """Every story of this module."""
    complaints = [play_complaint(one, number) for number, one in enumerate(COMPLAINTS)]
    return [run_calls(), run_survey(), run_arrivals(), run_training(), run_ledger(), *complaints]

"""The words of keys and values that no register's page names, and where those are that a page does; zh and en. Output.

Layer: output, above registers. Fields, states and events are named on their pages and nowhere else; here stand the keys
and the values that no page has, and on which page to look for a word where none was given.
"""

from collections.abc import Sequence
from typing import NamedTuple

from dispatchctl.registers import SHIPPED, Pages
from dispatchctl.registers.page import Event, Field, Register, State


class Column(NamedTuple):
    """A column of a table. kind: text, time, date, money, number, duration (seconds), flag, id, list, word, register.

    A `word` is the name of a state or an event, shown in the words of its page.
    """

    key: str
    en: str
    zh: str
    kind: str = "text"


#: shipped page -> its fields that are also printed where there is no page, as in a list of clocks; read when one is
HOMES = {
    "contacts": ("address", "created_at", "name", "phone"),
    "orders": (
        "amount", "area", "attached", "channel", "contact_id", "content", "department", "kind", "price", "priority",
        "read_back", "reason", "requirements", "service", "source_ref",
    ),
    "assignments": ("assignee", "dispatcher", "order_id", "role"),
    "complaints": ("severity_reasons",),
    "notices": ("case", "clock", "item", "level"),
    "ledger": (
        "also", "approver", "clauses", "evidence", "fund", "instead", "key", "occurred_at", "propose", "range", "rule",
        "staff",
    ),
    "staff": ("month", "score"),
    "audit": ("period", "report", "rows"),
}  # fmt: skip
#: a state that is also said where there is no page -> the shipped page that has its word
WORD_HOMES = {"paused": "assignments", "declined": "assignments", "valid": "complaints", "invalid": "complaints"}

COLUMNS: dict[str, Column] = {
    column.key: column
    for column in (
        Column("id", "id", "编号", "id"),
        Column("entry", "entry", "台账编号", "id"),
        Column("register", "register", "登记簿", "register"),
        Column("instance", "instance", "次序", "number"),
        Column("state", "state", "状态", "word"),
        Column("event", "event", "事件", "word"),
        Column("owner", "owner", "责任人"),
        Column("by", "by", "记录人"),
        Column("at", "at", "时间", "time"),
        Column("recorded_at", "recorded", "记录时间", "time"),
        Column("from", "from", "起", "time"),
        Column("until", "until", "止", "time"),
        Column("to", "to", "至", "time"),
        Column("length", "length", "时长", "duration"),
        Column("started_at", "started", "开始", "time"),
        Column("stopped_at", "stopped", "结束", "time"),
        Column("due_at", "due", "到期", "time"),
        Column("urged_at", "urged", "催办时间", "time"),
        Column("generated_at", "generated", "生成时间", "time"),
        Column("late_seconds", "late", "逾期", "duration"),
        Column("remaining", "remaining", "剩余", "duration"),
        Column("breached", "late", "已逾期", "flag"),
        Column("provisional", "provisional", "暂定", "flag"),
        Column("before_rules", "before rules", "早于制度", "flag"),
        Column("replayed", "replayed", "重复请求", "flag"),
        Column("extension", "extension", "延期", "word"),
        Column("limit", "limit", "限时"),
        Column("limit_before", "limit was", "原限时"),
        Column("limit_after", "limit is", "新限时"),
        Column("due_before", "was due", "原到期", "time"),
        Column("due_after", "is due", "新到期", "time"),
        Column("counting", "counting", "计时方式", "word"),
        Column("policy", "policy", "制度版本"),
        Column("source", "source", "依据", "list"),
        Column("segments", "segments", "时段", "list"),
        Column("counts", "counts", "计时", "flag"),
        Column("why", "why", "说明"),
        Column("note", "note", "备注"),
        Column("reasons", "reasons", "理由", "list"),
        Column("contact", "contact", "联系人"),
        Column("caller", "caller", "来电人"),
        Column("base_price", "base price", "基本价格", "money"),
        Column("balance", "balance", "余额", "money"),
        Column("currency", "currency", "币种"),
        Column("what", "what", "内容"),
        Column("assigned_at", "assigned", "派单时间", "time"),
        Column("retracted", "taken back", "撤回", "word"),
        Column("load", "load", "负荷", "number"),
        Column("excluded", "passed over", "未入选", "word"),
        Column("proposed_severity", "proposed severity", "建议等级", "word"),
        Column("into", "into", "归入"),
        Column("grade", "grade", "等级"),
        Column("bonus", "bonus", "奖金", "money"),
        Column("pay", "pay", "工资"),
        Column("measure", "measure", "指标"),
        Column("measures", "measures", "指标"),
        Column("title", "title", "名称"),
        Column("value", "value", "数值", "number"),
        Column("numerator", "count", "分子", "number"),
        Column("denominator", "of", "分母", "number"),
        Column("weight", "weight", "权重", "number"),
        Column("file", "file", "文件"),
        Column("line", "line", "行", "number"),
        Column("column", "column", "列", "number"),
        Column("code", "code", "代码"),
        Column("message", "message", "问题"),
        Column("allowed", "allowed", "允许"),
        Column("hint", "hint", "提示"),
        Column("read", "read", "读入", "number"),
        Column("imported", "imported", "导入", "number"),
        Column("skipped", "skipped", "跳过", "number"),
        Column("changed", "changed", "有变化", "number"),
        Column("refused", "refused", "拒绝", "number"),
        Column("ref", "row", "记录", "id"),
        Column("records", "records", "记录文件夹"),
        Column("request_id", "request id", "请求编号", "id"),
        Column("tries", "tries", "未接次数", "number"),
        Column("same_fact", "same fact", "同一事由", "list"),
        Column("followup", "follow-up", "进行中的回访", "id"),
        Column("events", "history", "历史", "list"),
        Column("clocks", "clocks", "时限", "list"),
        Column("conflicts", "conflicts", "冲突", "list"),
    )
}

KINDS = {
    "time": "time",
    "date": "date",
    "money": "money",
    "integer": "number",
    "flag": "flag",
    "case": "id",
    "contact": "id",
    "row": "id",
    "choice": "word",
}  # a page's field types, as far as they change how a cell looks

WORDS = {  # states that no page has: of clocks, of charges, of verdicts
    "running": ("running", "计时中"),
    "stopped": ("stopped", "已完成"),
    "ended": ("ended", "已终止"),
    "met": ("met", "按时"),
    "late": ("late", "逾期"),
    "none": ("none", "无"),
    "due": ("due", "应提出"),
    "unfounded": ("unfounded", "依据已失"),
    "conflict": ("entered twice", "重复入账"),
    "asked": ("asked", "已申请"),
    # values that a page fixes
    "request": ("request", "服务请求"),
    "inquiry": ("inquiry", "咨询"),
    "suggestion": ("suggestion", "建议"),
    "report": ("report", "申告"),
    "prospect": ("prospect", "意向客户"),
    "internal": ("internal", "内部"),
    "phone": ("phone", "电话"),
    "visit": ("visit", "上门"),
    "message": ("message", "短信"),
    "form": ("form", "表单"),
    "lead": ("lead", "主办"),
    "helper": ("helper", "协办"),
    "assignment": ("assignment", "派单"),
    "warning": ("warning", "预警"),
    "urging": ("urging", "催办"),
    "escalation": ("escalation", "升级催办"),
    "resignation": ("resignation", "辞职"),
    "dismissal": ("dismissal", "辞退"),
    "persuaded": ("persuaded", "劝退"),
    "abandonment": ("abandonment", "自动离职"),
    "expulsion": ("expulsion", "开除"),
    # what is charged or rewarded, and measures besides money
    "fine": ("fine", "罚款"),
    "compensation": ("compensation", "赔偿"),
    "ledger.warning": ("warning", "警告"),
    "forfeit": ("forfeit", "扣减"),
    "reward": ("reward", "奖励"),
    "proposal": ("proposal", "建议"),
    "oral-warning": ("oral warning", "口头警告"),
    "written-warning": ("written warning", "书面警告"),
    "self-review": ("self-review", "书面检讨"),
    "pay-cut": ("pay cut", "降薪"),
    "demotion": ("demotion", "降职"),
    "transfer": ("transfer", "调岗"),
    "named-excellent": ("named excellent", "评优"),
    "promotion": ("promotion", "晋升"),
    "benefit": ("benefit", "福利"),
    "next-step": ("next step", "加重一级"),
    # how a complaint is judged
    "serious": ("serious", "重大"),
    "ordinary": ("ordinary", "一般"),
    "outside": ("with others", "外部事项"),
    "redone": ("redone", "返工"),
    "concession": ("concession", "让步"),
    "corrected": ("corrected", "纠正"),
    "explained": ("explained", "解释"),
    "effective": ("effective", "有效"),
    "failed": ("failed", "无效"),
    "departments_at_least": ("several departments", "涉及多个部门"),
    "repeated_within": ("repeated", "短期内重复投诉"),
    "media": ("in public media", "媒体曝光"),
    "failed_corrections": ("a correction failed", "纠正无效"),
    "system_flaw": ("flaw of the system", "体系缺陷"),
    "reputation": ("harms reputation", "损害声誉或利益"),
    "doubts_system": ("doubts the system", "质疑管理体系"),
    # whether a customer was asked
    "owed": ("owed", "待回访"),
    "made": ("made", "已回访"),
    "unreachable": ("not reached", "联系不上"),
    # how a clock counts, and why a stretch of time does not
    "civil-code": ("civil code", "按民法典"),
    "elapsed": ("elapsed", "连续计"),
    "counted": ("counted", "计时"),
    "night": ("night", "非营业时间"),
    "break": ("break", "午休"),
    "weekend": ("weekend", "休息日"),
    "closed-day": ("closed", "停业"),
    "holiday": ("holiday", "节假日"),
    "stands still": ("paused", "暂停"),
    "start-day": ("start day", "起算当日"),
    "moved": ("moved", "顺延"),
    "before-from": ("not begun", "未到起算"),
    "granted": ("granted", "批准延期"),
    "before-change": ("before the change", "变更之前"),
    "not-before-change": ("not due before the change", "不早于变更时"),
    # by which rule a clock is due after a changed fact
    "change.late": ("late before: nothing moves", "变更前已逾期，到期不变"),
    "change.shorter": ("the earlier of the old due time and the new limit from here", "取原到期与自此起新限时的较早者"),
    "change.longer": ("the new limit from the start, not before the change", "自起算按新限时，不早于变更时"),
    "change.moved": ("by the new time, not before the change", "按新的时间，不早于变更时"),
    "change.granted": ("the new limit from the start, not before what was granted", "自起算按新限时，不早于批准的时间"),
    "waiting-customer": ("waiting for the customer", "等客户"),
    "waiting-parts": ("waiting for parts", "等配件"),
    "waiting-outside": ("waiting for others", "等外单位"),
    "workload": ("workload", "工作量"),
    "fairness": ("fairness", "轮候"),
    "area": ("area", "区域"),
    "last_technician": ("last technician", "上次师傅"),
    # why somebody was passed over, and what spoke for somebody
    "skill": ("skill", "技能不符"),
    "leave": ("on leave", "请假"),
    "off-duty": ("off duty", "不当班"),
    "ceiling": ("at the ceiling", "工作量已满"),
}


def find_page(pages: Pages, register: object) -> Register | None:
    """The page of the register named; None where there is none of that name."""
    try:
        return pages.get(register) if isinstance(register, str) else None
    except KeyError:
        return None


def find_column(key: str, page: Register | None = None) -> Column:
    """How to name and show a key: by the register's page, else by the table here, else by the page that is its home.

    A key that is nowhere goes by its own name.
    """
    field = _find_field((*page.fields, *page.derived), key) if page is not None else None
    if field is None:
        known = COLUMNS.get(key)
        if known is not None:
            return known
        home = next((name for name, keys in HOMES.items() if key in keys), "")
        if not home and key.endswith("_name"):  # the name beside an id goes by the same word
            return find_column(key.removesuffix("_name"))._replace(key=key, kind="text")
        if not home:
            return Column(key, key.replace("_", " "), key, "time" if key.endswith("_at") else "text")
        field = _find_field(_list_fields(home), key)
        assert field is not None, key
    many = field.many and field.type != "choice"  # words stay words, however many
    return Column(key, field.en, field.zh, "list" if many else KINDS.get(field.type, "text"))


def _find_field(fields: Sequence[Field], key: str) -> Field | None:
    return next((field for field in fields if field.name == key), None)


def _list_fields(name: str) -> Sequence[Field]:
    if name == "contacts":  # no register, since a contact is written over
        from dispatchctl.registers.contacts import FIELDS

        return FIELDS
    page = SHIPPED.get(name)
    return (*page.fields, *page.derived)


def label(key: str, lang: str, page: Register | None = None) -> str:
    """The heading of a key in `zh` or `en`."""
    column = find_column(key, page)
    return column.zh if lang == "zh" else column.en


def say_word(value: str, lang: str, page: Register | None = None, *, event: bool = False) -> str:
    """A state, or (event) an event, in words: those of its page, else of clocks and charges, else the name itself."""
    index = 1 if lang == "zh" else 0
    words = page and _find_words(page, value, event)
    if page is not None and not words:
        words = WORDS.get(f"{page.name}.{value}")
    words = words or WORDS.get(value)
    if not words and value in WORD_HOMES:
        words = _find_words(SHIPPED.get(WORD_HOMES[value]), value, event)
    return words[index] if words else value


def _find_words(page: Register, value: str, event: bool) -> tuple[str, str] | None:
    entries: list[State | Event] = [*page.events, *page.states] if event else [*page.states, *page.events]
    return next(((entry.en, entry.zh) for entry in entries if entry.name == value), None)


def say_duration(seconds: int, lang: str) -> str:
    """A length of time in its two greatest units: 3天4小时, 2小时05分, 5分钟, 45秒; 3d 4h, 2h 05m, 5m, 45s.

    Days are of 24 hours; what is smaller than the second unit is left out. A negative one lies ahead: 还有5分钟, in 5m.
    """
    chinese = lang == "zh"
    length = abs(seconds)
    days, hours, minutes = length // 86400, length % 86400 // 3600, length % 3600 // 60
    if days:
        text = f"{days}天" + (f"{hours}小时" if hours else "") if chinese else f"{days}d {hours}h"
    elif hours:
        text = f"{hours}小时{minutes:02d}分" if chinese else f"{hours}h {minutes:02d}m"
    elif minutes:
        text = f"{minutes}分钟" if chinese else f"{minutes}m"
    else:
        text = f"{length}秒" if chinese else f"{length}s"
    if seconds < 0:
        return f"还有{text}" if chinese else f"in {text}"
    return text

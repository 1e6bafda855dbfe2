"""A verdict opened downward as a person reads it: one line for each step, indented below what it explains. Output."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import ROUND_DOWN, Decimal
from typing import TYPE_CHECKING, Any

from dispatchctl.output.cells import say_due, say_time
from dispatchctl.output.formatters.base import Format
from dispatchctl.output.labels import find_column, find_page, label, say_duration, say_word
from dispatchctl.output.report_layout import say_figure
from dispatchctl.output.sheets import measure_segment, say_facts, say_rule, say_why
from dispatchctl.output.terminal import neutralise_text
from dispatchctl.registers.ledger import MONEYLESS

if TYPE_CHECKING:
    from dispatchctl.output.printing import Printing

Value = Mapping[str, Any]
KEYS = ("depth", "what", "id", "text", "value")
INDENT = "  "


def add_texts(reason: Mapping[str, Any], printing: "Printing") -> dict[str, Any]:
    """The tree with `text` in every step: what `why` prints as json."""
    teller = Teller(printing)
    return _add(reason, teller)


def _add(reason: Mapping[str, Any], teller: "Teller") -> dict[str, Any]:
    return {
        "what": reason["what"],
        "id": reason["id"],
        "text": teller.tell(reason["what"], reason["id"], reason["value"]),
        "value": reason["value"],
        "because": [_add(each, teller) for each in reason["because"]],
    }


def list_steps(tree: Mapping[str, Any], depth: int = 0) -> Iterator[dict[str, Any]]:
    """The steps of a tree with texts one after the other, each with its depth from 0: what csv and tsv get."""
    yield {"depth": depth, **{key: tree[key] for key in KEYS[1:]}}
    for each in tree["because"]:
        yield from list_steps(each, depth + 1)


def format_tree(tree: Mapping[str, Any], form: Format) -> str:
    """The lines of a tree with texts in a format for people, indented below what they explain."""
    return "".join(f"{INDENT * step['depth']}{form.bullet}{step['text']}\n" for step in list_steps(tree))


def _cut(number: str) -> str:
    """A score or weight as `appraise` prints it: two places, rounded down; json has the exact decimal."""
    return str(Decimal(number).quantize(Decimal("0.01"), ROUND_DOWN))


class Teller:
    """Says one step in a line of the language asked for."""

    def __init__(self, printing: "Printing") -> None:
        self.pages = printing.pages
        self.lang = printing.lang
        self.zh = printing.lang == "zh"
        self.now = printing.shown_at()
        self.titles = printing.titles

    def tell(self, what: str, name: str | None, value: Value) -> str:
        """The line of a step; without control characters."""
        tellers: Mapping[str, Callable[[str, Value], str]] = {
            "charge": self._charge, "clause": self._clause, "event": self._event, "condition": self._condition,
            "person": self._person, "counting": self._counting, "earlier": self._earlier, "amount": self._amount,
            "besides": self._besides, "entry": self._entry, "case": self._case, "state": self._state,
            "severity": self._severity, "test": self._test, "ruling": self._ruling, "owed": self._owed,
            "clock": self._clock, "change": self._change, "segment": self._segment, "measure": self._measure,
            "items": self._items, "counted": self._counted, "uncounted": self._uncounted, "item": self._item,
            "left-out": self._left_out, "score": self._score, "part": self._part, "mark": self._mark,
            "reading": self._reading,
        }  # fmt: skip
        return neutralise_text(tellers[what](name or "", value))

    # --- words ----------------------------------------------------------------------------------------------------

    def _say(self, zh: str, en: str) -> str:
        return zh if self.zh else en

    def _join(self, parts: Sequence[Any]) -> str:
        return self._say("、", ", ").join(str(part) for part in parts)

    def _time(self, text: str | None) -> str:
        return say_time(text, self.now) if text else "–"

    def _word(self, value: Any, register: str | None = None, *, event: bool = False) -> str:
        return say_word(str(value), self.lang, find_page(self.pages, register), event=event)

    def _money(self, value: Value) -> str:
        if value["amount"]:
            return str(value["amount"])
        low_high = value.get("range") or []
        return "–".join(low_high) if low_high else self._say("金额未定", "no amount yet")

    def _who(self, staff: str | None) -> str:
        return str(self.titles.get("owner", {}).get(staff or "", staff or "–"))

    # --- charges --------------------------------------------------------------------------------------------------

    def _charge(self, name: str, value: Value) -> str:
        who = value["staff_name"] or value["staff"]
        kind = self._word("ledger.warning" if value["kind"] == "warning" else value["kind"])
        money = "" if value["kind"] in MONEYLESS else " " + self._money(value)
        standing = self._word(value["state"], "ledger") if value["state"] else self._say("不应提出", "not due")
        return self._say(
            f"{value['title']}：{who} {kind}{money}，{standing}（{name}）",
            f"{value['title']}: {who}, {kind}{money}, {standing} ({name})",
        )

    def _clause(self, name: str, value: Value) -> str:
        return f"{name} {value['text'] or self._say('（制度未附原文）', '(no text given)')}"

    def _reading(self, name: str, value: Value) -> str:
        return self._say("理解：", "read as: ") + str(value["text"])

    def _event(self, name: str, value: Value) -> str:
        page = self.pages.get(value["register"])
        parts = []
        for field, said in value["fields"].items():
            if field in ("contact_id", "order_id", "key"):
                continue
            column = find_column(field, page)
            parts.append(f"{column.zh if self.zh else column.en} {self._value(field, said)}")
        parts += [str(value["note"])] if value["note"] else []
        event = self._word(value["event"], value["register"], event=True)
        told = self._say("，", ", ").join(parts)
        line = f"{self._time(value['at'])} {value['by_name'] or value['by']} {event}"
        return line + (self._say("：", ": ") + told if told else "") + self._say(f"（{name}）", f" ({name})")

    def _value(self, field: str, value: Any) -> str:
        if isinstance(value, list):
            return self._join([self._value(field, each) for each in value])
        text = str(value)
        known = self.titles.get(field, {}).get(text)
        if known:
            return str(known)
        return self._time(text) if field.endswith(("_at", "_due")) else text

    def _condition(self, name: str, value: Value) -> str:
        field, wanted = value["field"], [self._wanted(each) for each in value["wanted"]]
        part = {
            None: ("条件", "where"), "over": ("其中", "of those where"), "count": ("计入的", "counted where"),
            "sum": ("合计", "sum of"), "average": ("平均", "average of"), "median": ("中位数", "median of"),
            "p90": ("九成位数", "90th percentile of"),
        }[value.get("part")]  # fmt: skip
        head = part[0] if self.zh else part[1]
        word = value.get("word") or "in"
        if not wanted:
            return f"{head} {field}"
        sign = {"in": "=", "not": "≠", "at_least": "≥", "below": "<"}[word]
        return f"{head} {field} {sign} {self._say(' 或 ', ' or ').join(wanted)}"

    def _wanted(self, value: Any) -> str:
        return self._say("（空）", "(none)") if value is None else str(value)

    def _person(self, name: str, value: Value) -> str:
        words = self._join(value["who"])
        return self._say(f"由谁承担：{value['name']}（{words}）", f"whose it is: {value['name']} ({words})")

    def _counting(self, name: str, value: Value) -> str:
        within = {
            "month": ("当月", "of the month"), "year": ("当年", "of the year"), "ever": ("累计", "ever"),
        }.get(value["within"], (f"{value['within']} 内", f"within {value['within']}"))  # fmt: skip
        first, number = value["from_nth"], value["number"]
        verdict = ("计", "it counts") if value["counts"] else ("不计", "it does not count")
        return self._say(
            f"{within[0]}第 {number} 次，自第 {first} 次起计：{verdict[0]}",
            f"number {number} {within[1]}, counted from number {first} on: {verdict[1]}",
        )

    def _earlier(self, name: str, value: Value) -> str:
        told = f"{self._time(value['occurred_at'])} {name}"
        return self._say(f"此前 {told}（{value['evidence']}）", f"earlier: {told} ({value['evidence']})")

    def _amount(self, name: str, value: Value) -> str:
        source = value["from"]
        if source == "rule":
            return self._say(f"金额 {value['amount']}，制度规定", f"amount {value['amount']}, as the rule says")
        if source == "event":
            amount = value["amount"] or self._say("未记", "not recorded")
            return self._say(f"金额 {amount}，取自 {value['field']}", f"amount {amount}, from {value['field']}")
        if source == "range":
            low, high = value["range"]
            return self._say(f"金额 {low} 至 {high}，批准时确定", f"amount {low} to {high}, chosen at approval")
        return self._say("金额制度未定，批准时确定", "amount left blank by the rule, set at approval")

    def _besides(self, name: str, value: Value) -> str:
        parts = [
            f"{label(key, self.lang)}{self._say('：', ': ')}{self._join([self._word(each) for each in value[key]])}"
            for key in ("also", "instead", "propose")
            if value[key]
        ]
        return self._say("；", "; ").join(parts)

    def _entry(self, name: str, value: Value) -> str:
        state = " " + self._word(value["state"], "ledger") if value["state"] else ""
        return f"{name}{state}" + (f" {value['amount']}" if value["amount"] else "")

    # --- cases ----------------------------------------------------------------------------------------------------

    def _case(self, name: str, value: Value) -> str:
        page = self.pages.get(value["register"])
        return f"{name} {page.zh if self.zh else page.en}{self._say('：', ': ')}{self._word(value['state'], page.name)}"

    def _state(self, name: str, value: Value) -> str:
        return self._say("状态：", "state: ") + self._word(value["state"], value["register"])

    def _severity(self, name: str, value: Value) -> str:
        how = ("由人决定", "decided by a person") if value["decided"] else ("按制度建议", "proposed by the rules")
        told = self._word(value["severity"])
        return self._say(f"严重程度：{told}（{how[0]}）", f"severity: {told} ({how[1]})")

    def _test(self, name: str, value: Value) -> str:
        found, limit = value["found"], value["limit"]
        told = self._word(name)
        if found is True:
            return told
        said = self._value("departments", found) if found is not None else "–"
        return self._say(f"{told}：{said}（标准 {limit}）", f"{told}: {said} (limit {limit})")

    def _ruling(self, name: str, value: Value) -> str:
        kind = value["title"] or value["kind"]
        told = self._word(value["validity"])
        return self._say("判定：", "ruling: ") + told + (f"{self._say('，', ', ')}{kind}" if kind else "")

    def _owed(self, name: str, value: Value) -> str:
        event = self._word(value["event"], "complaints", event=True)
        item = f" {value['item']}" if value["item"] else ""
        return self._say(f"尚欠：{event}{item}", f"owed: {value['owed']}")

    def _clock(self, name: str, value: Value) -> str:
        late = ("逾期", "late") if value["breached"] else ("未逾期", "not late")
        if value["state"] == "stopped" and not value["breached"]:
            late = ("按时", "met")
        owners = self._join([self._who(owner) for owner in value["owners"]]) or "–"
        parts = [
            self._say(*late),
            self._word(value["state"]),
            self._say(f"{self._time(value['started_at'])} 起", f"from {self._time(value['started_at'])}"),
        ]
        if value["due_at"]:
            due = say_due(value["due_at"], self.now, self.lang, provisional=value["provisional"])
            parts.append(self._say(f"{due} 到期", f"due {due}"))
        if value["stopped_at"]:
            stopped = self._time(value["stopped_at"])
            parts.append(self._say(f"{stopped} 停止", f"stopped {stopped}"))
        if value["limit"]:
            parts.append(self._say(f"限时 {value['limit']}", f"limit {value['limit']}"))
        parts.append(self._say(f"责任人 {owners}", f"owed by {owners}"))
        return f"{value['title']} {name}{self._say('：', ': ')}{self._say('，', ', ').join(parts)}"

    def _change(self, name: str, value: Value) -> str:
        parts = [say_facts(value["facts"], self.lang, self.titles, self.now)]
        if value["limit_before"] != value["limit_after"]:
            limits = f"{value['limit_before'] or '–'} → {value['limit_after'] or '–'}"
            parts.append(self._say(f"限时 {limits}", f"limit {limits}"))
        dues = f"{self._time(value['due_before'])} → {self._time(value['due_after'])}"
        parts.append(self._say(f"到期 {dues}", f"due {dues}"))
        parts.append(say_rule(value["rule"], self.lang))
        event = self._word(value["event"], value["register"], event=True)
        told = self._say("；", "; ").join(part for part in parts if part)
        return f"{self._time(value['at'])} {event}{self._say('：', ': ')}{told}{self._say(f'（{name}）', f' ({name})')}"

    def _segment(self, name: str, value: Value) -> str:
        length = say_duration(measure_segment(value), self.lang)
        counts = self._say("计", "counts") if value["counts"] else self._say("不计", "does not count")
        why = "" if value["why"] == "counted" else self._say("，", ", ") + say_why(value["why"], self.lang)
        return f"{self._time(value['from'])} → {self._time(value['to'])} {counts} {length}{why}"

    # --- figures and scores ---------------------------------------------------------------------------------------

    def _measure(self, name: str, value: Value) -> str:
        whose = f"，{self._who(value['person'])}" if value["person"] and self.zh else ""
        whose = whose or (f", {self._who(value['person'])}" if value["person"] else "")
        span = self._say(f"{value['from']} 起，{value['until']} 前", f"from {value['from']} to before {value['until']}")
        return f"{value['title']} {name}{self._say('：', ': ')}{say_figure(value)}{whose}{self._say('，', ', ')}{span}"

    def _items(self, name: str, value: Value) -> str:
        register, _, event = value["of"].partition(".")
        page = find_page(self.pages, register)
        of = (page.zh if self.zh else page.en) if page else {"clocks": self._say("时限", "clocks")}.get(value["of"])
        of = of or self._say("评分", "marks")
        if event:
            of = self._say(f"{of}的“{self._word(event, register, event=True)}”记录", f"rows {event} of {of}")
        return self._say(f"数的是：{of}，按 {value['month']} 归入期间", f"counted: {of}, by their {value['month']}")

    def _counted(self, name: str, value: Value) -> str:
        return self._say(f"计入 {value['number']} 项", f"counted: {value['number']}")

    def _uncounted(self, name: str, value: Value) -> str:
        return self._say(f"未计入 {value['number']} 项", f"not counted: {value['number']}")

    def _item(self, name: str, value: Value) -> str:
        told = name if value["instance"] == 1 else f"{name}/{value['instance']}"
        if value["amount"] is not None:
            told += self._say("：", ": ") + value["amount"]
        return told + (self._say(f"（{value['ref']}）", f" ({value['ref']})") if value["ref"] else "")

    def _left_out(self, name: str, value: Value) -> str:
        number = value["number"]
        return self._say(f"……另有 {number} 项（--limit 0 全部列出）", f"... and {number} more (--limit 0 lists all)")

    def _score(self, name: str, value: Value) -> str:
        parts = [
            _cut(value["score"]) if value["score"] is not None else self._say("无数据，不评分", "no data, no score")
        ]
        if value["grade"]:
            parts.append(self._say(f"等级 {value['grade']}", f"grade {value['grade']}"))
        if value["bonus"]:
            parts.append(self._say(f"奖金 {value['bonus']}", f"bonus {value['bonus']}"))
        return f"{value['name']} {value['month']}{self._say('：', ': ')}{self._say('，', ', ').join(parts)}"

    def _part(self, name: str, value: Value) -> str:
        figure = say_figure(value) if value["kind"] not in (None, "scored") else value["value"] or "–"
        head = f"{value['title']}{self._say('：', ': ')}{figure}"
        if value["left_out"]:
            why = (
                ("岗位不考核", "not for this role") if value["left_out"] == "role" else ("无数据", "nothing to measure")
            )
            return head + self._say(f"，不计（{why[0]}）", f", left out ({why[1]})")
        if value["score"] is None:  # who has no score at all: only counts of what should be few, and none of them
            return head + self._say("，不计分（当月无数据）", ", not scored (no data in the month)")
        lines = ""
        if value["full"] is not None:
            lines = self._say(
                f"（{value['full']} 满分，{value['zero']} 零分）",
                f" (full at {value['full']}, zero at {value['zero']})",
            )
        return head + self._say(
            f"{lines} → {_cut(value['score'])} 分 × 权重 {_cut(value['weight'])}%",
            f"{lines} -> {_cut(value['score'])} points x weight {_cut(value['weight'])}%",
        )

    def _mark(self, name: str, value: Value) -> str:
        return self._say(f"评分 {value['mark']}（{name}）", f"mark {value['mark']} ({name})")

"""A first map for somebody else's file: its form told by its bytes, its columns by their names. Desk.

It is a beginning that a person reads and mends: nothing is imported by it unread.
"""

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from dispatchctl import sizes
from dispatchctl.desk.books import Books
from dispatchctl.desk.imports.conversion import make_tables
from dispatchctl.desk.imports.history import warn_of_encoding
from dispatchctl.desk.imports.tally import clean
from dispatchctl.desk.imports.times import NOTHING, TimeParser
from dispatchctl.errors import BadData
from dispatchctl.exchange.layouts import WORDS, FileForm
from dispatchctl.exchange.maps import ImportMap
from dispatchctl.exchange.sources import Source, guess_form, open_source
from dispatchctl.policy.reading import find_nearest

CLOSED = "closed"
NAMES: Mapping[str, tuple[str, ...]] = {  # field -> what its column is called, the likeliest first
    "source_ref": ("工单号", "工单编号", "报修单号", "单号", "编号", "流水号", "序号", "ticket", "number", "no", "id"),
    "at": ("报修时间", "受理时间", "登记时间", "报修日期", "受理日期", "登记日期", "来电时间", "日期", "时间",
           "opened", "created", "date", "time"),
    CLOSED: ("办结时间", "完成时间", "完工时间", "办结日期", "完成日期", "完工日期", "closed", "completed", "resolved"),
    "appointment_at": ("预约时间", "预约日期", "appointment"),
    "service": ("服务项目", "报修类别", "维修类别", "报修类型", "维修项目", "项目", "类别", "类型", "category",
                "service", "type"),
    "content": ("报修内容", "内容", "故障描述", "问题描述", "事项", "描述", "subject", "description", "content"),
    "answer": ("处理结果", "处理情况", "维修结果", "结果", "result", "answer", "resolution"),
    "caller": ("报修人", "业主姓名", "业主", "来电人", "联系人", "姓名", "客户", "customer", "caller", "name"),
    "phone": ("联系电话", "电话", "手机号", "手机", "phone", "mobile"),
    "address": ("地址", "报修地址", "位置", "地点", "address", "location"),
    "priority": ("紧急程度", "优先级", "priority"),
    "channel": ("受理渠道", "渠道", "来源", "报修方式", "channel", "source"),
    "department": ("责任部门", "部门", "department"),
    "area": ("区域", "area"),
    "note": ("备注", "note", "remark"),
}  # fmt: skip
WHERE = (
    "小区",
    "楼栋",
    "楼号",
    "栋号",
    "幢号",
    "单元",
    "房号",
    "室号",
    "房间号",
)  # joined to an address, in this order
WHEN = ("年", "年份", "月", "月份", "周", "周次")  # what makes the numbers of a sheet that counts from 1 anew one's own
COUNTED = ("序号", "no")  # what such numbers are called
NONE = ("-", "--", "—", "/", "\\", "?", "？", "无", "1900-01-01", "1900/1/1", "0000-00-00", "N/A")
FORMS = (
    "%Y-%m-%d %H:%M", "%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M", "%m/%d/%Y %I:%M %p", "%d.%m.%Y %H:%M", "%m/%d/%Y",
    "%d/%m/%Y", "%d.%m.%Y", "%Y%m%d %H:%M", "%Y%m%d%H%M%S", "%s",
)  # fmt: skip
_PLAIN = re.compile(r"[^\W\d][\w-]*( [\w-]+)*")
_WORDS = frozenset(("null", "true", "false", "yes", "no", "on", "off", "y", "n"))


class Suggestion(NamedTuple):
    """A map as text, and the values of its service column that the rules lack, with their rows."""

    text: str
    services: list[tuple[str, int]]


def suggest_map(books: Books, path: str, wanted: ImportMap | None) -> Suggestion:
    """A map for the file at `path`; with a map at hand, only what its service column needs."""
    form = wanted.layout if wanted is not None else guess_form(path)
    source = open_source(path, form)
    try:
        warn_of_encoding(books, source)
        if wanted is not None:
            service = wanted.columns.get("service", "")
            known = wanted.values.get("service", {})
            services = _list_unknown(books, source, service, known) if service else []
            return Suggestion("\n".join(_show_services(books, services)) + "\n" if services else "", services)
        return _Guess(books, source, path).suggest()
    finally:
        source.close()


def _list_unknown(books: Books, source: Source, column: str, values: Mapping[str, str]) -> list[tuple[str, int]]:
    """The values of a column that name no service, the most frequent first."""
    table = make_tables(books, "orders").known["service"] or {}
    counts: Counter[str] = Counter()
    for chunk in source.read_chunks([column], sizes.ROWS_APPENDED):
        counts.update(map(str.strip, chunk.columns[0]))
    return [(text, rows) for text, rows in counts.most_common() if text and text not in table and text not in values]


def _show_services(books: Books, services: Sequence[tuple[str, int]]) -> list[str]:
    """What to copy: into `values` of the map where a service is near, and into `services` of the rules."""
    known = list(make_tables(books, "orders").known["service"] or {})
    near = {text: find_nearest(text, known) for text, _ in services}
    lines = []
    if any(near.values()):
        lines.append("# nearest services, for the map where they are meant:")
        lines.append("# values:")
        lines.append("#   service:")
        lines += [f"#     {_quote(text)}: {_quote(one)}" for text, one in near.items() if one]
    lines.append("# services that the rules lack, to copy into policies.yaml, with their rows in the file:")
    lines.append("# services:")
    lines += [f"#   {_quote(text)}: {{title: {_quote(text)}}}  # {rows}" for text, rows in services]
    return lines


class _Guess:
    def __init__(self, books: Books, source: Source, path: str) -> None:
        self.books, self.source, self.path = books, source, path
        next(source.read_chunks([], 1), None)  # of JSON lines the first row names the columns
        header = source.header if source.header is not None else list(source.numbers)
        if not header:
            raise BadData("has no rows", place=path)
        self.header = [name for name in header if name]
        self.used: set[str] = set()

    def suggest(self) -> Suggestion:
        columns = {field: found for field in NAMES if (found := self._find(NAMES[field]))}
        rooms = [name for name in WHERE if name in self.header]
        if len(rooms) > 1 or (rooms and "address" not in columns):
            columns["address"] = self._join(rooms)
        days = [name for name in WHEN if name in self.header]
        if days and columns.get("source_ref", "").lower() in COUNTED:
            columns["source_ref"] = self._join([*days, columns["source_ref"]])
        closed, answer = columns.pop(CLOSED, ""), columns.pop("answer", "")
        service = columns.get("service", "")
        services = _list_unknown(self.books, self.source, service, {}) if service else []
        lines = [
            f"# a map for {clean(self.path)}: read it, mend it, then try it with --dry-run",
            "register: orders",
            *self._show_form(),
            *self._show_times(
                [column for column in (columns.get("at"), closed, columns.get("appointment_at")) if column]
            ),
            "columns:",
        ]
        for name, why in (("source_ref", "its number, by which a row is known again"), ("at", "when it was taken")):
            if name not in columns:
                lines.append(f"  # {name}: demanded: {why}; the columns are: {', '.join(self.header[:20])}")
        lines += [f"  {field}: {_quote(column)}" for field, column in columns.items()]
        lines.append("constants: {kind: request}")
        if closed:
            inner = f", columns: {{answer: {_quote(answer)}}}" if answer else ""
            lines += ["events:", f"  - {{event: closed, at: {_quote(closed)}{inner}}}"]
        left = [name for name in self.header if name not in self.used]
        if left:
            lines.append(f"# columns that are not read: {', '.join(left)}")
        if columns.get("source_ref", "").lower() in COUNTED:
            lines.append(
                f"# does {columns['source_ref']} count from 1 in every sheet? then put what tells them apart before it:"
            )
            lines.append(f'#   source_ref: "2026-11-{{{columns["source_ref"]}}}"')
        if services:
            lines += _show_services(self.books, services)
        return Suggestion(clean("\n".join(lines)) + "\n", [(clean(text), rows) for text, rows in services])

    def _find(self, names: Sequence[str]) -> str:
        lower = {name.lower(): name for name in reversed(self.header)}
        found = next((one for name in names if (one := lower.get(name, "")) and one not in self.used), "")
        self.used.add(found)
        return found

    def _join(self, columns: Sequence[str]) -> str:
        self.used |= set(columns)
        return columns[0] if len(columns) == 1 else "-".join(f"{{{name}}}" for name in columns)

    def _show_form(self) -> list[str]:
        form, plain = self.source.layout, FileForm()
        lines = []
        if form.encoding != plain.encoding:
            lines.append(f"encoding: {form.encoding}")
        if form.delimiter != plain.delimiter:
            lines.append(f"delimiter: {WORDS[form.delimiter]}")
        if form.sheet:
            lines.append(f"sheet: {_quote(form.sheet)}")
        if form.header != plain.header:
            lines.append(f"header: {form.header}")
        return lines

    def _show_times(self, columns: Sequence[str]) -> list[str]:
        """`time_format` and `none` where the columns of times need them."""
        chunk = next(self.source.read_chunks(columns, sizes.ROWS_APPENDED), None) if columns else None
        texts = dict.fromkeys(text.strip() for column in (chunk.columns if chunk else ()) for text in column)
        none = [text for text in texts if text in NONE]
        left = [text for text in texts if text and text not in none]
        lines = [f"none: [{', '.join(json.dumps(text, ensure_ascii=False) for text in none)}]"] if none else []
        if all(self._fits(text, ()) for text in left):
            return lines
        for form in FORMS:
            if all(self._fits(text, (form,)) for text in left):
                return [*lines, f"time_format: {json.dumps(form)}"]
        odd = next(text for text in left if not self._fits(text, ()))
        return [*lines, f"# time_format: of times such as {_quote(odd)}"]

    def _fits(self, text: str, forms: tuple[str, ...]) -> bool:
        return TimeParser(self.books.timezone, forms).read(text) not in (None, NOTHING)


def _quote(text: str) -> str:
    """A text as YAML takes it for that text."""
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    return json.dumps(text, ensure_ascii=False)

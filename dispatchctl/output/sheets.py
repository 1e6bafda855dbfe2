"""One case as a person reads it: its fields, its clocks and its history, one below the other. Output."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dispatchctl.output.labels import find_column, find_page, say_word
from dispatchctl.output.layout import Layout
from dispatchctl.output.terminal import neutralise_text, write_stdout
from dispatchctl.registers.page import FIRST, Register, list_part_fields, name_parts

if TYPE_CHECKING:
    from dispatchctl.output.printing import Printing

HISTORY = ("at", "case", "by_name", "event", "what")
CLOCKS = ("case", "clock", "instance", "state", "owner", "started_at", "due_at", "stopped_at", "breached", "limit")
SENT = ("id", "assignee_name", "role", "state", "assigned_at")
COMPLAINTS = ("id", "state", "severity", "content", "at", "by_name")
FOLLOW_UPS = ("id", "about", "state", "method", "satisfaction", "remark", "at", "by_name")
PARTS = {
    "complaints": {"zh": "整改措施", "en": "measures"},
    "surveys": {"zh": "意见", "en": "opinions"},
}
APART_ONCE = ("contact_id", "order_id", "dispatcher")  # stand elsewhere on the sheet, as the opening row has them
APART = ("events", "clocks", "conflicts", "assignments", "complaints", "followups", "register", "contact", "taken_back")


def print_case(printing: "Printing", item: Mapping[str, Any], page: Register) -> None:
    """Print what `show` has: fields that are filled in, then tables of assignments, clocks, history and conflicts."""
    lang = printing.lang
    zh = lang == "zh"
    parts = item.get(name_parts(page)) or () if page.item else ()
    of_parts = {*list_part_fields(page), name_parts(page)} if page.item else set()  # each part has its own
    shown = {
        key: value
        for key, value in item.items()
        if key not in APART and key not in of_parts and value not in (None, "", [])
    }
    contact = item.get("contact")
    if contact:
        shown["contact"] = " ".join(contact[name] for name in ("name", "phone", "address") if contact[name]) or None
        shown = {key: value for key, value in shown.items() if value is not None}
    layout = Layout((), lang, printing.shown_at(), page=page, titles=printing.titles, pages=printing.pages)
    pieces = [_format(printing, [shown], tuple(shown), page, single=True)]
    jobs = printing.pages.get("assignments")
    story = [(each, page, "") for each in item["events"]]
    for job in item.get("assignments") or ():
        story += [(each, jobs, job["id"]) for each in job["events"]]
    story.sort(key=lambda each: (each[0]["recorded_at"], each[0]["ref"].partition("#")[0]))
    history = [_say_event(each, its, layout, case) for each, its, case in story]
    told = HISTORY if item.get("assignments") else tuple(name for name in HISTORY if name != "case")
    tables: list[tuple[str, Sequence[Mapping[str, Any]], tuple[str, ...], Register | None]] = [
        ("派工" if zh else "assignments", item.get("assignments") or (), SENT, jobs),
        ("投诉" if zh else "complaints", item.get("complaints") or (), COMPLAINTS, printing.pages.get("complaints")),
        ("回访" if zh else "follow-ups", item.get("followups") or (), FOLLOW_UPS, printing.pages.get("followups")),
        (PARTS.get(page.name, {}).get(lang, ""), parts, _name_filled(parts), page),
        ("时限" if zh else "clocks", item.get("clocks") or (), CLOCKS, None),
        ("历史" if zh else "history", history, told, None),
        (
            "冲突" if zh else "conflicts",
            [_say_event(each, page, layout, item["id"]) for each in item["conflicts"]],
            HISTORY,
            None,
        ),
        (
            "已撤回" if zh else "taken back",
            [_say_event(each, page, layout, item["id"]) for each in item["taken_back"]],
            HISTORY,
            None,
        ),
    ]
    for title, rows, columns, about in tables:
        if rows:
            pieces.append(f"\n{title}\n" + _format(printing, rows, columns, about))
    write_stdout("".join(pieces))


def _name_filled(parts: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """The columns of a table of parts: those in which any of them says something."""
    names = [name for name in (parts[0] if parts else ()) if name != "events"]
    return tuple(name for name in names if any(part[name] not in (None, "", []) for part in parts))


def _format(
    printing: "Printing",
    rows: Sequence[Mapping[str, Any]],
    columns: tuple[str, ...],
    page: Register | None,
    *,
    single: bool = False,
) -> str:
    layout = Layout(
        tuple(find_column(name, page) for name in columns),
        printing.lang,
        printing.shown_at(),
        printing.headers,
        single,
        page,
        titles=printing.titles,
        pages=printing.pages,
    )
    return printing.form.format_table(rows, layout)


def _say_event(event: Mapping[str, Any], page: Register, layout: Layout, case: str) -> dict[str, Any]:
    """One row of the history. An event is not said as the state of the same name: 取消, not 已取消."""
    from dispatchctl.output.cells import say_cell

    zh = layout.lang == "zh"
    names = {each.name: each.zh if zh else each.en for each in page.events}
    opens = any(each.name == event["event"] and FIRST in each.before for each in page.events)
    parts = []
    for name, value in event["fields"].items():
        if opens and name in APART_ONCE:
            continue
        column = find_column(name, page)
        said = say_cell(value, column, event, layout)
        parts.append(f"{column.zh}：{said}" if zh else f"{column.en}: {said}")
    if event["note"]:
        parts.append(neutralise_text(str(event["note"])))
    what = ("；" if zh else "; ").join(parts)
    return {**event, "case": case or None, "event": names.get(event["event"], event["event"]), "what": what}


SEGMENTS = ("from", "to", "length", "counts", "why")
CHANGES = ("at", "event", "what", "limit_before", "limit_after", "due_before", "due_after", "why")


def print_explained(printing: "Printing", items: Sequence[Mapping[str, Any]]) -> None:
    """Print what `due --explain` has: each clock in a line of its own, below it every stretch of its time."""
    pieces = []
    for item in items:
        rows = [
            {**each, "length": measure_segment(each), "why": say_why(each["why"], printing.lang)}
            for each in item["segments"]
        ]
        pieces.append(_format(printing, [item], CLOCKS, None))
        if item["changes"]:
            changes = [
                {
                    **each,
                    "what": say_facts(each["facts"], printing.lang, printing.titles, printing.shown_at()),
                    "why": say_rule(each["rule"], printing.lang),
                }
                for each in item["changes"]
            ]
            pieces.append(_format(printing, changes, CHANGES, find_page(printing.pages, item["register"])))
        pieces.append(_format(printing, rows, SEGMENTS, None))
    write_stdout("\n".join(pieces))


def say_facts(facts: Sequence[Mapping[str, str]], lang: str, titles: Mapping[str, Mapping[str, str]], now: int) -> str:
    """What changed, in words: 紧急程度 普通 → 紧急."""
    from dispatchctl.output.cells import say_time

    told = []
    for each in facts:
        name = each["path"].rpartition(".")[2]
        column = find_column(name)
        values = []
        for text in (each["before"], each["after"]):
            said = titles.get(name, {}).get(text) or say_word(text, lang)
            values.append((say_time(text, now) if name.endswith(("_at", "_due")) else said) or "–")
        told.append(f"{column.zh if lang == 'zh' else column.en} {' → '.join(values)}")
    return neutralise_text(("、" if lang == "zh" else ", ").join(told))


def say_rule(rule: str, lang: str) -> str:
    """By which rule the due time after a change was found (rules.changes.WAYS), in words."""
    return say_word(f"change.{rule}", lang)


def measure_segment(segment: Mapping[str, Any]) -> int:
    """The length of a stretch in seconds."""
    from datetime import datetime

    return int((datetime.fromisoformat(segment["to"]) - datetime.fromisoformat(segment["from"])).total_seconds())


def say_why(why: str, lang: str) -> str:
    """Why a stretch counts or does not, in words: `holiday:国庆节` is 节假日（国庆节）."""
    word, colon, detail = why.partition(":")
    said = say_word({"closed": "closed-day", "paused": "stands still"}.get(word, word), lang)
    if not colon:
        return said
    detail = say_word(detail, lang)
    return f"{said}（{detail}）" if lang == "zh" else f"{said} ({detail})"

"""One case as a person reads it: its fields, its clocks and its history, one below the other. Output."""

from collections.abc import Mapping, Sequence
from typing import Any

from dispatchctl.output.formats import Layout, Printing, format_people
from dispatchctl.output.labels import find_column, say_word
from dispatchctl.output.terminal import neutralise_text, write_stdout
from dispatchctl.registers.page import Register

HISTORY = ("at", "by_name", "event", "what")
CLOCKS = ("case", "clock", "instance", "state", "owner", "started_at", "due_at", "stopped_at", "breached", "limit")
SENT = ("id", "assignee_name", "role", "state", "assigned_at")
APART = ("events", "clocks", "conflicts", "assignments", "register", "contact")


def print_case(printing: Printing, item: Mapping[str, Any], page: Register) -> None:
    """Print what `show` has: fields that are filled in, then tables of assignments, clocks, history and conflicts."""
    lang = printing.lang
    zh = lang == "zh"
    shown = {key: value for key, value in item.items() if key not in APART and value not in (None, "", [])}
    contact = item.get("contact")
    if contact:
        shown["contact"] = " ".join(contact[name] for name in ("name", "phone", "address") if contact[name])
    pieces = [_format(printing, [shown], tuple(shown), page, single=True)]
    tables: list[tuple[str, Sequence[Mapping[str, Any]], tuple[str, ...]]] = [
        ("派工" if zh else "assignments", item.get("assignments") or (), SENT),
        ("时限" if zh else "clocks", item.get("clocks") or (), CLOCKS),
        ("历史" if zh else "history", [_say_event(each, page, lang) for each in item["events"]], HISTORY),
        ("冲突" if zh else "conflicts", [_say_event(each, page, lang) for each in item["conflicts"]], HISTORY),
    ]
    for title, rows, columns in tables:
        if rows:
            pieces.append(f"\n{title}\n" + _format(printing, rows, columns, None))
    write_stdout("".join(pieces))


def _format(
    printing: Printing,
    rows: Sequence[Mapping[str, Any]],
    columns: tuple[str, ...],
    page: Register | None,
    *,
    single: bool = False,
) -> str:
    layout = Layout(
        tuple(find_column(name, page) for name in columns),
        printing.lang,
        printing.now(),
        printing.headers,
        single,
        page,
        titles=printing.titles,
    )
    return format_people(printing.format, rows, layout)


def _say_event(event: Mapping[str, Any], page: Register, lang: str) -> dict[str, Any]:
    parts = [
        f"{find_column(name, page).zh if lang == 'zh' else find_column(name, page).en}: {_say(value)}"
        for name, value in event["fields"].items()
        if name not in ("contact_id", "order_id", "dispatcher")
    ]
    if event["note"]:
        parts.append(str(event["note"]))
    return {**event, "event": say_word(event["event"], lang, page), "what": neutralise_text("; ".join(parts))}


def _say(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


SEGMENTS = ("from", "to", "length", "counts", "why")


def print_explained(printing: Printing, items: Sequence[Mapping[str, Any]]) -> None:
    """Print what `due --explain` has: each clock in a line of its own, below it every stretch of its time."""
    pieces = []
    for item in items:
        rows = [
            {**each, "length": measure_segment(each), "why": say_why(each["why"], printing.lang)}
            for each in item["segments"]
        ]
        pieces.append(_format(printing, [item], CLOCKS, None) + "\n" + _format(printing, rows, SEGMENTS, None))
    write_stdout("\n".join(pieces))


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
    return f"{said}（{detail}）" if lang == "zh" else f"{said} ({detail})"

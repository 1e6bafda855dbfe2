"""What stands in the cells and headings of tables for people: values in words.

Layer: output. Imports wcwidth where something has to be cut, which only those who read a table pay for.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from dispatchctl.output.labels import Column, find_page, say_duration, say_word
from dispatchctl.output.terminal import neutralise_text

if TYPE_CHECKING:
    from dispatchctl.output.formatters.base import Item
    from dispatchctl.output.layout import Layout

WIDEST = 60  # screen columns of one cell in a list; what is longer ends in …
PROVISIONAL = {"zh": "暂定", "en": "provisional"}
FLAGS = {"zh": ("否", "是"), "en": ("no", "yes")}


def say_time(text: str, now: int) -> str:
    """A stored time, short: `11-21 09:00`, with its year where that is not the year of `now` in the same offset."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    year = datetime.fromtimestamp(now, moment.tzinfo).year
    return moment.strftime("%m-%d %H:%M") if moment.year == year else f"{moment.year:04d}-{moment:%m-%d %H:%M}"


def say_due(text: str, now: int, lang: str, *, provisional: bool) -> str:
    """A due time, short as say_time; marked where it rests on days that are not published yet."""
    said = say_time(text, now)
    return f"{said} {PROVISIONAL[lang]}" if provisional else said


def say_cell(value: object, column: Column, item: "Item", layout: "Layout") -> str:
    """One value in words, without control characters; an absent one is empty."""
    if value is None:
        return ""
    lang = layout.lang
    if isinstance(value, bool):
        return FLAGS[lang][value]
    if isinstance(value, list | tuple):
        return ("、" if lang == "zh" else ", ").join(say_cell(part, column, item, layout) for part in value)
    if isinstance(value, Mapping):
        parts = (f"{neutralise_text(str(key))}={say_cell(part, column, item, layout)}" for key, part in value.items())
        return " ".join(parts)
    if column.kind == "duration" and isinstance(value, int):
        return say_duration(value, lang)
    if column.kind == "time" and isinstance(value, str):
        provisional = column.key == "due_at" and item.get("provisional") is True
        return neutralise_text(say_due(value, layout.now, lang, provisional=provisional))
    if column.kind == "word" and isinstance(value, str):
        page = layout.page or find_page(layout.pages, item.get("register"))
        return neutralise_text(say_word(value, lang, page, event=column.key in ("event", "retracted")))
    if column.kind == "register" and isinstance(value, str):
        page = find_page(layout.pages, value)
        return neutralise_text((page.zh if lang == "zh" else page.en) if page else value)
    titles = layout.titles.get(column.key) if column.kind != "id" else None
    text = str(value)
    if column.key in ("reason", "severity_reasons"):  # a text, but for reasons which the program names
        text = say_word(text, lang)
    elif column.key == "reasons":
        word, space, number = text.rpartition(" ")
        text = f"{say_word(word, lang)}{space}{number}"
    return neutralise_text(titles.get(text, text) if titles else text)


def cut_cell(text: str, widest: int = WIDEST) -> str:
    """At most `widest` screen columns of a text; one that was cut ends in …."""
    if len(text) * 2 <= widest:
        return text
    from wcwidth import wcwidth

    used = 0
    for place, char in enumerate(text):
        used += max(wcwidth(char), 0)
        if used > widest:
            kept = text[:place]
            while kept and sum(max(wcwidth(part), 0) for part in kept) > widest - 1:
                kept = kept[:-1]
            return kept + "…"
    return text


def say_head(column: Column, lang: str) -> str:
    """The heading of a column, without control characters."""
    return neutralise_text(column.zh if lang == "zh" else column.en)

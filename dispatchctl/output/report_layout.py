"""How a report looks to a person: its title, its sections, their tables in words. Output (PD-5.4).

It gets the document that json prints and says nothing that is not in it.
"""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from dispatchctl.output.cells import say_time
from dispatchctl.output.formatters.base import Format
from dispatchctl.output.labels import COLUMNS, Column, find_column, say_word
from dispatchctl.output.layout import Layout
from dispatchctl.output.terminal import neutralise_text
from dispatchctl.registers import Pages

Document = Mapping[str, Any]

REPORTS = {
    "daily": ("Daily report", "日报"),
    "weekly": ("Weekly report", "周报"),
    "monthly": ("Monthly report", "月报"),
    "satisfaction": ("Satisfaction report", "满意度报告"),
    "complaints": ("Complaints report", "投诉统计"),
    "staff": ("Staff report", "人员统计"),
}
MONTHS = {"month-before": ("month before", "上月"), "year-before": ("year before", "上年同月")}
BESIDE = {
    "daily": {"month-before": ("day before", "前一日"), "year-before": ("year before", "上年同日")},
    "weekly": {"month-before": ("week before", "上周"), "year-before": ("year before", "上年同周")},
}
#: sections that list rows instead of measures: what was recorded about months that were closed, and what by somebody
#: who may only because nobody else was there
LISTS = {
    "corrections": ("month", "case", "register", "event", "at", "recorded_at", "by"),
    "alone": ("case", "register", "event", "at", "by", "reason"),
}
PERSON = ("person", "person", "人员")
NOTHING = "–"
NUMBERS = ("numerator", "denominator")
CENT = Decimal("0.01")
QUOTIENTS = ("ratio", "average")  # kinds of measures that are made of two numbers


def say_number(figure: Mapping[str, Any] | None) -> str:
    """A value in short: a ratio in per cent, other quotients, both with two places, rounded half up; – for none.

    A ratio below 1 never reads as 100%, one above 0 never as 0%: it is 99.99% or 0.01% then.
    """
    if figure is None or figure["value"] is None:
        return NOTHING
    value = Decimal(figure["value"])
    if figure["kind"] in QUOTIENTS and figure["denominator"]:  # the value has been rounded once, to six places
        value = Decimal(figure["numerator"]) / Decimal(figure["denominator"])
    if figure["kind"] == "ratio":
        return f"{_round_rate(value * 100)}%"
    if figure["kind"] in ("average", "median", "p90"):
        return str(_round(value))
    return str(figure["value"])


def _round(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)


def _round_rate(percent: Decimal) -> Decimal:
    rounded = _round(percent)
    if rounded == 100 and percent < 100:
        return 100 - CENT
    return CENT if rounded == 0 and percent > 0 else rounded


def say_figure(figure: Mapping[str, Any] | None) -> str:
    """A value and what it was made of, for one cell: 95.83% (23/24)."""
    text = say_number(figure)
    if figure is None or figure["denominator"] is None or figure["kind"] not in QUOTIENTS:
        return text
    return f"{text} ({figure['numerator']}/{figure['denominator']})"


def title_report(document: Document, lang: str) -> str:
    """The title line: what report, of which period."""
    english, chinese = REPORTS.get(document["report"], (document["report"], document["report"]))
    return f"{chinese} {document['period']}" if lang == "zh" else f"{english} {document['period']}"


def say_origin(document: Document, lang: str, now: int) -> str:
    """The line below the title: from when to when, by which rules, made when."""
    start, until, made = (say_time(document[key], now) for key in ("from", "until", "generated_at"))
    if lang == "zh":
        return f"{start} 起，{until} 前；按制度 {document['policy']} 计算；{made} 生成"
    return f"from {start} to before {until}; by the rules {document['policy']}; made {made}"


def list_tables(
    document: Document, lang: str, pages: Pages
) -> list[tuple[str, list[tuple[list[Column], list[dict[str, Any]]]]]]:
    """(title of a section, its tables as columns and items): the whole period first, then one for each grouping."""
    found = []
    for section in document["sections"]:
        if section["id"] in LISTS:
            found.append((str(section["title"]), [_list_rows(section, lang, pages)]))
            continue
        tables = [_list_whole(document, section, lang)]
        for by in dict.fromkeys(row["by"] for row in section["rows"] if row["by"]):
            tables.append(_list_groups(document, section, by, lang, pages))
        found.append((str(section["title"] or ""), tables))
    return found


def _list_rows(section: Document, lang: str, pages: Pages) -> tuple[list[Column], list[dict[str, Any]]]:
    """A section that lists rows, in the words of their registers."""
    items = []
    for row in section["rows"]:
        page = pages.get(row["register"])
        register = page.zh if lang == "zh" else page.en
        items.append({**row, "register": register, "event": say_word(row["event"], lang, page, event=True)})
    return [find_column(name) for name in LISTS[section["id"]]], items


def name_beside(document: Document, word: str) -> tuple[str, str]:
    """What a period beside the report's is called, English and Chinese: `month before`, in a weekly `week before`."""
    return BESIDE.get(document["report"], MONTHS).get(word, (word, word))


def _list_whole(document: Document, section: Document, lang: str) -> tuple[list[Column], list[dict[str, Any]]]:
    columns = [find_column(name) for name in ("measure", "value", *NUMBERS)]
    (row,) = [row for row in section["rows"] if row["by"] is None]
    columns += [Column(word, *name_beside(document, word), "number") for word in row["beside"]]
    items = []
    for name, figure in row["measures"].items():
        item: dict[str, Any] = {"measure": document["measures"][name]["title"], "value": say_number(figure)}
        item.update({key: figure[key] if figure["kind"] in QUOTIENTS else None for key in NUMBERS})
        item.update({word: say_figure(found[name]) for word, found in row["beside"].items()})
        items.append(item)
    return columns, items


def _list_groups(
    document: Document, section: Document, by: str, lang: str, pages: Pages
) -> tuple[list[Column], list[dict[str, Any]]]:
    head = _find_head(by.rpartition(".")[2], pages)
    rows = [row for row in section["rows"] if row["by"] == by]
    names = [name for name in rows[0]["measures"] if any(row["measures"][name] for row in rows)]
    none = "（未填）" if lang == "zh" else "(none)"
    columns = [head._replace(key="key", kind="text")]
    for name in names:
        title = document["measures"][name]["title"]
        columns.append(Column(f"measure {name}", title, title, "number"))
        for word in rows[0]["beside"]:
            english, chinese = name_beside(document, word)
            columns.append(Column(f"{word} {name}", f"{title}, {english}", f"{chinese}{title}", "number"))
    items = []
    for row in rows:
        item = {"key": row["title"] if row["title"] is not None else none}
        for name in names:
            item[f"measure {name}"] = say_figure(row["measures"][name])
            item.update({f"{word} {name}": say_figure(found[name]) for word, found in row["beside"].items()})
        items.append(item)
    return columns, items


def _find_head(name: str, pages: Pages) -> Column:
    """What a field that a report groups by is called: as everywhere, else as the first page says that has it."""
    if name == PERSON[0]:
        return Column(*PERSON)
    homes = () if name in COLUMNS else tuple(each for each in pages.names if name in pages.known(each))
    return find_column(name, pages.get(homes[0]) if homes else None)


def format_report(document: Document, form: Format, lang: str, now: int, *, pages: Pages, headers: bool = True) -> str:
    """The report as tables below headings, in a format for people. now: epoch seconds, by which times are shortened."""
    text = f"{form.head(title_report(document, lang), 1)}{say_origin(document, lang, now)}\n"
    for title, tables in list_tables(document, lang, pages):
        shown = [
            form.format_table(items, Layout(tuple(columns), lang, now, headers, pages=pages))
            for columns, items in tables
        ]
        text += f"\n{form.head(neutralise_text(title))}" + "\n".join(shown)
    return text

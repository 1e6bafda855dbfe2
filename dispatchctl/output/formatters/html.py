"""A report as a page of HTML that needs nothing else. Output (PD-5.4)."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dispatchctl.output.formatters.base import Format
from dispatchctl.output.labels import Column
from dispatchctl.output.report_layout import list_tables, say_origin, title_report
from dispatchctl.output.terminal import neutralise_text
from dispatchctl.registers import Pages

if TYPE_CHECKING:
    from dispatchctl.output.report import Report

STYLE = """
body{font:15px/1.5 system-ui,"PingFang SC","Microsoft YaHei",sans-serif;margin:2em auto;max-width:60em;padding:0 1em}
table{border-collapse:collapse;margin:.6em 0 1.4em}
th,td{border-bottom:1px solid #ccc;padding:.25em .8em;text-align:left;vertical-align:top}
.n{text-align:right;font-variant-numeric:tabular-nums}
.b{display:block;height:3px;background:#2a6fb0}
p{color:#555}
"""


class Html(Format):
    """A page to be read in a browser or printed."""

    name = "html"
    about = "a report, into a file only"
    endings = (".html", ".htm")
    people = only_file = True

    def make_file(self, report: "Report") -> str:
        """See Format.make_file."""
        return write_html(report.document, report.lang, report.now, report.pages)


FORMAT = Html()


def write_html(document: Mapping[str, Any], lang: str, now: int, pages: Pages) -> str:
    """A page that needs nothing else: no script, no address, every text escaped; a line below a ratio shows it."""
    from html import escape

    def row(cells: Sequence[str], columns: Sequence[Column], tag: str) -> str:
        kinds = [' class="n"' if column.kind == "number" else "" for column in columns]
        body = "".join(f"<{tag}{kind}>{cell}</{tag}>" for kind, cell in zip(kinds, cells, strict=True))
        return f"<tr>{body}</tr>\n"

    def cell(value: object) -> str:
        text = neutralise_text("" if value is None else str(value))
        share = text.partition("%")[0] if "%" in text else ""
        bar = f'<span class="b" style="width:{share}%"></span>' if share.replace(".", "", 1).isdigit() else ""
        return escape(text) + bar

    title = escape(neutralise_text(title_report(document, lang)))
    parts = [
        f'<!DOCTYPE html>\n<html lang="{"zh-CN" if lang == "zh" else "en"}">\n<head>\n<meta charset="utf-8">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n"
        f"<p>{escape(say_origin(document, lang, now))}</p>\n"
    ]
    for heading, tables in list_tables(document, lang, pages):
        parts.append(f"<h2>{escape(neutralise_text(heading))}</h2>\n")
        for columns, items in tables:
            names = [escape(neutralise_text(column.zh if lang == "zh" else column.en)) for column in columns]
            parts.append("<table>\n" + row(names, columns, "th"))
            parts += [row([cell(item[column.key]) for column in columns], columns, "td") for item in items]
            parts.append("</table>\n")
    return "".join(parts) + "</body>\n</html>\n"

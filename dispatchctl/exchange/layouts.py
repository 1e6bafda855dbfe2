"""In which encoding and form a file is, told by its first bytes; how a map says so. Exchange."""

import codecs
from collections.abc import Sequence
from typing import NamedTuple

ENCODINGS = ("utf-8", "gb18030", "utf-16")
DELIMITERS = {"comma": ",", "tab": "\t", "semicolon": ";", ",": ",", "\t": "\t", ";": ";"}
WORDS = {"\t": "tab", ";": '";"', ",": '","'}
HEADER_LINES = 10  # rows above which the header is not sought
XLS = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
XLSX = b"PK\x03\x04"


class FileForm(NamedTuple):
    """How a file is laid out, as a map says: header is the row of the column names, counted from 1; sheet is the name
    of a workbook's, "" for the first. delimiter: of CSV.
    """

    encoding: str = "utf-8"
    delimiter: str = ","
    header: int = 1
    sheet: str = ""


def tell_encoding(head: bytes) -> str:
    """The encoding of a text that begins with these bytes: one of ENCODINGS, "" where it is none of them.

    A cut character at the end is no fault.
    """
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\0" in head:
        return ""
    for encoding in ("utf-8", "gb18030"):
        try:
            codecs.getincrementaldecoder(encoding)().decode(head)
        except UnicodeDecodeError:
            continue
        return encoding
    return ""


def tell_delimiter(line: str) -> str:
    """What separates the cells of a first line: the one of comma, tab and semicolon that stands in it most often."""
    counts = {each: line.count(each) for each in WORDS}
    best = max(counts, key=lambda each: counts[each])
    return best if counts[best] else ","


def tell_header(rows: Sequence[Sequence[str]]) -> int:
    """The row of the column names among the first rows, from 1: the first one below titles, which fill one cell."""
    widest = max((_count(row) for row in rows), default=0)
    for number, row in enumerate(rows, 1):
        if _count(row) > 1 and _count(row) * 2 >= widest:
            return number
    return 1


def _count(row: Sequence[str]) -> int:
    return sum(bool(cell.strip()) for cell in row)


def is_markup(head: bytes) -> bool:
    """Whether a file is a page of HTML, as many systems call .xls."""
    start = head.removeprefix(codecs.BOM_UTF8).lstrip().lower()
    return start.startswith((b"<html", b"<!doctype html", b"<table", b"<?xml", b"<meta"))

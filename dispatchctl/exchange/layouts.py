"""In which encoding and form a file is, told by its first bytes; how a map says so. Exchange."""

import codecs
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

ENCODINGS = ("utf-8", "gb18030", "utf-16")
DELIMITERS = {"comma": ",", "tab": "\t", "semicolon": ";", ",": ",", "\t": "\t", ";": ";"}
WORDS = {"\t": "tab", ";": '";"', ",": '","'}
FOREIGN = 16_384  # bytes of lines that are not ASCII by which it is told whether they are of another encoding
HEADER_LINES = 10  # rows above which the header is not sought
XLS = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
XLSX = b"PK\x03\x04"


class FileForm(NamedTuple):
    """How a file is laid out, as a map says: header is the row of the column names, counted from 1; sheet is the name
    of a workbook's, "" for the first. delimiter: of CSV. told: the encoding is named, not assumed.
    """

    encoding: str = "utf-8"
    delimiter: str = ","
    header: int = 1
    sheet: str = ""
    told: bool = False


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


# Letters that words of one script are written with, and signs that stand beside letters of any: what is not of these is
# unlikely in a text of two bytes a character, and what GB 18030 is when it is taken for UTF-8.
_SCRIPTS = ("À-ɏ", "΄-ώ", "Ѐ-џҐґ", "\u0591-\u05f4", "\u060c-\u06d3", "Ա-և")  # Latin, Greek, Cyrillic, Hebrew ...
_SIGNS = "\u00a0-¿×÷ʻʼ"
_WORD = re.compile("[0-9A-Za-z\u0080-\U0010ffff]+")
_HANZI = re.compile("[\u2e80-\U0010ffff]")
_PUNCTUATION = re.compile("[\u3000-\u303f\uff00-\uffef—…·“”‘’]")
_COMMON = range(0xB0, 0xD8)  # first bytes of the 3,755 common characters of GB 2312


def gather_foreign(lines: Iterable[bytes]) -> tuple[int, bytes]:
    """The first lines that are not ASCII, about FOREIGN bytes, and the number of the first one (from 1; 0: none)."""
    first, found, size = 0, [], 0
    for number, line in enumerate(lines, 1):
        if not line.isascii():
            first = first or number
            found.append(line)
            size += len(line)
            if size >= FOREIGN:
                break
    return first, b"".join(found)


def find_misread(data: bytes) -> tuple[str, str] | None:
    """Of a text that can be read as UTF-8 and as GB 18030, but is likely in GB 18030 only, a word as both read it.

    That is so of 漏水, 停水通知, 预约: with more Chinese beside them they would be no UTF-8. None for what is none, and
    where it reads words of a script or Chinese. A character that is cut at the end is no fault.
    """
    try:
        text, other = (codecs.getincrementaldecoder(each)().decode(data) for each in ("utf-8", "gb18030"))
    except UnicodeDecodeError:
        return None
    words = [word for word in _WORD.findall(text) if not word.isascii()]
    odd = [word for word in words if not _is_of_one_script(word)]
    if len(odd) * 2 <= len(words) or _HANZI.search(text) or not is_common_chinese(other):
        return None
    word = Counter(odd).most_common(1)[0][0]  # one that comes again and again is nobody's name
    return word, word.encode().decode("gb18030")


def find_unread(data: bytes) -> tuple[str, str] | None:
    """Of a text that is likely Chinese in UTF-8 and not in GB 18030, a word as both read it: (UTF-8, GB 18030)."""
    try:
        text, other = (codecs.getincrementaldecoder(each)().decode(data) for each in ("utf-8", "gb18030"))
    except UnicodeDecodeError:
        return None
    words = [word for word in _WORD.findall(text) if _HANZI.search(word)]
    if not words or not is_common_chinese(text) or is_common_chinese(other):
        return None
    word = Counter(words).most_common(1)[0][0]
    return word, word.encode().decode("gb18030", "replace")


def _is_of_one_script(word: str) -> bool:
    if re.search("[A-Za-z]", word) and not re.search("[^\0-\x7f]{2}", word):
        return True  # one accent among Latin letters
    return any(re.fullmatch(f"[0-9A-Za-z{_SIGNS}{letters}]+", word) for letters in _SCRIPTS)


def is_common_chinese(text: str) -> bool:
    """Whether nine in ten of the characters beyond ASCII are common Chinese ones or Chinese punctuation."""
    foreign = [char for char in text if char > "\x7f"]
    return sum(map(_is_common, foreign)) * 10 >= len(foreign) * 9


def _is_common(char: str) -> bool:
    data = char.encode("gb2312", "ignore")
    return (len(data) == 2 and data[0] in _COMMON) or bool(_PUNCTUATION.match(char))


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

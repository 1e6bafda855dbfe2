"""One row as one physical line: RFC 4180 in UTF-8, with the breaks of a text escaped and the chain's crc at its end.

Layer: store. Its one job is text to bytes and back; it opens nothing.
"""

from collections.abc import Sequence
from zlib import crc32

from dispatchctl.errors import UsageFault
from dispatchctl.registers.page import TEXT_LIMIT

VOID_END = b",torn"  # how a line ends that was never a whole row; no crc looks like it
CRC_LENGTH = 8
BOM = b"\xef\xbb\xbf"  # the byte order mark, which a spreadsheet puts before a text

_ESCAPED = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\0": "\\0"}


def check_text(name: str, text: str) -> None:
    """Refuse a text that could not be read back: UsageFault naming the field.

    That is one with half a surrogate pair (UTF-8 has no form for it) or of more than TEXT_LIMIT bytes; the limit
    itself is allowed.
    """
    try:
        size = len(text.encode())
    except UnicodeEncodeError as error:
        raise UsageFault(
            f"character {error.start + 1} is not valid Unicode (half a surrogate pair)", place=name
        ) from None
    if size > TEXT_LIMIT:
        raise UsageFault(f"the text has {size} bytes, more than the {TEXT_LIMIT} that one field can hold", place=name)


def escape_text(text: str) -> str:
    r"""The text without CR, LF and NUL: `\r`, `\n`, `\0`, and `\\` for a backslash. Everything else stays as it is.

    NUL goes too because grep and git take a file that holds one for binary, and so that zeros in a file can only
    come from a crash.
    """
    if "\\" in text:  # first, so that the backslashes of the others are not doubled
        text = text.replace("\\", "\\\\")
    for char in ("\n", "\r", "\0"):
        if char in text:
            text = text.replace(char, _ESCAPED[char])
    return text


def unescape_text(text: str) -> str:
    """The text that escape_text wrote. An escape that it never writes (a hand edit) is taken as it stands."""
    pieces = text.split("\\\\")
    if len(pieces) == 1:
        return _unescape_breaks(text)
    return "\\".join([_unescape_breaks(piece) for piece in pieces])


def _unescape_breaks(text: str) -> str:
    return text.replace("\\n", "\n").replace("\\r", "\r").replace("\\0", "\0")


def encode_cells(values: Sequence[str]) -> str:
    """The values as CSV text without an end of line; UnicodeEncodeError is left to whoever encodes it."""
    text = ",".join(values)
    special = '"' in text or "\\" in text or "\n" in text or "\r" in text or "\0" in text
    if not special and text.count(",") == len(values) - 1:
        return text
    return ",".join([_quote_cell(escape_text(value)) for value in values])


def _quote_cell(text: str) -> str:
    if '"' in text:
        return '"' + text.replace('"', '""') + '"'
    return f'"{text}"' if "," in text else text


def encode_line(values: Sequence[str], crc: int) -> tuple[bytes, int]:
    """The whole line of a row, with its crc column and LF, and that crc.

    values: every column but crc, in the header's order. crc: that of the row before. Call check_text first: a text
    that is not Unicode raises UnicodeEncodeError here.
    """
    line = f"{encode_cells(values)},".encode()
    crc = crc32(line, crc)
    return b"%b%08x\n" % (line, crc), crc


def encode_header(columns: Sequence[str], crc: int) -> tuple[bytes, int]:
    """The header line with LF, and the crc that the first row goes on from.

    crc: the last of the writer's previous file of the register, 0 for the very first. The header shows no crc itself.
    """
    line = encode_cells(columns).encode()
    return line + b"\n", crc32(line, crc)


def decode_line(line: bytes) -> list[str]:
    """The cells of one line, the crc's among them; a final LF may be there or not.

    Raises ValueError where the line is not UTF-8 or not one row of CSV.
    """
    text = line.removesuffix(b"\n").decode()
    cells = text.split(",") if text and '"' not in text and "\r" not in text else _parse_quoted(text)
    return [unescape_text(cell) if "\\" in cell else cell for cell in cells]


def _parse_quoted(text: str) -> list[str]:
    import csv

    try:
        rows = list(csv.reader([text], strict=True))
    except csv.Error as error:
        raise ValueError(str(error)) from None
    if len(rows) != 1:
        raise ValueError("not one row")
    return rows[0]


def finish_tail(tail: bytes) -> bytes:
    """What to append so that a file that ends with `tail` ends with a void line; empty for an empty tail.

    tail: what follows the last whole group: a torn line, whole lines of an unfinished group, or both. A quote left
    open is closed and half a character completed, so that other CSV readers keep in step too.
    """
    if not tail:
        return b""
    torn = tail[tail.rfind(b"\n") + 1 :]
    rest = _complete_character(torn)
    if torn.count(b'"') % 2:
        rest += b'"'
    return rest + VOID_END + b"\n"


def _complete_character(torn: bytes) -> bytes:
    """The continuation bytes that a last character cut in two lacks; empty where there is none, or no telling."""
    start = len(torn) - 1
    while start >= 0 and len(torn) - start < 4 and torn[start] & 0xC0 == 0x80:
        start -= 1
    if start < 0 or torn[start] < 0xC2:
        return b""
    cut = torn[start:]
    missing = (2 if cut[0] < 0xE0 else 3 if cut[0] < 0xF0 else 4) - len(cut)
    for first in (b"\x80", b"\xa0", b"\x90"):  # E0 and F0 do not take 0x80 next
        rest = (first + b"\x80\x80")[: max(missing, 0)]
        try:
            (cut + rest).decode()
        except UnicodeDecodeError:
            continue
        return rest
    return b""

"""The text of a published version: the draft as it is, and below it what publishing settles once.

Layer: policy. Its one job: write that text and find the draft in it again.
"""

import json
from datetime import date
from typing import Any

from dispatchctl.policy.defaults import Plain, render_defaults
from dispatchctl.policy.sections import EDITION

MARK = "# ---- 以下由 policy publish 写入：节假日与调休。已发布的制度不再改动。 ----\n"
_DAYS = b"days:"


def render_version(draft: bytes, days: dict[str, Any], defaults: Plain | None = None, edition: int = EDITION) -> bytes:
    """The version's text. days: {"off", "working": {ordinal: name}, "through": year}; one year a line.

    defaults: the sections that the draft leaves to the program, see `defaults`. edition: how it is read, see
    `sections.EDITION`; 1 is written by leaving it out, as the releases did that knew none.
    """
    lines = [f"edition: {edition}\n".encode()] if edition > 1 else []
    if defaults:
        lines += [f"defaults: [{', '.join(defaults)}]\n".encode(), render_defaults(defaults)]
    return b"".join([_end_line(draft), MARK.encode(), *lines, _render_days(days)])


def replace_days(version: bytes, days: dict[str, Any]) -> bytes:
    """The version's text with other days, and all else as it was published; the days are what stands last in it."""
    return version[: (b"\n" + version).rindex(b"\n" + _DAYS)] + _render_days(days)


def _render_days(days: dict[str, Any]) -> bytes:
    lines = [f"{_DAYS.decode()}\n", f"  through: {days['through']}\n"]
    for table in ("off", "working"):
        years: dict[int, list[str]] = {}
        for day, name in sorted(days[table].items()):
            on = date.fromordinal(day)
            years.setdefault(on.year, []).append(f"{on:%m-%d}: {_quote(name)}")
        lines.append(f"  {table}:\n" if years else f"  {table}: {{}}\n")
        lines += [f'    "{year}": {{{", ".join(entries)}}}\n' for year, entries in years.items()]
    return "".join(lines).encode()


def _quote(name: str) -> str:
    """A name as YAML text: bare where it is letters only, else in double quotes, whose escapes are JSON's."""
    return name if name.isalpha() and not name.isascii() else json.dumps(name, ensure_ascii=True)


def _end_line(text: bytes) -> bytes:
    return text if not text or text.endswith(b"\n") else text + b"\n"


def extract_draft(version: bytes) -> bytes:
    """The draft that a version was made of."""
    return version.partition(MARK.encode())[0]


def draft_differs(draft: bytes, version: bytes) -> bool:
    """Whether the draft is another text than the one the version was made of; line ends don't count."""
    return _fold(draft) != _fold(extract_draft(version))


def _fold(text: bytes) -> bytes:
    return _end_line(text.replace(b"\r\n", b"\n"))

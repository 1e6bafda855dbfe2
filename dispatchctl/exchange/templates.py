"""Columns joined to one text: `"{周}-{序号}"`, `"{楼栋}-{房号}"`. Exchange."""

import re
from collections.abc import Sequence
from typing import NamedTuple

_PLACE = re.compile(r"\{([^{}]+)\}")


class Template(NamedTuple):
    """A text with places for columns. pieces: the text before each place, with its column. end: the text after."""

    pieces: tuple[tuple[str, str], ...]
    end: str

    @property
    def columns(self) -> list[str]:
        """The columns that it joins."""
        return [column for _, column in self.pieces]

    def fill(self, cells: Sequence[str], *, whole: bool) -> str:
        """The text for these cells; "" where all are blank, or where `whole` and one is.

        What separates a blank cell from the one before it is left out with it.
        """
        given = [cell.strip() for cell in cells]
        if not any(given) or (whole and not all(given)):
            return ""
        text = self.pieces[0][0]
        begun = False
        for number, ((before, _), cell) in enumerate(zip(self.pieces, given, strict=True)):
            if cell:
                text += (before if number and begun else "") + cell
                begun = True
        return text + self.end


def read_template(text: str) -> Template | None:
    """The template in a text; None where it names no column in braces."""
    pieces, end = [], 0
    for place in _PLACE.finditer(text):
        pieces.append((text[end : place.start()], place[1].strip()))
        end = place.end()
    return Template(tuple(pieces), text[end:]) if pieces else None

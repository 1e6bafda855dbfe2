"""Customers' data, hidden where it is shown: phones, names, addresses; and found where it should not be written.

Layer: rules, pure. Masking is for people's eyes; what is stored stays whole, in the private files.
"""

import re
import unicodedata
from collections.abc import Iterable

STAR = "*"
# A mobile number of mainland China (11 digits, 1 and 3 to 9), with or without +86, blanks or hyphens between.
MOBILE = r"(?<![0-9])(?:\+?86[ -]?)?1[3-9][0-9][ -]?[0-9]{4}[ -]?[0-9]{4}(?![0-9])"
# A landline: area code with 0 and 7 or 8 digits, and an extension or not.
LANDLINE = r"(?<![0-9])(?:\(?0[1-9][0-9]{1,2}\)?[ -]?)[2-9][0-9]{2,3}[ -]?[0-9]{4}(?![0-9])"
IDENTITY = (
    r"(?<![0-9])[1-9][0-9]{5}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx](?![0-9A-Za-z])"
)
IDENTITY_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643-1999
EXTENSION = r"(?:转|分机|ext\.?|x|#)"
# Family names of two characters, simplified and traditional.
COMPOUND_NAMES = (
    "欧阳司马上官诸葛司徒夏侯东方皇甫尉迟公孙慕容令狐长孙宇文轩辕端木独孤南宫西门钟离闻人公冶宗政濮阳"
    "淳于单于太叔申屠仲孙鲜于闾丘司空亓官司寇呼延拓跋百里东郭赫连澹台万俟羊舌微生梁丘左丘南门第五歐陽"
    "司馬諸葛東方尉遲公孫長孫軒轅獨孤南宮西門鍾離閭丘東郭赫連澹臺"
)
COMPOUND = frozenset(re.findall("..", COMPOUND_NAMES))


def mask_phone(text: str) -> str:
    """A phone number with its middle hidden: 138****8000, 075****9999转***.

    Of 11 digits or more three in front and four behind are left, of 8 to 10 the last four, of 5 to 7 the last two, of
    fewer none: at least three are hidden. A mobile number's +86 does not count, an extension is hidden, and so is all
    that is no digit.
    """
    main = unicodedata.normalize("NFKC", text).strip()
    if not main:
        return ""
    extension = ""
    found = re.search(EXTENSION, main, re.IGNORECASE)
    if found:
        extension = found[0] + STAR * len(re.findall(r"[0-9]", main[found.end() :]))
        main = main[: found.start()]
    digits = re.sub(r"^(?:00)?86(?=1[3-9][0-9]{9}$)", "", re.sub(r"[^0-9]", "", main))
    front = digits[:3] if len(digits) >= 11 else ""
    behind = 4 if len(digits) >= 8 else 2 if len(digits) >= 5 else 0
    return f"{front}****{digits[-behind:] if behind else ''}{extension}"


def mask_name(text: str) -> str:
    """A name of which the family name is left, the rest hidden by at most two stars: 张*, 欧阳**, 阿**.

    The family name is the first character, or the first two where they are a compound one and more follows. Where it
    need not stand in front (John Smith, 阿依古丽·买买提, a company) the first character is left all the same.
    """
    name = unicodedata.normalize("NFKC", text).strip()
    if not name:
        return ""
    kept = 2 if name[:2] in COMPOUND and len(name) > 2 else 1
    return name[:kept] + STAR * min(max(len(name) - kept, 1), 2)


def mask_address(text: str, prefixes: Iterable[str] = ()) -> str:
    """An address of which the longest of these prefixes is left that it begins with, else its first two characters.

    prefixes: what everybody may know, as titles of areas: with 3号楼 among them 3号楼2单元501 is 3号楼***, else 3号***.
    Of a text of less than four characters no more than half is left. Whether anything follows is not to be seen.
    """
    address = unicodedata.normalize("NFKC", text).strip()
    if not address:
        return ""
    folded = [unicodedata.normalize("NFKC", prefix).strip() for prefix in prefixes]
    known = max((prefix for prefix in folded if address.startswith(prefix)), key=len, default="")
    return (known or address[: min(2, len(address) // 2)]) + STAR * 3


def find_personal(text: str) -> list[str]:
    """Kinds of personal numbers in a free text, `identity` before `phone`; [] where there are none.

    Full-width digits count. An identity number has 18 places with a date and a right check digit (GB 11643-1999), so
    that an order's number is not taken for one.
    """
    folded = unicodedata.normalize("NFKC", text)
    kinds = []
    for found in re.finditer(IDENTITY, folded):
        if check_identity(found[0]):
            kinds.append("identity")
            folded = folded.replace(found[0], " ")
            break
    if re.search(MOBILE, folded) or re.search(LANDLINE, folded):
        kinds.append("phone")
    return kinds


def check_identity(number: str) -> bool:
    """Whether the last place of an 18-place identity number is its check digit (GB 11643-1999, ISO 7064 MOD 11-2)."""
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], IDENTITY_WEIGHTS, strict=True))
    return "10X98765432"[total % 11] == number[17].upper()

"""Customers' data, hidden where it is shown: phones, names, addresses; and found where it should not be written.

Layer: rules, pure. Masking is for people's eyes; what is stored stays whole, in the private files.
"""

import re
import unicodedata

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


def mask_phone(text: str) -> str:
    """A phone number with its middle hidden: 138****8000, 0755-****9999转***; other text loses every digit but two.

    An 11-digit mobile number keeps three digits in front and four behind; a landline its area code and its last four
    (two of a short one); an extension is hidden. Blanks and hyphens between the digits of a mobile number are dropped.
    """
    folded = unicodedata.normalize("NFKC", text).strip()
    if not folded:
        return ""
    main, extension = folded, ""
    found = re.search(EXTENSION, folded, re.IGNORECASE)
    if found:
        main, extension = folded[: found.start()], folded[found.start() :]
    digits = re.sub(r"[^0-9]", "", main)
    local = digits[2:] if len(digits) == 13 and digits.startswith("861") else digits
    if re.fullmatch(r"1[3-9][0-9]{9}", local):
        masked = f"{local[:3]}****{local[-4:]}"
    else:
        area = re.match(r"\(?(0[1-9][0-9]{1,2})\)?[ -]", main)
        front = f"{area[1]}-" if area else ""
        kept = 4 if len(digits) >= 8 else 2 if len(digits) >= 5 else 0
        masked = f"{front}****{digits[-kept:] if kept else ''}"
    return masked + _mask_extension(extension)


def _mask_extension(text: str) -> str:
    found = re.match(EXTENSION, text, re.IGNORECASE)
    word = found[0] if found else ""
    return word + STAR * len(re.findall(r"[0-9]", text))


def mask_name(text: str) -> str:
    """A name with all but its first character hidden, by at most two stars: its length is no clue. 张*, 欧**."""
    name = text.strip()
    if not name:
        return ""
    return name[0] + STAR * min(max(len(name) - 1, 1), 2)


def mask_address(text: str) -> str:
    """An address up to its building; unit, floor and room are hidden: 示例小区3栋***, 3-2-501 gives 3-***.

    Where no building can be told, every digit is hidden, and a text without one loses its second half.
    """
    address = unicodedata.normalize("NFKC", text).strip()
    if not address:
        return ""
    number = "[0-9A-Za-z一二三四五六七八九十甲乙丙丁]+ ?"
    building = re.search(f"{number}(?:号?[栋幢座]|号楼)", address) or re.search(f"{number}号", address)
    if building:
        rest = address[building.end() :]
        return address[: building.end()] + (STAR * 3 if rest.strip() else "")
    dashes = re.search(r"[0-9]+(?=[-#/][0-9])", address)
    if dashes:
        return address[: dashes.end()] + "-" + STAR * 3
    if re.search(r"[0-9]", address):
        return re.sub(r"[0-9]+", STAR * 2, address)
    return address[: (len(address) + 1) // 2] + STAR * 3


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

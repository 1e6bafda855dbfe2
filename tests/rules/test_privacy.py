"""What a masked phone, name and address still shows; and which numbers a note should not hold."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatchctl.rules.privacy import find_personal, mask_address, mask_name, mask_phone

PHONES = {
    "138-0000-8000": "138****8000",
    "13800008000": "138****8000",
    "+86 138 0000 8000": "138****8000",
    "+86-13800008000": "138****8000",
    "0086 13800008000": "138****8000",
    "8613800008000": "138****8000",
    "１３８００００８０００": "138****8000",
    "(138) 0000.8000": "138****8000",
    "138-0000-8000（晚上）": "138****8000",
    "138-0000-8000/139-0000-9000": "138****9000",
    "0755-00009999": "075****9999",
    "0755 0000 9999 转 123": "075****9999转***",
    "(010)00001234": "010****1234",
    "010-00001234-5": "010****2345",
    "010-00001234 分机 8001": "010****1234分机****",
    "+86 10 0000 1234": "861****1234",
    "400-000-1234#2": "****1234#*",
    "+1 555 000 1234 ext. 77": "155****1234ext.**",
    "00001234": "****1234",
    "0001234": "****34",
    "12345": "****45",
    "6001": "****",
    "110": "****",
    "无": "****",
    "": "",
}


@pytest.mark.parametrize(("phone", "masked"), PHONES.items())
def test_phones(phone: str, masked: str) -> None:
    assert mask_phone(phone) == masked


@given(st.from_regex(r"(\+86 ?|\(0)?[0-9]{1,5}[ )-]?[0-9]{0,10}((转|#|ext)[0-9]{1,4})?", fullmatch=True))
def test_of_a_phone_at_most_seven_digits_are_left_and_three_hidden(phone: str) -> None:
    digits, left = (sum(char.isdigit() for char in text) for text in (phone, mask_phone(phone)))
    assert left <= min(7, max(0, digits - 3))


NAMES = {
    "张三": "张*",
    "张三丰": "张**",
    " 张 三 ": "张**",
    "张": "张*",
    "欧阳锋": "欧阳*",
    "欧阳示例": "欧阳**",
    "欧阳": "欧*",
    "司马女士": "司马**",
    "諸葛示例": "諸葛**",
    "王女士": "王**",
    "李先生": "李**",
    "张总": "张*",
    "小王": "小*",
    "陈（租户）": "陈**",
    "阿依古丽·买买提": "阿**",
    "买买提・吐尔逊": "买**",
    "尼玛扎西": "尼**",
    "John Smith": "J**",
    "SMITH, John": "S**",
    "Ｊｏｈｎ": "J**",
    "Madonna": "M**",
    "Li": "L*",
    "示例科技有限公司": "示**",
    "𠮷示例": "𠮷**",
    " ": "",
}


@pytest.mark.parametrize(("name", "masked"), NAMES.items())
def test_names(name: str, masked: str) -> None:
    assert mask_name(name) == masked


ADDRESSES = {
    "示例小区3栋2单元501": "示例***",
    "示例小区三栋二单元501室": "示例***",
    "幸福里小区别墅甲座": "幸福***",
    "示例路88号示例花园B座1203": "示例***",
    "示例路88号": "示例***",
    "云示例省示例县示例村委会旁": "云示***",
    "大堂左侧沙发": "大堂***",
    "大堂": "大***",
    "3号楼2单元501": "3号楼***",
    "３号楼２单元５０１": "3号楼***",
    "3号楼": "3号楼***",
    "13号楼501": "13***",
    "临3号楼501": "临3***",
    "3-2-501": "3-***",
    "3#501": "3#***",
    "501室": "50***",
    "501": "5***",
    "甲": "***",
    "Tower 3, Flat 501": "Tower 3***",
    "Flat 501, Tower 3": "Fl***",
    "12 Sample Street": "12***",
    "  示例花园7号  ": "示例花园***",
    "示例花园二期7号": "示例花园二期***",
    "𠮷示例村12组": "𠮷示***",
    "": "",
}
AREAS = ("3号楼", "Tower 3", "示例花园", "示例花园二期", "")  # what everybody may know


@pytest.mark.parametrize(("address", "masked"), ADDRESSES.items())
def test_addresses(address: str, masked: str) -> None:
    assert mask_address(address, AREAS) == masked


@given(st.text(max_size=20), st.lists(st.text(max_size=3), max_size=3))
def test_of_an_address_no_more_is_left_than_an_area_or_two_characters(address: str, areas: list[str]) -> None:
    folded = [unicodedata.normalize("NFKC", text).strip() for text in (address, *areas)]
    left = mask_address(address, areas).removesuffix("***")
    assert folded[0].startswith(left)
    assert left in folded[1:] or len(left) <= min(2, len(folded[0]) // 2)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("请联系13800000001张先生", ["phone"]),
        ("电话 138-0000-0001。", ["phone"]),
        ("电话：１３８０００００００１", ["phone"]),
        ("回电+8613800000001", ["phone"]),
        ("座机0755-80000001", ["phone"]),
        ("身份证11010519491231002X", ["identity"]),
        ("身份证11010519491231002x，手机138 0000 0001", ["identity", "phone"]),
        ("身份证110105194912310021", []),
        ("工单O-20261121-0007", []),
        ("流水2026112109300012345", []),
        ("2026-11-21 09:00 到场", []),
        ("金额1380.00元", []),
        ("更换阀门，厨房漏水", []),
        ("", []),
    ],
)
def test_personal_numbers_are_found_and_others_are_not(text: str, kinds: list[str]) -> None:
    assert find_personal(text) == kinds


@given(st.text(max_size=60))
def test_any_text_can_be_masked(text: str) -> None:
    mask_phone(text), mask_name(text), mask_address(text), find_personal(text)

"""What a masked phone, name and address still shows; and which numbers a note should not hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatchctl.rules.privacy import find_personal, mask_address, mask_name, mask_phone


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("138-0000-8000", "138****8000"),
        ("13800008000", "138****8000"),
        ("+86 138 0000 8000", "138****8000"),
        ("１３８００００８０００", "138****8000"),
        ("0755-00009999", "0755-****9999"),
        ("0755 0000 9999 转 123", "0755-****9999转***"),
        ("010-00001234-5", "010-****2345"),
        ("00001234", "****1234"),
        ("12345", "****45"),
        ("110", "****"),
        ("无", "****"),
        ("", ""),
    ],
)
def test_phones(phone: str, masked: str) -> None:
    assert mask_phone(phone) == masked


@given(st.from_regex(r"[0-9]{7,15}", fullmatch=True))
def test_a_masked_phone_never_shows_all_its_digits(phone: str) -> None:
    assert sum(char.isdigit() for char in mask_phone(phone)) <= min(7, len(phone) - 3)


@pytest.mark.parametrize(
    ("name", "masked"),
    [("张三", "张*"), ("张三丰", "张**"), ("欧阳某某", "欧**"), ("某", "某*"), ("Jane Sample", "J**"), (" ", "")],
)
def test_names(name: str, masked: str) -> None:
    assert mask_name(name) == masked


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        ("示例小区3栋2单元501", "示例小区3栋***"),
        ("示例小区三栋二单元501室", "示例小区三栋***"),
        ("示例路88号示例花园B座1203", "示例路88号示例花园B座***"),
        ("示例小区12号楼502", "示例小区12号楼***"),
        ("示例路88号3楼", "示例路88号***"),
        ("示例路88号", "示例路88号"),
        ("3-2-501", "3-***"),
        ("示例园3#501", "示例园3-***"),
        ("501室", "**室"),
        ("大堂左侧沙发", "大堂左***"),
        ("", ""),
    ],
)
def test_addresses(address: str, masked: str) -> None:
    assert mask_address(address) == masked


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

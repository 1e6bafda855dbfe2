"""Checks of the sections `charges`, `rewards` and `discipline`: facts there are, people that can be told, sane amounts.

Layer: policy. Its one job: what a rule about money or measures may say, told from the registers' pages and the clocks.
"""

from decimal import Decimal
from typing import Any

from dispatchctl.policy import vocabulary
from dispatchctl.policy.reading import Path, Sheet, show_word
from dispatchctl.policy.vocabulary import BREACH
from dispatchctl.registers import Pages
from dispatchctl.registers.ledger import MONEYLESS

HAND = "hand"
ORDERS = "orders"
HEAD = "department-head"
FACTS = "REGISTER.EVENT, breach.CLOCK, or hand"
#: section -> the kinds its rules may be of; the first is the default
KINDS = {
    "charges": ("fine", "compensation", "warning", "forfeit", "proposal"),
    "rewards": ("reward", "proposal"),
}
DEFAULT_APPROVER = "manager"

Charge = dict[str, Any]


def check_charges(sheet: Sheet, rules: dict[str, Any]) -> None:
    """Every charge and reward by itself; ids once over both, since an entry of the ledger names its rule by it."""
    seen: dict[str, str] = {}
    for section, kinds in KINDS.items():
        for index, charge in enumerate(rules[section]):
            path = (section, index)
            _check_id(sheet, path, charge, seen)
            _check_kind(sheet, path, charge, kinds)
            _check_money(sheet, path, charge)
            _check_deciders(sheet, path, charge, list(rules["roles"]))
            _check_count(sheet, path, charge)
            for key in ("also", "instead", "propose"):
                vocabulary.check_names(sheet, (*path, key), charge[key], list(charge[key]), "measure")
            found = _check_facts(sheet, path, charge, rules)
            _check_once(sheet, path, charge)
            if found == [HAND]:
                _check_hand(sheet, path, charge, rules)
            elif found:
                _check_who(sheet, path, charge, found)
                _check_when(sheet, path, charge["when"], found, rules)
                _check_unless(sheet, path, charge["unless"], found)
                _check_amount_field(sheet, path, charge["amount"], found)


def check_discipline(sheet: Sheet, rules: dict[str, Any]) -> None:
    """Each step once: the next one could not be told otherwise."""
    steps = rules["discipline"]["steps"]
    vocabulary.check_names(sheet, ("discipline", "steps"), steps, list(steps), "step")


def _check_id(sheet: Sheet, path: Path, charge: Charge, seen: dict[str, str]) -> None:
    name = charge["id"]
    if name is None:
        return
    if name in seen:
        message = f"{show_word(name)} stands twice, in {seen[name]} before"
        sheet.fault((*path, "id"), "named-twice", message, "once in charges and rewards")
    seen.setdefault(name, str(path[0]))


def _check_kind(sheet: Sheet, path: Path, charge: Charge, kinds: tuple[str, ...]) -> None:
    kind = charge["kind"] or kinds[0]
    if kind not in kinds:
        message = f"{kind} does not belong to {path[0]}"
        sheet.fault((*path, "kind"), "wrong-section", message, ", ".join(kinds))
        return
    if not sheet.is_sound(*path, "kind"):
        return
    if kind == "proposal" and not charge["propose"] and sheet.is_sound(*path, "propose"):
        sheet.fault(path, "no-proposal", "a proposal of nothing", "propose: what is proposed")
    if kind != "proposal" and charge["propose"]:
        message = f"a rule of kind {kind} proposes nothing"
        sheet.fault((*path, "propose"), "no-proposal", message, "kind: proposal, or also")
    for key in ("amount", "range"):
        if kind in MONEYLESS and charge[key]:
            message = f"a {kind} has no {key}"
            sheet.fault((*path, key), "no-money", message, "left out, or another kind")


def _check_money(sheet: Sheet, path: Path, charge: Charge) -> None:
    bounds = charge["range"]
    place = (*path, "range")
    if not bounds or not sheet.is_sound(*place):
        return
    if charge["amount"] is not None:
        sheet.fault(place, "amount-and-range", "a range beside an amount", "one of the two, or neither: left blank")
    elif len(bounds) != 2:
        message = f"{len(bounds)} amount{'' if len(bounds) == 1 else 's'}"
        sheet.fault(place, "bad-range", message, "two amounts: [lowest, highest]")
    elif Decimal(bounds[0]) > Decimal(bounds[1]):
        message = f"upside down: {bounds[0]} is more than {bounds[1]}"
        sheet.fault(place, "bad-range", message, "two amounts: [lowest, highest]")


def _check_deciders(sheet: Sheet, path: Path, charge: Charge, roles: list[str]) -> None:
    for key in ("proposer", "approver"):
        word = charge[key]
        if word is not None and word not in (HEAD, *roles):
            sheet.unknown((*path, key), "unknown-role", "role", word, [HEAD, *roles])
    if charge["approver"] is None and DEFAULT_APPROVER not in roles and sheet.is_sound(*path, "approver"):
        message = f"is required where there is no role {DEFAULT_APPROVER}, who approves by default"
        sheet.fault((*path, "approver"), "left-blank", message, ", ".join([HEAD, *roles]))


def _check_count(sheet: Sheet, path: Path, charge: Charge) -> None:
    nth, within = charge["from_nth"], charge["within"]
    if nth == 0:
        sheet.fault((*path, "from_nth"), "bad-count", "0 is the number of no event", "1 or more")
    elif nth is None and within != "ever" and sheet.is_sound(*path, "from_nth"):
        message = "nothing is counted without from_nth"
        sheet.fault((*path, "within"), "nothing-counted", message, "from_nth beside it, or left out")


def _check_facts(sheet: Sheet, path: Path, charge: Charge, rules: dict[str, Any]) -> list[str]:
    """What the rule is about: [HAND], or for each fact its register, a breach as `breach.REGISTER`; [] if faulty."""
    found: list[str] = []
    facts = charge["of"] or []
    place = (*path, "of")
    if not facts or not sheet.is_sound(*place):
        return []
    for index, word in enumerate(facts):
        if word in facts[:index]:
            sheet.fault((*place, index), "named-twice", f"{show_word(word)} stands twice", "once")
        elif word == HAND:
            found.append(HAND)
        else:
            found.append(_check_fact(sheet, (*place, index), word, rules))
    if HAND in found and len(facts) > 1:
        sheet.fault(place, "hand-and-facts", "hand stands beside other facts", "hand alone, or a rule of its own")
    return list(dict.fromkeys(found)) if sheet.is_sound(*place) and all(found) else []


def _check_once(sheet: Sheet, path: Path, charge: Charge) -> None:
    clocks = [word for word in charge["of"] or [] if word.startswith(f"{BREACH}.")]
    if charge["once"] and len(clocks) < 2 and sheet.is_sound(*path, "of"):
        message = "means nothing here: it chooses among several clocks that run side by side"
        sheet.fault((*path, "once"), "nothing-counted", message, "of: [breach.CLOCK, breach.CLOCK], or left out")


def _check_fact(sheet: Sheet, path: Path, word: str, rules: dict[str, Any]) -> str:
    pages = sheet.pages
    prefix, dot, name = word.partition(".")
    if not dot:
        known = [HAND, *(f"{each}.{event}" for each in pages.names for event in pages.events(each))]
        sheet.unknown(path, "unknown-fact", "fact", word, known, FACTS)
    elif prefix == BREACH:
        clocks = {clock["id"]: clock["of"] for clock in rules["clocks"] or () if clock["id"] is not None}
        if name not in clocks:
            sheet.unknown(path, "unknown-clock", "clock", name, list(clocks))
        elif clocks[name] in pages.names:
            return f"{BREACH}.{clocks[name]}"
    elif prefix not in pages.names:
        sheet.unknown(path, "unknown-register", "register", prefix, [BREACH, *pages.names])
    elif name not in pages.events(prefix):
        sheet.unknown(path, "unknown-event", f"event of {prefix}", name, list(pages.events(prefix)))
    else:
        return prefix
    return ""


def _check_hand(sheet: Sheet, path: Path, charge: Charge, rules: dict[str, Any]) -> None:
    """Who notices it names the person, the case and the sum, and judges whether it was often."""
    reasons = {
        "from_nth": "who notices it judges whether it was often",
        "who": "who notices it names the person",
        "unless": "there is no case whose events could excuse it",
    }
    for key, reason in reasons.items():
        if charge[key]:
            sheet.fault((*path, key), "not-by-hand", f"means nothing of hand: {reason}", "left out")
    for name, values in charge["when"].items():
        _check_condition(sheet, (*path, "when", name), name, values, [], rules)
    if str(charge["amount"]).startswith("field."):
        message = "there is no event whose amount it could be"
        sheet.fault((*path, "amount"), "not-by-hand", message, "an amount, a range, or left blank")


def _check_who(sheet: Sheet, path: Path, charge: Charge, found: list[str]) -> None:
    known = list_people(sheet.pages, found)
    if not charge["who"] and sheet.is_sound(*path, "who"):
        sheet.fault((*path, "who"), "left-blank", "is required, but of hand", ", ".join(known))
    for index, word in enumerate(charge["who"]):
        if word == "owner" and "owner" not in known:
            message = "owner is who owed a clock, and these are no breaches"
            sheet.fault((*path, "who", index), "unknown-person", message, ", ".join(known))
        elif word not in known:
            sheet.unknown((*path, "who", index), "unknown-person", "person", word, known)
        elif word in charge["who"][:index]:
            sheet.fault((*path, "who", index), "named-twice", f"{word} stands twice", "once")


def list_people(pages: Pages, found: list[str]) -> list[str]:
    """Whom a rule about these facts (`REGISTER` or `breach.REGISTER`) may name: words that each of them answers."""
    words = [_list_words(pages, register) for register in _list_registers(found)]
    known = [word for word in words[0] if all(word in others for others in words)]
    if all(fact.startswith(f"{BREACH}.") for fact in found):
        known.append("owner")
    return list(dict.fromkeys(known))


def _list_words(pages: Pages, register: str) -> list[str]:
    people = [field.name for field in pages.known(register).values() if field.type == "staff"]
    return [*people, *vocabulary.list_owner_words(pages.get(register), [])]


def _list_registers(found: list[str]) -> list[str]:
    return list(dict.fromkeys(fact.removeprefix(f"{BREACH}.") for fact in found))


def _check_when(sheet: Sheet, path: Path, when: dict[str, Any], found: list[str], rules: dict[str, Any]) -> None:
    for name, values in when.items():
        _check_condition(sheet, (*path, "when", name), name, values, _list_registers(found), rules)


def _check_condition(
    sheet: Sheet, path: Path, name: str, values: "list[str] | None", names: list[str], rules: dict[str, Any]
) -> None:
    """One condition: a field of the person, or of every one of the registers, and values there are."""
    prefix, dot, rest = name.partition(".")
    if dot and prefix == "staff":
        fields = sheet.pages.fields("staff")
        if rest not in fields:
            sheet.unknown(path, "unknown-field", "field of staff", rest, list(fields))
        else:
            vocabulary.check_values(sheet, path, fields[rest], values or [], rules)
        return
    if not names:
        sheet.fault(path, "unknown-field", "a rule of hand knows the person only", "staff.FIELD")
    for register in names:
        known = _list_fields(sheet.pages, register)
        field = sheet.pages.known(ORDERS if dot else register).get(rest or name)
        if field is None or name not in known:
            sheet.unknown(path, "unknown-field", f"field of {register}", name, known)
            return
        vocabulary.check_values(sheet, path, field, values or [], rules)
        if not sheet.is_sound(*path):
            return


def _list_fields(pages: Pages, register: str) -> list[str]:
    """What a condition may name of a case: its own fields, and those of the order it is about."""
    fields = [*pages.known(register)]
    if _is_under(pages, register, ORDERS):
        fields += [f"order.{name}" for name in pages.known(ORDERS)]
    return fields + [f"staff.{name}" for name in pages.fields("staff")]


def _check_unless(sheet: Sheet, path: Path, events: list[str], found: list[str]) -> None:
    names, pages = _list_registers(found), sheet.pages
    near = [
        each
        for each in pages.names
        if each in names or any(_is_under(pages, each, name) or _is_under(pages, name, each) for name in names)
    ]
    for index, word in enumerate(events):
        place = (*path, "unless", index)
        prefix, dot, name = word.rpartition(".")
        if dot and prefix not in near:
            message = f"{word} is no event of the same case, nor of one that it belongs to or that belongs to it"
            sheet.fault(place, "unrelated-event", message, f"events of {', '.join(near)}")
            continue
        owners = [prefix] if dot else names
        if not any(name in pages.events(owner) for owner in owners):
            known = [event for owner in owners for event in pages.events(owner)]
            sheet.unknown(place, "unknown-event", f"event of {' or '.join(owners)}", name, list(dict.fromkeys(known)))


def _is_under(pages: Pages, register: str, other: str) -> bool:
    """Whether a case of the register may belong to a case of the other."""
    link = pages.fields(register).get(pages.parent(register))
    return link is not None and link.of in ("", other)


def _check_amount_field(sheet: Sheet, path: Path, amount: "str | None", found: list[str]) -> None:
    if amount is None or not amount.startswith("field."):
        return
    name = amount.partition(".")[2]
    for register in _list_registers(found):
        fields = sheet.pages.fields(register)
        money = [field.name for field in fields.values() if field.type == "money" and not field.many]
        if name in money:
            continue
        place = (*path, "amount")
        if name in fields:
            allowed = ", ".join(money) or "no field of this register does"
            sheet.fault(place, "no-money", f"{name} of {register} holds no money", allowed)
        else:
            allowed = "" if money else "no field of this register holds money"
            sheet.unknown(place, "unknown-field", f"field of {register}", name, money, allowed)
        return

"""Check digits: resident identity numbers (GB 11643-1999) and unified social credit codes (GB 32100-2015)."""

import re
from datetime import date

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_USCC_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_ID = re.compile(r"\d{17}[\dX]")


def id_check_digit(first17: str) -> str:
    total = sum(int(c) * w for c, w in zip(first17, _ID_WEIGHTS, strict=True))
    return "10X98765432"[total % 11]


def is_resident_number(value: str) -> bool:
    """Length, date and checksum only; the county digits may be unassigned (contracts §4)."""
    value = value.upper()
    return (
        bool(_ID.fullmatch(value)) and birth_in(value) is not None and id_check_digit(value[:17]) == value[17]
    )


def birth_in(number: str) -> date | None:
    """The birth date written in a resident number, None when there is no such day."""
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def sex_in(number: str) -> str:
    return "男" if int(number[16]) % 2 else "女"


def uscc_check_digit(first17: str) -> str:
    total = sum(_USCC_CHARACTERS.index(c) * w for c, w in zip(first17, _USCC_WEIGHTS, strict=True))
    return _USCC_CHARACTERS[(31 - total % 31) % 31]


def is_uscc(value: str) -> bool:
    value = value.upper()
    known = len(value) == 18 and all(c in _USCC_CHARACTERS for c in value)
    return known and uscc_check_digit(value[:17]) == value[17]

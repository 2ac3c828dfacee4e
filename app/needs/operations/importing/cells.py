"""What stands in a cell, as text; and text as dates, money, whole numbers and words of closed lists."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

FORMULA = ("=", "+", "-", "@")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060\ufeff\ufffe\uffff]")
_DATE = re.compile(r"(\d{4})\D{1,2}(\d{1,2})\D{1,2}(\d{1,2})\D?|(\d{4})(\d{2})(\d{2})")
_AMOUNT = re.compile(r"-?\d{1,12}(\.\d{1,6})?")
_NEGATIVE = re.compile(r"-\d+(\.\d+)?")


def text_of(value: object) -> str:
    """A cell as text. Numbers lose a trailing .0, dates become ISO; what is no value counts as a formula."""
    if value is None:
        return ""
    if isinstance(value, str):
        return _CONTROL.sub("", value.replace("\xa0", " ").replace("\u3000", " ")).strip()
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return "="


def narrow(text: str) -> str:
    """Full-width digits and letters as people type them on a Chinese keyboard, made ordinary."""
    return unicodedata.normalize("NFKC", text)


def is_formula(text: str) -> bool:
    return text.startswith(FORMULA) and not _NEGATIVE.fullmatch(text)


def as_date(text: str) -> date | None:
    """1963-08-11, 1963.8.11, 1963年8月11日, 19630811; else None. Raises ValueError for a 13th month."""
    found = _DATE.fullmatch(narrow(text))
    if not found:
        return None
    parts = found.groups()[:3] if found.group(1) else found.groups()[3:]
    year, month, day = (int(p) for p in parts)
    if not 1 <= month <= 12:
        raise ValueError(f"没有 {month} 月")
    try:
        return date(year, month, day)
    except ValueError as error:
        raise ValueError(f"{month} 月没有 {day} 日") from error


def as_fen(text: str, *, yuan: bool) -> int | None:
    """Whole fen, exactly. None when it is no amount, or one with parts of a fen."""
    plain = narrow(text).replace(",", "").strip()
    if not _AMOUNT.fullmatch(plain):
        return None
    fen = Decimal(plain) * (100 if yuan else 1)
    return int(fen) if fen == fen.to_integral_value() else None


def as_count(text: str) -> int | None:
    plain = narrow(text)
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 10 else None


def as_choice(text: str, choices: Mapping[str, str]) -> str | None:
    """The code: typed as code, as word, or as the drop-down list writes both."""
    plain = narrow(text)
    if plain in choices:
        return plain
    head = plain.split(" ", 1)[0]
    for code, word in choices.items():
        if plain == narrow(word) or (head == code and plain == narrow(f"{code} {word}")):
            return code
    upper = plain.upper()
    return upper if upper in choices else None


def as_phone(text: str) -> str | None:
    """Digits only; None when it is neither a mobile number nor a landline with its area code."""
    digits = re.sub(r"[\s\-()]", "", narrow(text)).removeprefix("+86")
    return digits if re.fullmatch(r"1\d{10}|0\d{9,11}", digits) else None


def safe(text: str) -> str:
    """For cells that are written: text that a spreadsheet would run gets a quotation mark in front."""
    return f"'{text}" if text.startswith((*FORMULA, "\t", "\r", "\n")) else text

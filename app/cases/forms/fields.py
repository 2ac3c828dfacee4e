"""Fields that take what people really type: full-width digits, spaces, 2026.3.2 or 2026年3月2日."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

_SPACES = re.compile(r"[\s-]+")
_DAY = re.compile(r"(\d{4})\D(\d{1,2})\D(\d{1,2})\D?")
_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})")


def options(pairs: Iterable[tuple[Any, Any]], group: Any = None) -> list[SelectChoice]:
    """Codes and their words as choices of a list, perhaps under a heading."""
    return [SelectChoice(code, words, optgroup=group) for code, words in pairs]


def plain(text: str | None) -> str | None:
    """Full-width digits and letters become ordinary ones, and outer spaces go."""
    return unicodedata.normalize("NFKC", text).strip() if text else text


def stripped(text: str | None) -> str | None:
    """Chinese punctuation stays as typed, outer spaces go."""
    return text.strip() if text else text


def number(text: str | None) -> str | None:
    """A number as people type it: spaces and hyphens between the digits go."""
    return _SPACES.sub("", plain(text) or "").upper() if text else text


def read_day(text: str) -> date | None:
    """The day that is meant, None when there is no such day."""
    typed = plain(text) or ""
    found = _DAY.fullmatch(typed) or _DIGITS.fullmatch(typed)
    try:
        return date(*(int(part) for part in found.groups())) if found else None
    except ValueError:
        return None


class DayField(StringField):  # type: ignore[misc]
    """`data` is ISO text when it can be read, else what was typed."""

    data: str | None

    def process_formdata(self, valuelist: list[Any]) -> None:
        super().process_formdata(valuelist)
        found = read_day(self.data or "")
        if found is not None:
            self.data = found.isoformat()

    @property
    def day(self) -> date:
        """Raises ValueError before the field was validated."""
        return date.fromisoformat(self.data or "")


class ReadableDay:
    """Refuses what is no day; blank is left to InputRequired."""

    def __call__(self, form: Any, field: DayField) -> None:
        if field.data and read_day(field.data) is None:
            raise ValidationError(_("没有这一天。写成 2026-11-23 这样。"))


def fen_of(text: str | None) -> int | None:
    """Yuan as typed to whole fen, None when blank. Raises ValueError for what is no amount."""
    typed = (plain(text) or "").replace(",", "").removesuffix("元").strip()
    if not typed:
        return None
    try:
        fen = Decimal(typed) * 100
    except InvalidOperation as error:
        raise ValueError(typed) from error
    if fen < 0 or fen != fen.to_integral_value() or fen > 10**11:
        raise ValueError(typed)
    return int(fen)


class Amount:
    """Yuan, with at most two decimals."""

    def __call__(self, form: Any, field: Any) -> None:
        try:
            fen_of(field.data)
        except ValueError as error:
            raise ValidationError(_("写成 680 或 680.50 这样，单位是元。")) from error

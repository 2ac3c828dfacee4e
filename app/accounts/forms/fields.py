"""Fields of the public pages that take what people really type, and say in words what can't be read."""

import unicodedata
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import DateField, DecimalField, IntegerField
from wtforms.widgets import TextInput

DAY_FORMATS = ("%Y-%m-%d", "%Y.%m.%d", "%Y/%m/%d", "%Y年%m月%d日", "%Y%m%d")


def typed(valuelist: list[Any]) -> str:
    """Full-width digits become ordinary ones, and spaces go."""
    text = unicodedata.normalize("NFKC", str(valuelist[0])) if valuelist else ""
    return "".join(text.split())


class DayField(DateField):  # type: ignore[misc]
    """A day in any of DAY_FORMATS; browsers send the first."""

    data: Any

    def process_formdata(self, valuelist: list[Any]) -> None:
        text = typed(valuelist)
        self.data = None
        if not text:
            return
        for style in DAY_FORMATS:
            try:
                self.data = datetime.strptime(text, style).date()
            except ValueError:
                continue
            return
        raise ValueError(_("读不出是哪一天。写成 2026-12-05 这样。"))


class CountField(IntegerField):  # type: ignore[misc]
    """A whole number; `least` and `most` may be left open."""

    data: Any
    widget = TextInput()  # a number box would swallow what it does not like, without a word

    def __init__(
        self, label: Any, *, least: int | None = None, most: int | None = None, **other: Any
    ) -> None:
        kw = {"inputmode": "numeric", "autocomplete": "off", **other.pop("render_kw", {})}
        super().__init__(label, render_kw=kw, **other)
        self.least, self.most = least, most

    def process_formdata(self, valuelist: list[Any]) -> None:
        text = typed(valuelist)
        self.data = None
        if not text:
            return
        if not text.removeprefix("-").isdecimal() or len(text) > 9:
            raise ValueError(_("这里只写数字，例：2。"))
        self.data = int(text)
        if self.least is not None and self.most is not None and not self.least <= self.data <= self.most:
            raise ValueError(_("填 %(a)s 到 %(b)s。", a=self.least, b=self.most))


class YuanField(DecimalField):  # type: ignore[misc]
    """An amount as people write it: 1,200 or 1200元."""

    data: Any
    widget = TextInput()

    def process_formdata(self, valuelist: list[Any]) -> None:
        text = typed(valuelist).replace(",", "").removesuffix("元").removeprefix("¥")
        self.data = None
        if not text:
            return
        try:
            self.data = Decimal(text)
        except InvalidOperation as error:
            raise ValueError(_("这里只写数字，例：1200 或 1200.50。")) from error

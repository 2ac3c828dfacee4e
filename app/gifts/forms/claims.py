"""Claiming, promising, paying."""

from decimal import Decimal

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField
from wtforms.validators import InputRequired

from app.accounts.forms.fields import CountField, DayField, YuanField


class ClaimForm(FlaskForm):  # type: ignore[misc]
    ready_on = DayField(
        _("最早哪天能办"),
        description=_("大概的日子就行，县里联系你时再定。"),
        validators=[InputRequired(_("请选一天。"))],
    )
    promised = BooleanField(
        _("我不打听、不寻找、不公开这户人家"),
        description=_("东西和话都由县里和村里转交。"),
        validators=[InputRequired(_("请先答应：不打听、不寻找、不公开这户人家。"))],
    )


class PledgeForm(FlaskForm):  # type: ignore[misc]
    qty = CountField(_("给多少"), validators=[InputRequired(_("请填数量。"))])
    date_by = DayField(_("最晚哪天办到"), validators=[InputRequired(_("请选一天。"))])


class ManyForm(FlaskForm):  # type: ignore[misc]
    """One day for several claims; each is promised in full."""

    date_by = DayField(
        _("最晚哪天都办到"),
        description=_("30 天以内。选中的每一件都按还差的数量说定。"),
        validators=[InputRequired(_("请选一天。"))],
    )


class MoneyForm(FlaskForm):  # type: ignore[misc]
    """`project` is the filing's own number; its choices are the projects that may take this item today."""

    project = RadioField(_("付到哪个项目"), validators=[InputRequired(_("请选一个项目。"))])
    amount = YuanField(
        _("付多少（元）"),
        places=2,
        description=_("1 元到 20000 元。"),
        validators=[InputRequired(_("请填金额，只写数字，例：1200。"))],
        render_kw={"inputmode": "decimal", "autocomplete": "off"},
    )

    @property
    def fen(self) -> int:
        """0, which no payment may be, for an amount with parts of a fen."""
        yuan = Decimal(self.amount.data or 0)
        return int(yuan * 100) if yuan.is_finite() and yuan * 100 == int(yuan * 100) else 0

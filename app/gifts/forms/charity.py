"""A charity's filed project, and a purchase."""

from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from app.accounts.forms.fields import DayField
from app.gifts.operations.charity import Filing
from app.policy.catalogue import ITEMS


def _trimmed(text: str | None) -> str | None:
    return text.strip() if text else text


class FilingForm(FlaskForm):  # type: ignore[misc]
    name = StringField(
        _("项目名称"),
        description=_("和民政部门备案的一样。"),
        filters=[_trimmed],
        validators=[InputRequired(_("请填项目名称。")), Length(2, 60, _("项目名称 2 到 60 个字。"))],
    )
    filing_no = StringField(
        _("备案编号"),
        description=_("县里两位同志会拿它和“慈善中国”上的登记核对。"),
        filters=[_trimmed],
        validators=[InputRequired(_("请填备案编号。")), Length(4, 40, _("备案编号 4 到 40 个字符。"))],
    )
    purpose = TextAreaField(
        _("这个项目做什么"),
        filters=[_trimmed],
        validators=[InputRequired(_("请写这个项目做什么。")), Length(6, 200, _("写 6 到 200 个字。"))],
    )
    item_codes = SelectMultipleField(_("能用在哪些需求上"), validators=[InputRequired(_("至少选一样。"))])
    valid_from = DayField(_("从哪天有效"), validators=[InputRequired(_("请选一天。"))])
    valid_to = DayField(_("到哪天为止"), validators=[InputRequired(_("请选一天。"))])
    payee_account = StringField(
        _("你们的收款账户号"),
        description=_("支付平台上你们自己的账户，以 acct_ 开头。钱直接到这个账户，不经过平台。"),
        filters=[_trimmed],
        validators=[InputRequired(_("请填收款账户号。")), Length(max=70, message=_("收款账户号太长了。"))],
        render_kw={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.item_codes.choices = {i.code: i.name for i in ITEMS.values() if i.kind == "money"}

    def filing(self) -> Filing:
        return Filing(
            name=self.name.data,
            filing_no=self.filing_no.data,
            purpose=self.purpose.data,
            item_codes=tuple(self.item_codes.data),
            valid_from=self.valid_from.data,
            valid_to=self.valid_to.data,
            payee_account=self.payee_account.data,
        )


class PurchaseForm(FlaskForm):  # type: ignore[misc]
    what = StringField(
        _("买了什么、付了什么"),
        description=_("例：交了一学期的住宿费。不写人名、村名。"),
        validators=[
            InputRequired(_("请写买了什么、付了什么。")),
            Length(max=120, message=_("最多 120 字。")),
        ],
    )
    on = DayField(_("哪天"), validators=[InputRequired(_("请选一天。"))])

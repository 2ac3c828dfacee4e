"""A claim's steps: called, counted, handed over with a receipt, confirmed, or ended with a reason."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from app.accounts.forms.fields import CountField
from app.cases.forms.fields import stripped
from app.followup.models import RECEIPT_BY, RECEIPT_METHOD

_SIGNERS = [SelectChoice(code, word) for code, word in RECEIPT_BY.items()]
_METHODS = [SelectChoice(code, word) for code, word in RECEIPT_METHOD.items()]


class ContactForm(FlaskForm):  # type: ignore[misc]
    note = TextAreaField(
        _("说了什么（可不填）"),
        description=_("例：下周三送来，先要了尺寸。只留在工作台，不给对方看。"),
        filters=[stripped],
        validators=[Length(max=200, message=_("最多 200 个字。"))],
    )


class ReasonForm(FlaskForm):  # type: ignore[misc]
    """The sentence goes to the claimer as it stands."""

    reason = TextAreaField(
        _("为什么"),
        description=_("这句话会原样转告对方。不写户里的情况，也不责怪谁。"),
        filters=[stripped],
        validators=[
            InputRequired(_("请写明原因，会转告对方。")),
            Length(max=120, message=_("最多 120 个字。")),
        ],
    )


class ArriveForm(FlaskForm):  # type: ignore[misc]
    qty = CountField(_("点到几件"), least=1, most=99, validators=[InputRequired(_("请填点到几件。"))])
    agreed = BooleanField(_("比说定的少，已经和对方核对过"))


class HandOverForm(FlaskForm):  # type: ignore[misc]
    receipt_by = RadioField(
        _("谁签收的"),
        choices=_SIGNERS,
        validators=[InputRequired(_("请选是谁签收的。"))],
    )
    receipt_method = RadioField(
        _("怎么签的"),
        choices=_METHODS,
        validators=[InputRequired(_("请选怎么签的。"))],
    )
    receipt_name = StringField(
        _("签收人姓名"),
        description=_("只存在工作台，送东西的人看不到。"),
        filters=[stripped],
        validators=[InputRequired(_("请写签收人姓名。")), Length(max=30, message=_("最多 30 个字。"))],
        render_kw={"autocomplete": "off"},
    )


class ConfirmForm(FlaskForm):  # type: ignore[misc]
    qty = CountField(
        _("合用几件（次、笔）"),
        description=_("只问一句：合用吗。合用几件就写几件。"),
        least=1,
        most=99,
        validators=[InputRequired(_("请填合用几件。"))],
    )


class DisputeForm(FlaskForm):  # type: ignore[misc]
    reason = TextAreaField(
        _("哪里不合用"),
        description=_("照家里说的写。例：门槛高，坡道板短了一截。"),
        filters=[stripped],
        validators=[
            InputRequired(_("请写明哪里不合用。")),
            Length(max=200, message=_("最多 200 个字。")),
        ],
    )

"""Forms of the cascade: an outcome, a rejection, an urgent bypass, a responsible unit."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import HiddenInput

from app.accounts.forms.fields import CountField
from app.cases.forms.fields import options
from app.needs.models import OUTCOMES
from app.policy.lists import BYPASS_REASONS


class OutcomeForm(FlaskForm):  # type: ignore[misc]
    """What step ①, ② or ④ did. `covered_qty` is asked only for 解决一部分."""

    stage = IntegerField(widget=HiddenInput(), validators=[Optional()])

    outcome = RadioField(
        _("结果"), choices=options(OUTCOMES.items()), validators=[InputRequired(_("请选一种结果。"))]
    )
    covered_qty = CountField(
        _("解决了几件（次、笔）"),
        description=_("只在“解决一部分”时填。"),
        least=0,
        most=99,
        validators=[Optional()],
    )
    basis = StringField(
        _("依据"),
        description=_("哪项政策，或者单位做了什么。例：困难残疾人辅具补贴，已申领 1 件。"),
        validators=[
            InputRequired(_("请写依据：哪项政策，或者单位做了什么。")),
            Length(max=120, message=_("最多 120 个字。")),
        ],
    )
    note = TextAreaField(_("还要说的（可不填）"), validators=[Length(max=400, message=_("最多 400 个字。"))])


class ReasonForm(FlaskForm):  # type: ignore[misc]
    reason = TextAreaField(
        _("哪里不对"),
        description=_("写一句，记的同志会看到。"),
        validators=[InputRequired(_("退回要写明哪里不对。")), Length(max=200, message=_("最多 200 个字。"))],
    )


class BypassForm(FlaskForm):  # type: ignore[misc]
    reason_code = RadioField(
        _("属于哪一种"), choices=options(BYPASS_REASONS.items()), validators=[InputRequired(_("请选一种。"))]
    )
    reason = TextAreaField(
        _("为什么等不得"),
        description=_("批的同志看这一句决定。前两步照样要办，期限不变。"),
        validators=[InputRequired(_("请写明为什么等不得。")), Length(6, 200, _("写 6 到 200 个字。"))],
    )


class UnitForm(FlaskForm):  # type: ignore[misc]
    unit_id = SelectField(_("包抓单位"), coerce=int, validators=[InputRequired(_("请选一个单位。"))])

"""The county's desks: what the batch suggests, a charity's project against the register, the switch."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from app.cases.forms.fields import stripped


class SendForm(FlaskForm):  # type: ignore[misc]
    reason = StringField(
        _("跳过排在前面的，为什么"),
        description=_("按次序发就不用写。"),
        filters=[stripped],
        validators=[Length(max=120, message=_("最多 120 个字。"))],
        render_kw={"autocomplete": "off"},
    )


class ForbidForm(FlaskForm):  # type: ignore[misc]
    reason = StringField(
        _("为什么不合适"),
        description=_("只留在县里，不告诉对方，也不告诉这户。"),
        filters=[stripped],
        validators=[
            InputRequired(_("请写一句为什么不合适。")),
            Length(max=120, message=_("最多 120 个字。")),
        ],
        render_kw={"autocomplete": "off"},
    )


class GiveBackForm(FlaskForm):  # type: ignore[misc]
    reason = TextAreaField(
        _("哪里对不上"),
        description=_("这句话会原样转告这家慈善组织。"),
        filters=[stripped],
        validators=[
            InputRequired(_("退回要写明哪里对不上，会转告对方。")),
            Length(max=200, message=_("最多 200 个字。")),
        ],
    )


class SwitchForm(FlaskForm):  # type: ignore[misc]
    on = RadioField(
        _("本县的网上付款"),
        choices=[SelectChoice("1", _("开")), SelectChoice("0", _("关"))],
        validators=[InputRequired(_("请选开或者关。"))],
    )

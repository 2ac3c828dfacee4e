"""A partner's own password, phone and skills."""

from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import PasswordField, SelectMultipleField, StringField
from wtforms.validators import EqualTo, InputRequired, Length

from app.accounts.forms.partners import number, plain
from app.accounts.models.partners import LANGUAGES, SKILLS, TIMES
from app.accounts.operations.own import Contact


class PasswordForm(FlaskForm):  # type: ignore[misc]
    old = PasswordField(
        _("现在的密码"),
        validators=[InputRequired(_("请输现在的密码。"))],
        render_kw={"autocomplete": "current-password"},
    )
    password = PasswordField(
        _("新密码"),
        description=_("至少 10 个字符，不要带登录名。"),
        validators=[
            InputRequired(_("请设一个新密码。")),
            Length(min=10, message=_("密码至少要 10 个字符。")),
        ],
        render_kw={"autocomplete": "new-password"},
    )
    again = PasswordField(
        _("再输一遍新密码"),
        validators=[EqualTo("password", _("两次输的不一样，请再输一遍。"))],
        render_kw={"autocomplete": "new-password"},
    )


class _Phone(FlaskForm):  # type: ignore[misc]
    phone = StringField(
        _("联系电话"),
        description=_("县里约时间时打这个电话，不公开。"),
        filters=[number],
        validators=[InputRequired(_("请填联系电话。")), Length(max=20, message=_("电话太长了。"))],
        render_kw={"inputmode": "tel", "autocomplete": "tel"},
    )


class VolunteerContact(_Phone):
    skills = SelectMultipleField(_("你会什么"), choices=SKILLS)
    languages = SelectMultipleField(_("会说"), choices=LANGUAGES)
    times = SelectMultipleField(_("什么时候有空"), choices=TIMES)

    def contact_given(self) -> Contact:
        return Contact(
            phone=self.phone.data,
            skills=tuple(self.skills.data or ()),
            languages=tuple(self.languages.data or ()),
            times=tuple(self.times.data or ()),
        )


class OrganisationContact(_Phone):
    contact = StringField(
        _("联系人"),
        filters=[plain],
        validators=[InputRequired(_("请填联系人。")), Length(2, 40, _("联系人写 2 到 40 个字。"))],
    )

    def contact_given(self) -> Contact:
        return Contact(phone=self.phone.data, contact=self.contact.data)


def contact_form(kind: str, **known: Any) -> VolunteerContact | OrganisationContact:
    form = VolunteerContact if kind == "volunteer" else OrganisationContact
    return form(**known)

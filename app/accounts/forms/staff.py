"""What the platform's administrator types: an account, a post, a unit, a last day, a password."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    PasswordField,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.validators import EqualTo, InputRequired, Length, Regexp, ValidationError

from app.accounts.forms.partners import number, plain
from app.accounts.models.office import UNIT_KINDS
from app.policy.actors import OFFICE_ROLES, ROLE_LABELS, Role
from app.policy.catalogue import ACTIONS
from app.policy.numbers import is_resident_number
from app.policy.regions import counties

UNIT_KIND_LABELS = {
    "swd": "社会工作部",
    "dept": "部门",
    "township_gov": "乡镇（街道）政府",
    "village_committee": "村（居）委会",
    "station": "社工站",
    "party_org": "党群机关",
    "mass_org": "群团组织",
    "other": "其他",
}


class PostForm(FlaskForm):  # type: ignore[misc]
    role = SelectField(_("岗位"), choices={r.value: ROLE_LABELS[r] for r in OFFICE_ROLES})
    place = StringField(
        _("管哪里"),
        description=_("从县写起，用空格隔开：红寺堡区 红寺堡镇 梨花村。也可以写区划代码。平台管理员不用填。"),
        filters=[plain],
        validators=[Length(max=60, message=_("最多 60 个字。"))],
    )
    unit = StringField(
        _("单位"),
        description=_("部门和包抓单位的同志要填，写单位表里的全名。"),
        filters=[plain],
        validators=[Length(max=60, message=_("最多 60 个字。"))],
        render_kw={"list": "units"},
    )

    def validate_unit(self, field: StringField) -> None:
        """These two act for a unit and see what is the unit's."""
        if self.role.data in (Role.COUNTY_DEPT, Role.DUTY_OFFICER) and not field.data:
            raise ValidationError(_("部门和包抓单位的同志要写单位。"))


class _NewPassword(FlaskForm):  # type: ignore[misc]
    password = PasswordField(
        _("密码"),
        description=_("至少 10 个字符。当面或打电话告诉本人，不要发在群里。"),
        validators=[InputRequired(_("请设一个密码。")), Length(min=10, message=_("密码至少要 10 个字符。"))],
        render_kw={"autocomplete": "new-password"},
    )
    again = PasswordField(
        _("再输一遍密码"),
        validators=[EqualTo("password", _("两次输的不一样，请再输一遍。"))],
        render_kw={"autocomplete": "new-password"},
    )


class PasswordForm(_NewPassword):
    """A new password for somebody who has forgotten the old one."""


class OfficerForm(PostForm, _NewPassword):
    login = StringField(
        _("登录名"),
        description=_("2 到 40 个字母、数字或下划线。"),
        filters=[plain],
        validators=[
            InputRequired(_("请写登录名。")),
            Regexp(r"^[A-Za-z0-9_]{2,40}$", message=_("登录名用 2 到 40 个字母、数字或下划线。")),
        ],
        render_kw={"autocomplete": "off", "autocapitalize": "none"},
    )
    name = StringField(
        _("姓名"),
        description=_("同事看得到。"),
        filters=[plain],
        validators=[InputRequired(_("请写姓名。")), Length(max=20, message=_("最多 20 个字。"))],
    )
    id_no = StringField(
        _("身份证号"),
        description=_("不存原号，只用来认出同一个人的两个账号，免得自己核自己。没有就空着。"),
        filters=[number],
    )

    def validate_id_no(self, field: StringField) -> None:
        if field.data and not is_resident_number(field.data):
            raise ValidationError(_("身份证号不对，请逐位核对。"))


class UnitForm(FlaskForm):  # type: ignore[misc]
    name = StringField(
        _("单位全名"),
        filters=[plain],
        validators=[InputRequired(_("请写单位全名。")), Length(max=40, message=_("最多 40 个字。"))],
    )
    kind = SelectField(_("哪一种"), choices={k: UNIT_KIND_LABELS[k] for k in UNIT_KINDS})
    county = SelectField(_("哪个县"), choices={c.code: c.name for c in counties()})
    actions = SelectMultipleField(
        _("管十二类里的哪几类"), choices={str(a.no): f"{a.no} · {a.name}" for a in ACTIONS.values()}
    )
    safeguarding = BooleanField(
        _("给公布前的保护意见"), description=_("妇联、卫健、民政才勾。涉及孩子和少见情况的，要它看过。")
    )
    finance = BooleanField(
        _("答复第④步"), description=_("财政局才勾。前三步都没有办法的，请它看有没有现有渠道。")
    )


class EndPostForm(FlaskForm):  # type: ignore[misc]
    last_day = DateField(_("最后一天"), validators=[InputRequired(_("请选最后一天。"))])

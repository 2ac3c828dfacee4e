"""A household written down by hand, in short steps on a phone."""

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional, Regexp, ValidationError

from app.cases.forms.fields import (
    Amount,
    DayField,
    ReadableDay,
    fen_of,
    number,
    options,
    plain,
    read_day,
    stripped,
)
from app.cases.operations.amending import Facts
from app.cases.operations.opening import NewMember
from app.policy import lists
from app.policy.numbers import birth_in, is_resident_number, sex_in

HEAD = "本人"
NONE = options([("", _("没有"))])
UNKNOWN = options([("", _("不填"))])


def _later(label: Any) -> TextAreaField:
    return TextAreaField(
        label,
        filters=[stripped],
        validators=[
            InputRequired(_("这一项要写，没有就写“没有”。")),
            Length(max=400, message=_("最多 400 个字。")),
        ],
    )


class HouseholdForm(FlaskForm):  # type: ignore[misc]
    """Step 1. The village is the worker's own and is not asked."""

    category = RadioField(
        _("属于哪一类"),
        description=_("按看到的选一类，乡镇认定时再定。"),
        choices=options(lists.CATEGORY.items()),
        validators=[InputRequired(_("请选一类。"))],
    )
    dibao_kind = RadioField(
        _("现在的低保"),
        choices=options(lists.DIBAO_KIND.items()),
        validators=[InputRequired(_("请选一项。"))],
    )
    monthly_income = StringField(
        _("全家一个月收入（元，可不填）"),
        description=_("低保金、养老金、打工都算。"),
        filters=[plain],
        validators=[Amount()],
        render_kw={"inputmode": "decimal", "autocomplete": "off"},
    )
    phone = StringField(
        _("联系电话（可不填）"),
        filters=[number],
        validators=[Optional(), Regexp(r"^1\d{10}$|^0\d{9,11}$", message=_("手机号要 11 位，座机带区号。"))],
        render_kw={"inputmode": "tel", "autocomplete": "off"},
    )
    address_detail = StringField(
        _("住在哪里"),
        description=_("村民小组、门牌。只在工作台看得到，永远不公布。"),
        filters=[stripped],
        validators=[
            InputRequired(_("请写住在哪个小组、哪一户。")),
            Length(max=80, message=_("最多 80 个字。")),
        ],
        render_kw={"autocomplete": "off"},
    )
    narrative = TextAreaField(
        _("家里的情况"),
        description=_("谁在照护谁，最难的是什么。两三句就够，永远不公布。"),
        filters=[stripped],
        validators=[InputRequired(_("请写两三句。")), Length(4, 600, _("写 4 到 600 个字。"))],
    )

    def income_fen(self) -> int | None:
        return fen_of(self.monthly_income.data)


class MemberForm(FlaskForm):  # type: ignore[misc]
    """Step 2, one person at a time."""

    relation = SelectField(
        _("和户主的关系"),
        choices=options(lists.RELATION.items()),
        validators=[InputRequired(_("请选关系。"))],
    )
    name = StringField(
        _("姓名"),
        filters=[plain],
        validators=[InputRequired(_("请写姓名。")), Length(1, 30, _("最多 30 个字。"))],
        render_kw={"autocomplete": "off"},
    )
    id_no = StringField(
        _("身份证号"),
        description=_("户主要填。其他人手边没有，可以先空着，以后补。"),
        filters=[number],
        render_kw={"autocomplete": "off", "inputmode": "text", "autocapitalize": "characters"},
    )
    birth_date = DayField(
        _("出生日期"),
        description=_("填了身份证号就不用填。例：1958-04-05。"),
        validators=[ReadableDay()],
        render_kw={"autocomplete": "off", "inputmode": "numeric"},
    )
    sex = RadioField(
        _("性别"), choices=UNKNOWN + options(lists.SEX.items()), default="", validate_choice=True
    )
    disability_type = SelectField(_("残疾证上的类别"), choices=NONE + options(lists.DISABILITY_TYPE.items()))
    disability_grade = SelectField(_("残疾等级"), choices=NONE + options(lists.DISABILITY_GRADE.items()))
    disease_code = SelectField(_("重病或慢性病"), choices=NONE + options(lists.DISEASE.items()))
    school_stage = SelectField(_("在上学"), choices=NONE + options(lists.SCHOOL_STAGE.items()))
    employment = SelectField(_("在做什么"), choices=UNKNOWN + options(lists.EMPLOYMENT.items()))

    def validate_id_no(self, field: Any) -> None:
        if field.data and not is_resident_number(field.data):
            raise ValidationError(_("身份证号不对：要 18 位，请照着证件再看一遍。"))
        if not field.data and self.relation.data == HEAD:
            raise ValidationError(_("户主的身份证号要填。"))

    def validate_birth_date(self, field: Any) -> None:
        born = read_day(field.data or "")
        written = (
            birth_in(self.id_no.data) if self.id_no.data and is_resident_number(self.id_no.data) else None
        )
        if born and written and born != written:
            raise ValidationError(_("和身份证号里的出生日期不一样。请核对证件。"))
        if not born and not written and not self.id_no.data:
            raise ValidationError(_("没有身份证号时，请写出生日期。"))

    def validate_disability_grade(self, field: Any) -> None:
        if bool(field.data) != bool(self.disability_type.data):
            raise ValidationError(_("残疾类别和等级要么都填，要么都不填。"))

    def born_by(self, day: date) -> bool:
        """False when the birth date lies after that day."""
        return self._birth() <= day.isoformat()

    def _birth(self) -> str:
        if self.birth_date.data:
            return str(self.birth_date.data)
        found = birth_in(self.id_no.data or "0" * 18)
        return found.isoformat() if found else ""

    def member(self, serial: int) -> NewMember:
        """The person as typed; birth and sex from the number where they were left out."""
        number_typed = self.id_no.data or ""
        return NewMember(
            member_ref=f"M{serial}",
            relation=self.relation.data,
            name=self.name.data or "",
            id_no=number_typed,
            sex=self.sex.data or (sex_in(number_typed) if number_typed else ""),
            birth_date=self._birth(),
            disability_type=self.disability_type.data or "",
            disability_grade=int(self.disability_grade.data) if self.disability_grade.data else None,
            disease_code=self.disease_code.data or "",
            school_stage=self.school_stage.data or "",
            employment=self.employment.data or "",
        )


class LaterMemberForm(MemberForm):
    """A person of a household that is on the register already."""

    status = RadioField(
        _("现在在不在家"),
        choices=options(lists.MEMBER_STATUS.items()),
        default="alive_here",
        validators=[InputRequired(_("请选一项。"))],
    )


class WhereaboutsForm(FlaskForm):  # type: ignore[misc]
    """What may change after filing too."""

    status = RadioField(
        _("现在在不在家"),
        choices=options(lists.MEMBER_STATUS.items()),
        validators=[InputRequired(_("请选一项。"))],
    )


class AmendForm(HouseholdForm):
    """Step 1 again, with the four conditions once they have been written."""

    cond_a = _later(_("一、现有政策享受了哪些"))
    cond_b = _later(_("二、该赡养、抚养的人尽到了没有"))
    cond_c = _later(_("三、还有什么难处"))
    cond_d = _later(_("四、家里自己为什么解决不了"))
    supporter_check = RadioField(
        _("赡养、抚养义务"),
        choices=options(lists.SUPPORTER_CHECK.items()),
        validators=[InputRequired(_("请选一项。"))],
    )

    def facts(self) -> Facts:
        def said(name: str) -> str | None:
            return self[name].data if name in self else None

        return Facts(
            category=self.category.data,
            dibao_kind=self.dibao_kind.data,
            address_detail=self.address_detail.data,
            narrative=self.narrative.data,
            phone=self.phone.data or "",
            monthly_income_fen=self.income_fen(),
            cond_a=said("cond_a"),
            cond_b=said("cond_b"),
            cond_c=said("cond_c"),
            cond_d=said("cond_d"),
            supporter_check=said("supporter_check"),
        )


class ConfirmForm(FlaskForm):  # type: ignore[misc]
    """A press of a button, with nothing to fill in."""

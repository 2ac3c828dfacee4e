"""A pairing's steps: the household's yes, the plan, the end; and the minutes of a visit."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from app.accounts.forms.fields import CountField
from app.accounts.models.partners import CADENCE
from app.cases.forms.fields import DayField, ReadableDay, number, stripped
from app.cases.forms.sheet import ConsentForm
from app.followup.operations.pairings import Answer, PairPlan

_PLAIN = {"autocomplete": "off"}


class AgreeForm(ConsentForm):
    """The two consents are asked together; the guardian's where a child is concerned."""

    def answer(self) -> Answer:
        return Answer(
            True,
            capacity=self.capacity.data,
            method=self.method.data,
            given_by=self.given_by.data or "",
            witness=self.witness.data or "",
            proxy_reason=self.proxy_reason.data or "",
        )


def _times(label: object, hint: object) -> CountField:
    needed = InputRequired(_("请填次数。"))
    return CountField(label, description=hint, least=1, most=99, validators=[needed])


def _short(label: object, hint: object, missing: object = "", longest: int = 30) -> StringField:
    needed = [InputRequired(missing)] if missing else []
    limit = Length(max=longest, message=_("最多 %(n)s 个字。", n=longest))
    return StringField(
        label, description=hint, filters=[stripped], validators=[*needed, limit], render_kw=_PLAIN
    )


class PlanForm(FlaskForm):  # type: ignore[misc]
    cadence = SelectField(_("多久一次"), choices=[SelectChoice(code, word) for code, word in CADENCE.items()])
    contacts_min = _times(_("一年联系几次"), _("至少 4 次，电话也算。"))
    visits_min = _times(_("一年见面几次"), _("至少 2 次。"))
    liaison_name = _short(_("村里谁来联系"), _("志愿者只找他，不找家里。"), _("请写村里谁来联系。"))
    liaison_phone = StringField(
        _("联系人的工作电话"),
        description=_("对方会看到。不写家里的电话。"),
        filters=[number],
        validators=[
            InputRequired(_("请写联系人的工作电话。")),
            Length(7, 20, _("电话写全，7 到 20 位。")),
        ],
        render_kw={"inputmode": "tel", "autocomplete": "off"},
    )
    meeting_point = _short(
        _("第一次在哪里见"),
        _("写县里的公共地方，不写村名和门牌。例：县社会工作服务中心。"),
        _("请写第一次在哪里见。"),
        40,
    )
    first_on = DayField(
        _("第一次见面是哪天"),
        description=_("联系人陪着去。"),
        validators=[InputRequired(_("请写日期。")), ReadableDay()],
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
    )
    second_adult = _short(_("第二位核验过的成年人"), _("涉及孩子时要写：两位一起去。"))
    social_worker = _short(_("跟着的社工"), _("涉及孩子时要写。"))

    def plan(self) -> PairPlan:
        return PairPlan(
            cadence=self.cadence.data,
            contacts_min=self.contacts_min.data or 0,
            visits_min=self.visits_min.data or 0,
            liaison_name=self.liaison_name.data or "",
            liaison_phone=self.liaison_phone.data or "",
            meeting_point=self.meeting_point.data or "",
            first_on=self.first_on.day,
            second_adult=self.second_adult.data or "",
            social_worker=self.social_worker.data or "",
        )


class EndForm(FlaskForm):  # type: ignore[misc]
    how = RadioField(
        _("怎样结束"),
        choices=[
            SelectChoice("met", _("要办的办成了，请村里问家里确认")),
            SelectChoice("stop", _("停下，这一项重新找人")),
        ],
        validators=[InputRequired(_("请选怎样结束。"))],
    )
    reason = TextAreaField(
        _("说一句（可不填）"),
        description=_("只留在工作台。"),
        filters=[stripped],
        validators=[Length(max=200, message=_("最多 200 个字。"))],
    )


class MinutesForm(FlaskForm):  # type: ignore[misc]
    minutes = CountField(
        _("一共多少分钟"),
        description=_("和家里说的一样就不用改；短一些，照家里说的写。"),
        least=1,
        most=480,
        validators=[InputRequired(_("请填多少分钟。"))],
    )

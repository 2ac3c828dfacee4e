"""Evaluation, reopening, the answer to an objection, a look at masked fields, a number that was missing."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import RadioField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from app.accounts.forms.fields import CountField
from app.cases.forms.fields import DayField, ReadableDay, number, options, stripped
from app.cases.operations.entry import Vote


def _people(label: object, hint: object = "") -> CountField:
    needed = InputRequired(_("请填人数，没有就填 0。"))
    return CountField(label, description=hint, least=0, most=500, validators=[needed])


class EvaluationForm(FlaskForm):  # type: ignore[misc]
    held_on = DayField(
        _("哪天开的会"),
        validators=[InputRequired(_("请写日期。")), ReadableDay()],
        render_kw={"inputmode": "numeric"},
    )
    chair = StringField(
        _("谁主持"),
        filters=[stripped],
        validators=[InputRequired(_("请写主持人。")), Length(max=30, message=_("最多 30 个字。"))],
        render_kw={"autocomplete": "off"},
    )
    attendees_n = _people(_("到会几人"))
    recused_n = _people(_("回避几人"), _("和这户是亲戚的，到会也不表决。"))
    votes_for = _people(_("同意"))
    votes_against = _people(_("不同意"))
    votes_abstain = _people(_("弃权"))
    minutes = TextAreaField(
        _("会议记录"),
        description=_("大家说了什么，为什么这样定。"),
        filters=[stripped],
        validators=[InputRequired(_("请写会议记录。")), Length(4, 1000, _("写 4 到 1000 个字。"))],
    )

    def vote(self) -> Vote:
        return Vote(
            held_on=self.held_on.day,
            chair=self.chair.data or "",
            attendees_n=self.attendees_n.data or 0,
            recused_n=self.recused_n.data or 0,
            votes_for=self.votes_for.data or 0,
            votes_against=self.votes_against.data or 0,
            votes_abstain=self.votes_abstain.data or 0,
            minutes=self.minutes.data or "",
        )


class ReopenForm(FlaskForm):  # type: ignore[misc]
    facts = TextAreaField(
        _("有什么新情况"),
        description=_("上次的评议结果会留着，谁都看得到。"),
        filters=[stripped],
        validators=[InputRequired(_("请写明有什么新情况。")), Length(max=300, message=_("最多 300 个字。"))],
    )


class ObjectionForm(FlaskForm):  # type: ignore[misc]
    stand = RadioField(
        _("乡镇再研究的结论"),
        choices=options([("reaffirm", _("维持认定，进下一批再报")), ("withdraw", _("撤回认定"))]),
        validators=[InputRequired(_("请选一种结论。"))],
    )
    answer = TextAreaField(
        _("答复"),
        description=_("县里和村里都会看到。撤回的，村里要讲给这户人家听。"),
        filters=[stripped],
        validators=[
            InputRequired(_("请写明乡镇再研究的意见。")),
            Length(max=400, message=_("最多 400 个字。")),
        ],
    )


class RevealForm(FlaskForm):  # type: ignore[misc]
    reason = StringField(
        _("为什么要看"),
        description=_("例：核对备案材料。会记下谁、什么时候、为什么。"),
        filters=[stripped],
        validators=[InputRequired(_("请写明事由。")), Length(max=120, message=_("最多 120 个字。"))],
        render_kw={"autocomplete": "off"},
    )


class NumberForm(FlaskForm):  # type: ignore[misc]
    id_no = StringField(
        _("身份证号"),
        filters=[number],
        validators=[InputRequired(_("请填身份证号。"))],
        render_kw={"autocomplete": "off", "autocapitalize": "characters"},
    )

"""Forms of the list of difficulties and needs, of the township's decision and of the county's filing."""

from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from app.accounts.forms.fields import CountField
from app.cases.forms.fields import Amount, DayField, ReadableDay, fen_of, options, plain, stripped
from app.needs.operations.entry import NewNeed
from app.policy import lists
from app.policy.catalogue import ACTIONS, ITEMS

YES, NO = "yes", "no"
_RHYTHM = {word: code for code, word in lists.FREQUENCY.items()}
URGENCY = options(
    [
        ("urgent", _("急：7 天内")),
        ("important", _("重：30 天内")),
        ("deferred", _("缓：90 天内")),
        ("low", _("轻：不赶时间")),
    ]
)


def _by_action() -> list[SelectChoice]:
    """The catalogue as a list to pick from, under the twelve actions."""
    found = options([("", _("请选"))])
    for action in ACTIONS.values():
        found += options(((i.code, i.name) for i in ITEMS.values() if i.action_no == action.no), action.name)
    return found


class DifficultyForm(FlaskForm):  # type: ignore[misc]
    kind = SelectField(
        _("哪方面的困难"),
        choices=options(lists.DIFFICULTY.items()),
        validators=[InputRequired(_("请选一项。"))],
    )
    detail = StringField(
        _("怎么难的（可不填）"),
        filters=[stripped],
        validators=[Length(max=200, message=_("最多 200 个字。"))],
        render_kw={"autocomplete": "off"},
    )


class NeedForm(FlaskForm):  # type: ignore[misc]
    item_code = SelectField(
        _("缺什么"),
        choices=_by_action(),
        validators=[InputRequired(_("请从目录里选一项。"))],
    )
    option = SelectField(
        _("大小、学段或多久一次（没有就不选）"),
        choices=options([("", _("不用选"))])
        + options((o, o) for o in dict.fromkeys(o for i in ITEMS.values() for o in i.options)),
    )
    qty = CountField(
        _("几件（次、笔）"),
        default=1,
        least=1,
        most=99,
        validators=[InputRequired(_("请填数量。"))],
    )
    urgency = RadioField(_("急不急"), choices=URGENCY, validators=[InputRequired(_("请选一种。"))])
    budget = StringField(
        _("大约要多少钱（元，可不填）"),
        filters=[plain],
        validators=[Optional(), Amount()],
        render_kw={"inputmode": "decimal", "autocomplete": "off"},
    )
    description = TextAreaField(
        _("要说明的（可不填）"),
        description=_("只在工作台看得到，永远不公布。"),
        filters=[stripped],
        validators=[Length(max=300, message=_("最多 300 个字。"))],
    )

    def validate_option(self, field: Any) -> None:
        found = ITEMS.get(self.item_code.data)
        if found is not None and field.data and field.data not in found.options:
            allowed = "、".join(found.options)
            if allowed:
                raise ValidationError(_("%(item)s 这里只能选：%(o)s。", item=found.name, o=allowed))
            raise ValidationError(_("%(item)s 这里不用选。", item=found.name))

    def need(self, need_ref: str) -> NewNeed:
        return NewNeed(
            need_ref,
            self.item_code.data,
            self.qty.data,
            self.urgency.data,
            budget_fen=fen_of(self.budget.data),
            option=self.option.data or "",
            frequency=_RHYTHM.get(self.option.data or "", "once"),
            description=self.description.data or "",
        )


class SubmitListForm(FlaskForm):  # type: ignore[misc]
    note = StringField(
        _("补了什么"),
        filters=[stripped],
        validators=[Length(max=200, message=_("最多 200 个字。"))],
        render_kw={"autocomplete": "off"},
    )


class ReturnForm(FlaskForm):  # type: ignore[misc]
    """A case to the village, or an item of a batch to the township: a code, and a sentence."""

    code = RadioField(
        _("缺什么、错在哪"),
        choices=options(lists.RETURN_CODES.items()),
        validators=[InputRequired(_("请选退回的原因。"))],
    )
    note = TextAreaField(
        _("写明要补什么"),
        filters=[stripped],
        validators=[
            InputRequired(_("请写一句，收到的同志照着补。")),
            Length(max=300, message=_("最多 300 个字。")),
        ],
    )


class DetermineForm(FlaskForm):  # type: ignore[misc]
    accepted = RadioField(
        _("研究结果"),
        choices=options([(YES, _("认定")), (NO, _("不予认定"))]),
        validators=[InputRequired(_("请选研究结果。"))],
    )
    meeting_on = DayField(
        _("哪天开会研究的"),
        description=_("例：2026-11-23。"),
        validators=[InputRequired(_("请写开会的日期。")), ReadableDay()],
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
    )
    ref_no = StringField(
        _("会议纪要编号"),
        filters=[plain],
        validators=[InputRequired(_("请写会议纪要编号。")), Length(max=40, message=_("最多 40 个字。"))],
        render_kw={"autocomplete": "off"},
    )
    reason = TextAreaField(
        _("理由"),
        description=_("不予认定，或者划掉了哪件需求，要写。村里要讲给这户人家听。"),
        filters=[stripped],
        validators=[Length(max=400, message=_("最多 400 个字。"))],
    )


class ObjectForm(FlaskForm):  # type: ignore[misc]
    note = TextAreaField(
        _("依据"),
        description=_("写明依据哪条、哪里对不上，乡镇据此再研究。"),
        filters=[stripped],
        validators=[
            InputRequired(_("提异议要写明依据，乡镇要据此再研究。")),
            Length(max=400, message=_("最多 400 个字。")),
        ],
    )

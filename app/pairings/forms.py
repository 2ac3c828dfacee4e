"""Accepting a suggestion, planning a visit, writing it down."""

from datetime import datetime

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectField, TextAreaField
from wtforms.validators import InputRequired

from app.accounts.forms.fields import CountField, DayField
from app.core.clock import at_local
from app.pairings.models import MOODS, VISIT_KINDS
from app.pairings.operations.visits import FIRST_HOUR, LAST_HOUR, VisitLog

HALF_HOURS = [f"{hour:02d}:{minute:02d}" for hour in range(FIRST_HOUR, LAST_HOUR) for minute in (0, 30)]


class AcceptForm(FlaskForm):  # type: ignore[misc]
    promised = BooleanField(
        _("我不打听、不寻找、不公开这户人家"),
        description=_("见面和联系都经过村里的联系人。"),
        validators=[InputRequired(_("请先答应：不打听、不寻找、不公开这户人家。"))],
    )


class PlanForm(FlaskForm):  # type: ignore[misc]
    planned_at = DayField(
        _("哪天"),
        description=_("从今天起 60 天以内。"),
        validators=[InputRequired(_("请选一天。"))],
    )
    clock = SelectField(_("几点"), choices=HALF_HOURS, default="10:00")
    kind = RadioField(
        _("怎么联系"),
        choices=VISIT_KINDS,
        validators=[InputRequired(_("请选一样。"))],
        default="visit",
    )
    adults_n = CountField(
        _("去几个大人"),
        validators=[InputRequired(_("请填去几个大人。"))],
        default=1,
    )

    def moment(self) -> datetime:
        hour, minute = (int(part) for part in self.clock.data.split(":"))
        return at_local(self.planned_at.data, hour, minute)


class LogForm(FlaskForm):  # type: ignore[misc]
    sentence = TextAreaField(
        _("做了什么，一句话"),
        description=_("60 个字以内。写做了什么，不写人名、电话、住哪里、什么病。"),
        render_kw={"rows": 2},
    )
    minutes = CountField(
        _("用了多少分钟"),
        validators=[InputRequired(_("请填分钟数，只写数字，例：60。"))],
    )
    mood_code = RadioField(
        _("看着怎么样"),
        choices=MOODS,
        validators=[InputRequired(_("请选一样；说不准也可以。"))],
    )
    concern = BooleanField(
        _("有情况，请社工去看看"), description=_("不用写原因。急事请马上给联系人打电话，或者打 110。")
    )

    def log(self) -> VisitLog:
        return VisitLog(
            sentence=self.sentence.data or "",
            minutes=self.minutes.data,
            mood_code=self.mood_code.data,
            concern=bool(self.concern.data),
        )

"""Step ④: what the county says of the need, and the day of its joint meeting."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import DateField, TextAreaField
from wtforms.validators import InputRequired, Length


class DossierForm(FlaskForm):  # type: ignore[misc]
    dossier = TextAreaField(
        _("具体情况"),
        description=_("试过哪些政策和单位，社会上等了多久，还差什么，大约要多少。财政的同志看这一段。"),
        validators=[
            InputRequired(_("请写清楚试过什么、还差什么。")),
            Length(max=400, message=_("最多 400 个字。")),
        ],
    )


class MeetingForm(FlaskForm):  # type: ignore[misc]
    meeting_on = DateField(_("哪天上会商"), validators=[InputRequired(_("请选县里会商的那一天。"))])

"""Answering a partner's private question."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectMultipleField, StringField
from wtforms.validators import InputRequired
from wtforms.widgets import CheckboxInput, ListWidget

from app.policy.questions import LONGEST_SENTENCE, REASONS


class ReplyForm(FlaskForm):  # type: ignore[misc]
    answers = SelectMultipleField(
        _("勾上要答的，可以几句"),
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    sentence = StringField(
        _("自己再写一句（可以不写）"),
        description=_("60 个字以内。不写人名、地名、电话、病、家里有谁、尺寸和数目；写了会请你改。"),
        render_kw={"maxlength": 2 * LONGEST_SENTENCE},
    )


class NoReplyForm(FlaskForm):  # type: ignore[misc]
    reason = RadioField(
        _("为什么不便回答"), choices=REASONS, validators=[InputRequired(_("请选一个不便回答的原因。"))]
    )

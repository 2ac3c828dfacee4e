"""One private question about a project."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import RadioField, TextAreaField
from wtforms.validators import Optional

from app.policy.questions import LONGEST_QUESTION, TOPICS


class QuestionForm(FlaskForm):  # type: ignore[misc]
    topic = RadioField(_("问哪一样"), choices=TOPICS, validators=[Optional()], validate_choice=False)
    text = TextAreaField(
        _("想问的话"),
        description=_("300 个字以内。问东西、问办法都行；是谁家、住哪里、什么病，县里不能说。"),
        render_kw={"rows": 5, "maxlength": 2 * LONGEST_QUESTION},
    )

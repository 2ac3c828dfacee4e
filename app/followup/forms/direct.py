"""Which organisation is asked."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import RadioField
from wtforms.validators import InputRequired


class AskForm(FlaskForm):  # type: ignore[misc]
    token = RadioField(_("问哪一家"), validators=[InputRequired(_("请选一家。"))])

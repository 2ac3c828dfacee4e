"""What the county types about a dossier."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import SelectMultipleField, TextAreaField
from wtforms.validators import InputRequired, Length

from app.accounts.models.verification import ITEMS


class FirstCheckForm(FlaskForm):  # type: ignore[misc]
    passed = SelectMultipleField(_("核过了，没有问题"), choices=ITEMS)


class ReasonForm(FlaskForm):  # type: ignore[misc]
    reason = TextAreaField(
        _("原因"),
        description=_("会原样告诉对方，请写清楚要补什么。"),
        validators=[
            InputRequired(_("请写明原因，对方要据此补充。")),
            Length(max=200, message=_("最多 200 个字。")),
        ],
        render_kw={"rows": 3},
    )

"""What a partner says that it can give, and how it declines."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectMultipleField
from wtforms.validators import InputRequired

from app.accounts.forms.fields import CountField
from app.accounts.models.partners import CADENCE
from app.matches.operations.interests import Offer
from app.matches.states import DECLINE_REASONS
from app.policy.catalogue import ITEMS, KINDS
from app.policy.regions import counties


class InterestForm(FlaskForm):  # type: ignore[misc]
    """One page, changed in place as often as one likes."""

    kinds = SelectMultipleField(_("你想出什么"), choices=KINDS)
    items = SelectMultipleField(
        _("愿意做哪几样"),
        description=_("可以不选。选了会先配这些。"),
        choices={i.code: i.name for i in ITEMS.values() if i.kind == "service"},
    )
    counties = SelectMultipleField(
        _("方便去哪里"),
        description=_("只在你选的县里配。"),
        choices={c.code: c.name for c in counties()},
    )
    cadence = RadioField(
        _("多久能去一次"),
        choices=CADENCE,
        validators=[InputRequired(_("请选一个。"))],
        default="once",
    )
    capacity = CountField(
        _("同时最多结几户"),
        description=_("个人一般一到两户，单位可以多一些。"),
        least=1,
        most=20,
        validators=[InputRequired(_("请填一个数。"))],
        default=1,
    )
    minors_ok = BooleanField(
        _("愿意陪孩子"), description=_("要有无犯罪记录证明和儿童保护培训证明，核验过才会配。")
    )
    open = BooleanField(
        _("愿意收到县里的推荐"), description=_("不勾就不配，你自己在需求库里挑。"), default=True
    )

    def offer(self) -> Offer:
        return Offer(
            kinds=tuple(self.kinds.data or ()),
            items=tuple(self.items.data or ()),
            counties=tuple(self.counties.data or ()),
            cadence=self.cadence.data,
            minors_ok=bool(self.minors_ok.data),
            capacity=self.capacity.data,
            open=bool(self.open.data),
        )


class DeclineForm(FlaskForm):  # type: ignore[misc]
    code = RadioField(
        _("这次不合适，是因为"),
        choices=DECLINE_REASONS,
        validators=[InputRequired(_("请选一个原因；不想说也可以。"))],
        default="none",
    )

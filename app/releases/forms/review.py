"""The first signature: how fine the label may be, and what a neighbour could guess."""

from collections.abc import Iterator
from dataclasses import replace

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from app.policy.lattice import (
    BELTS,
    COLUMNS,
    DISABILITY,
    DISEASE,
    PRESENCE,
    SIZES,
    WHOLE,
    Label,
    covered_counties,
    no_finer,
    region_label_of,
)
from app.releases.models import UNSURE
from app.releases.operations.projects import QUESTIONS, SURE, NeighbourCheck

COLUMN_WORDS = {
    "region_label": _("地方"),
    "household_size_band": _("几口人"),
    "has_minor": _("未成年人"),
    "has_elder": _("老人"),
    "disability_group": _("残疾"),
    "disease_group": _("疾病"),
}
ANSWERS = [SelectChoice(SURE, _("不会")), SelectChoice(UNSURE, _("说不准"))]
_VALUES = {
    "household_size_band": tuple(SIZES),
    "has_minor": PRESENCE,
    "has_elder": PRESENCE,
    "disability_group": DISABILITY,
    "disease_group": DISEASE,
}


def _answer(code: str) -> RadioField:
    return RadioField(
        QUESTIONS[code], choices=ANSWERS, validators=[InputRequired(_("请选一个。说不准就选“说不准”。"))]
    )


class PrepareForm(FlaskForm):  # type: ignore[misc]
    """Six columns that may be widened, four questions, one sentence."""

    region_label = SelectField(COLUMN_WORDS["region_label"])
    household_size_band = SelectField(COLUMN_WORDS["household_size_band"])
    has_minor = SelectField(COLUMN_WORDS["has_minor"])
    has_elder = SelectField(COLUMN_WORDS["has_elder"])
    disability_group = SelectField(COLUMN_WORDS["disability_group"])
    disease_group = SelectField(COLUMN_WORDS["disease_group"])
    guess = _answer("guess")
    only_one = _answer("only_one")
    talked_of = _answer("talked_of")
    telling = _answer("telling")
    neighbour_note = StringField(
        _("说不准的，打算怎么办"),
        description=_("有一题答“说不准”就要写一句。例：晚一周发，把地方写宽一点。"),
        validators=[Length(max=200, message=_("最多 200 个字。"))],
    )

    def offer(self, finest: Label) -> None:
        """Only what says no more than the truth can be chosen; the truth comes first."""
        for column in COLUMNS:
            field = self[column]
            field.choices = wider(finest, column)
            field.data = field.data or getattr(finest, column)

    @property
    def label(self) -> Label:
        """What was chosen; a value that was not on offer counts as the truth until the form is mended."""
        offered = {column: self[column].choices for column in COLUMNS}
        chosen = {c: self[c].data if self[c].data in values else values[0] for c, values in offered.items()}
        return Label(**chosen)

    @property
    def neighbour(self) -> NeighbourCheck:
        return NeighbourCheck(
            {code: self[code].data for code in QUESTIONS}, (self.neighbour_note.data or "").strip()
        )


class ManyForm(FlaskForm):  # type: ignore[misc]
    """Several at a time, with a word for it."""

    seen = BooleanField(_("我逐条看过"), validators=[InputRequired(_("请先逐条看过，再勾这一项。"))])


class ReturnForm(FlaskForm):  # type: ignore[misc]
    reason = TextAreaField(
        _("哪里要改"),
        description=_("写一句，初审的同志会看到。"),
        validators=[InputRequired(_("请写一句原因。")), Length(max=200, message=_("最多 200 个字。"))],
    )


class DropForm(FlaskForm):  # type: ignore[misc]
    reason = TextAreaField(
        _("为什么不公布了"),
        description=_("写一句。这一项回到第三步，由县里直接找一家对接。"),
        validators=[InputRequired(_("请写一句为什么。")), Length(max=200, message=_("最多 200 个字。"))],
    )


class FreezeForm(FlaskForm):  # type: ignore[misc]
    reason = TextAreaField(
        _("为什么冻结"),
        description=_("写一句，复核的人要据此去查。不写是哪一户。"),
        validators=[InputRequired(_("请写一句为什么。")), Length(max=200, message=_("最多 200 个字。"))],
    )


class UnfreezeForm(FlaskForm):  # type: ignore[misc]
    reason = TextAreaField(
        _("复核的结论"),
        description=_("查了什么、怎么看。放回或下架都要写。"),
        validators=[InputRequired(_("请写一句结论。")), Length(max=200, message=_("最多 200 个字。"))],
    )


def wider(finest: Label, column: str) -> list[str]:
    """The value itself, then every coarser one of the lattice."""
    own = getattr(finest, column)
    values = _regions(finest) if column == "region_label" else iter(_VALUES[column])
    coarser = (v for v in values if v != own and no_finer(replace(finest, **{column: v}), finest))
    return [own, *dict.fromkeys(coarser)]


def _regions(finest: Label) -> Iterator[str]:
    counties = covered_counties(finest.region_label)
    yield region_label_of(frozenset(c[:4] for c in counties))
    yield from BELTS
    yield WHOLE

"""Registration of a volunteer or an organisation, and papers sent again."""

import re
import unicodedata
from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    PasswordField,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.validators import EqualTo, InputRequired, Length, Regexp

from app.accounts.models.partners import LANGUAGES, PAPER_LABELS, PAPERS, SKILLS, TIMES
from app.accounts.operations.papers import Paper
from app.accounts.operations.partners import Profile
from app.policy.regions import counties

_SPACES = re.compile(r"[\s-]+")
ONE_FILE = _("PDF、PNG 或 JPG，5 MB 以内。照片里的拍摄地点会自动去掉。")


def plain(text: str | None) -> str | None:
    """Full-width digits and letters become ordinary ones, and outer spaces go."""
    return unicodedata.normalize("NFKC", text).strip() if text else text


def number(text: str | None) -> str | None:
    """A number as people type it: spaces and hyphens between the digits go."""
    return _SPACES.sub("", plain(text) or "").upper() if text else text


class _Common(FlaskForm):  # type: ignore[misc]
    region_code = SelectField(
        _("在哪个县（市、区）"),
        description=_("由这个县来核验。"),
        validators=[InputRequired(_("请从列表里选一个县（市、区）。"))],
    )
    phone = StringField(
        _("联系电话"),
        description=_("县里核验、约时间时用，不公开。"),
        filters=[number],
        validators=[InputRequired(_("请填联系电话。")), Length(max=20, message=_("电话太长了。"))],
        render_kw={"inputmode": "tel", "autocomplete": "tel"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.region_code.choices = {"": str(_("请选择")), **{c.code: c.name for c in counties()}}

    kind = ""

    def papers(self) -> tuple[Paper, ...]:
        """Those of this form's file fields that carry something."""
        found = []
        for item in PAPERS[self.kind]:
            upload = self[f"paper_{item}"].data
            if upload and upload.filename:
                found.append(Paper(item, upload.filename, upload.read()))
        return tuple(found)

    def paper_fields(self) -> list[Any]:
        return [self[f"paper_{item}"] for item in PAPERS[self.kind]]


def _paper(item: str, needed: bool) -> FileField:
    label = _(PAPER_LABELS[item]) if needed else _("%(paper)s（可以以后再交）", paper=PAPER_LABELS[item])
    return FileField(label, description=ONE_FILE, render_kw={"accept": ".pdf,.png,.jpg,.jpeg"})


class VolunteerProfile(_Common):
    """The identity number only passes through: it goes to the county in a sealed letter."""

    kind = "volunteer"
    name = StringField(
        _("真实姓名"),
        description=_("和身份证上一样。别人只看得到姓。"),
        filters=[plain],
        validators=[InputRequired(_("请填真实姓名。")), Length(2, 40, _("姓名写 2 到 40 个字。"))],
        render_kw={"autocomplete": "name"},
    )
    id_no = StringField(
        _("身份证号"),
        description=_("县里核对是不是本人、满没满 18 周岁。不在网站上保存。"),
        filters=[number],
        validators=[InputRequired(_("请填身份证号。")), Length(18, 18, _("身份证号要 18 位。"))],
        render_kw={"autocomplete": "off", "maxlength": 22},
    )
    skills = SelectMultipleField(_("你会什么"), choices=SKILLS)
    languages = SelectMultipleField(_("会说"), choices=LANGUAGES)
    times = SelectMultipleField(_("什么时候有空"), choices=TIMES)

    def profile(self) -> Profile:
        return Profile(
            kind=self.kind,
            name=self.name.data,
            region_code=self.region_code.data,
            phone=self.phone.data,
            id_no=self.id_no.data,
            skills=tuple(self.skills.data or ()),
            languages=tuple(self.languages.data or ()),
            times=tuple(self.times.data or ()),
            papers=self.papers(),
        )


class OrganisationProfile(_Common):
    name = StringField(
        _("单位全称"),
        description=_("和登记证书上一样。"),
        filters=[plain],
        validators=[InputRequired(_("请填单位全称。")), Length(4, 80, _("单位全称写 4 到 80 个字。"))],
        render_kw={"autocomplete": "organization"},
    )
    uscc = StringField(
        _("统一社会信用代码"),
        description=_("18 位，在登记证书上。"),
        filters=[number],
        validators=[
            InputRequired(_("请填统一社会信用代码。")),
            Length(18, 18, _("统一社会信用代码要 18 位。")),
        ],
        render_kw={"autocomplete": "off", "maxlength": 22},
    )
    contact = StringField(
        _("联系人"),
        filters=[plain],
        validators=[InputRequired(_("请填联系人。")), Length(2, 40, _("联系人写 2 到 40 个字。"))],
    )

    def profile(self) -> Profile:
        return Profile(
            kind=self.kind,
            name=self.name.data,
            region_code=self.region_code.data,
            phone=self.phone.data,
            contact=self.contact.data,
            uscc=self.uscc.data,
            papers=self.papers(),
        )


class _Account(FlaskForm):  # type: ignore[misc]
    """Stands after the profiles, as on the page: the summary of what is wrong goes from top to bottom."""

    login = StringField(
        _("登录名"),
        description=_("4 到 40 个字母、数字或下划线。"),
        filters=[plain],
        validators=[
            InputRequired(_("请起一个登录名。")),
            Regexp(r"^[A-Za-z0-9_]{4,40}$", message=_("登录名用 4 到 40 个字母、数字或下划线。")),
        ],
        render_kw={"autocomplete": "username", "autocapitalize": "none"},
    )
    password = PasswordField(
        _("密码"),
        description=_("至少 10 个字符。"),
        validators=[InputRequired(_("请设一个密码。")), Length(min=10, message=_("密码至少要 10 个字符。"))],
        render_kw={"autocomplete": "new-password"},
    )
    again = PasswordField(
        _("再输一遍密码"),
        validators=[EqualTo("password", _("两次输的不一样，请再输一遍。"))],
        render_kw={"autocomplete": "new-password"},
    )
    promise = BooleanField(
        _("填的都是真的，同意县里核验"),
        description=_("材料只给县里核验的两位同志看，核完从网站上删掉。"),
        validators=[InputRequired(_("请先勾选：填的都是真的，同意县里核验。"))],
    )


def profile_form(kind: str) -> type[VolunteerProfile] | type[OrganisationProfile]:
    """The form of one kind of partner, with a file field for each paper that this kind hands in."""
    base = VolunteerProfile if kind == "volunteer" else OrganisationProfile
    fields = {f"paper_{item}": _paper(item, needed) for item, needed in PAPERS[kind].items()}
    return type(f"{base.__name__}_{kind}", (base,), {"kind": kind, **fields})


def registration_form(kind: str) -> type[Any]:
    """The profile and an account to sign in with."""
    profile = profile_form(kind)
    return type(f"Registration_{kind}", (_Account, profile), {})


def papers_form(kind: str) -> type[FlaskForm]:
    """Only the papers that can be added later."""
    optional = {f"paper_{item}": _paper(item, True) for item, needed in PAPERS[kind].items() if not needed}
    return type(f"Papers_{kind}", (FlaskForm,), optional)

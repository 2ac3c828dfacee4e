"""One visit, one sheet: what two people saw at the home, and everything the household agreed to (decisions
29)."""

from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import RadioField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, StopValidation, ValidationError

from app.cases.forms.fields import DayField, ReadableDay, options, stripped
from app.cases.operations.consents import NewConsent
from app.cases.operations.entry import HomeSheet
from app.policy import lists

YES, NO = "yes", "no"
CAPACITIES = options([("self", _("本人")), ("guardian", _("监护人")), ("proxy", _("家里人代办"))])
METHODS = options(
    [
        ("paper", _("书面签字")),
        ("audio", _("录音")),
        ("witnessed", _("按手印，有人见证")),
        ("phone", _("电话里说的")),
    ]
)
SECOND_BY = options([("on_site", _("一起到了家里")), ("phone", _("电话参加"))])
YES_NO = options([(YES, _("同意")), (NO, _("不同意"))])

# Read aloud word for word before the answer is asked; a no is as good as a yes.
READ_ALOUD = {
    "record": _("把你家的情况记下来，由村里、乡镇、县里核对。不同意就不记，这张表到此为止。"),
    "publish": _(
        "把还差的东西写成一张卡公布，不写名字、村子和照片；认领的人会知道是哪个县。不同意，不影响别的帮扶。"
    ),
    "direct_match": _("不公布，由县里直接找一家单位来帮。不同意，不影响别的帮扶。"),
    "pair": _("请一位志愿者和你家结对，隔段时间来看看、打个电话。不想要随时可以停。"),
    "disclose": _("结对以后，告诉志愿者怎么联系村里。你家的门牌和电话不告诉他。"),
}
CONDITIONS = {
    "cond_a": (_("一、现有政策享受了哪些"), _("低保、残疾补贴、医疗救助……已经享受的写上。")),
    "cond_b": (_("二、该赡养、抚养的人尽到了没有"), _("谁有这个义务，做了什么。")),
    "cond_c": (_("三、还有什么难处"), _("政策办了以后，眼下还难在哪里。")),
    "cond_d": (_("四、家里自己为什么解决不了"), _("人手、身体、收入，照实写。")),
}


class UnlessRefused:
    """A household that does not agree to be recorded is asked nothing more."""

    def __call__(self, form: Any, field: Any) -> None:
        if form.record.data == NO:
            field.errors[:] = []
            raise StopValidation()


class ConsentForm(FlaskForm):  # type: ignore[misc]
    """Who answered, and how it was put on record; the same for every question asked on that day."""

    given_by = StringField(
        _("谁答的"),
        description=_("写姓名。"),
        filters=[stripped],
        validators=[InputRequired(_("请写是谁答的。")), Length(max=30, message=_("最多 30 个字。"))],
        render_kw={"autocomplete": "off"},
    )
    capacity = RadioField(
        _("以什么身份答的"), choices=CAPACITIES, validators=[InputRequired(_("请选一项。"))]
    )
    method = RadioField(_("怎么记下来的"), choices=METHODS, validators=[InputRequired(_("请选一项。"))])
    witness = StringField(
        _("见证人"),
        description=_("不是书面签字的，要写见证人。"),
        filters=[stripped],
        validators=[Length(max=30, message=_("最多 30 个字。"))],
        render_kw={"autocomplete": "off"},
    )
    proxy_reason = StringField(
        _("为什么由别人代办"),
        description=_("只在家里人代办时写。"),
        filters=[stripped],
        validators=[Length(max=120, message=_("最多 120 个字。"))],
        render_kw={"autocomplete": "off"},
    )

    def consent(self, scope: str, *, given: bool, with_minor: bool) -> NewConsent:
        return NewConsent(
            scope,
            given=given,
            capacity=self.capacity.data,
            method=self.method.data,
            given_by=self.given_by.data or "",
            witness=self.witness.data or "",
            proxy_reason=self.proxy_reason.data or "",
            for_minor=with_minor,
        )


def _answer(scope: str) -> RadioField:
    asked = InputRequired(_("这一项还没有问。请念给家里听，再记下回答。"))
    return RadioField(
        lists.CONSENT_SCOPE[scope],
        description=READ_ALOUD[scope],
        choices=YES_NO,
        validators=[asked] if scope == "record" else [UnlessRefused(), asked],
    )


def _statement(name: str) -> TextAreaField:
    label, hint = CONDITIONS[name]
    return TextAreaField(
        label,
        description=hint,
        filters=[stripped],
        validators=[
            UnlessRefused(),
            InputRequired(_("这一项要写，没有就写“没有”。")),
            Length(max=400, message=_("最多 400 个字。")),
        ],
    )


class HomeSheetForm(ConsentForm):
    """`second` offers the colleagues of this village and township; the view fills it in."""

    done_on = DayField(
        _("哪天去的"),
        validators=[InputRequired(_("请写日期。")), ReadableDay()],
        render_kw={"inputmode": "numeric"},
    )
    second = RadioField(
        _("第二个人是谁"),
        coerce=int,
        validate_choice=False,
        validators=[InputRequired(_("核实要两个人。请选另一位同志。"))],
    )
    second_by = RadioField(_("他怎么参加的"), choices=SECOND_BY, validators=[InputRequired(_("请选一项。"))])
    findings = TextAreaField(
        _("看到了什么（可不填）"),
        filters=[stripped],
        validators=[Length(max=600, message=_("最多 600 个字。"))],
    )
    cond_a = _statement("cond_a")
    cond_b = _statement("cond_b")
    cond_c = _statement("cond_c")
    cond_d = _statement("cond_d")
    supporter_check = RadioField(
        _("赡养、抚养义务"),
        choices=options(lists.SUPPORTER_CHECK.items()),
        validators=[UnlessRefused(), InputRequired(_("请选一项。"))],
    )
    dibao_kind = RadioField(
        _("低保核对下来是"),
        choices=options(lists.DIBAO_KIND.items()),
        validators=[UnlessRefused(), InputRequired(_("请选一项。"))],
    )
    record = _answer("record")
    publish = _answer("publish")
    direct_match = _answer("direct_match")
    pair = _answer("pair")
    disclose = _answer("disclose")

    def validate_disclose(self, field: Any) -> None:
        if field.data == YES and self.pair.data == NO:
            raise ValidationError(_("没有同意结对，这一项就不用同意。请选“不同意”。"))

    @property
    def answers(self) -> list[RadioField]:
        return [self[scope] for scope in lists.CONSENT_SCOPE]

    def sheet(self, *, second_key: str, second_name: str, with_minor: bool) -> HomeSheet:
        asked = tuple(
            self.consent(scope, given=self[scope].data == YES, with_minor=with_minor)
            for scope in lists.CONSENT_SCOPE
        )
        return HomeSheet(
            done_on=self.done_on.day,
            second_key=second_key,
            second_name=second_name,
            second_by=self.second_by.data,
            findings=self.findings.data or "",
            cond_a=self.cond_a.data or "",
            cond_b=self.cond_b.data or "",
            cond_c=self.cond_c.data or "",
            cond_d=self.cond_d.data or "",
            supporter_check=self.supporter_check.data or "",
            dibao_kind=self.dibao_kind.data or "",
            consents=asked if self.record.data == YES else asked[:1],
        )


class AskAgainForm(ConsentForm):
    """One purpose, asked at a later time; the view offers those that do not hold now."""

    scope = RadioField(_("这次问的是"), validators=[InputRequired(_("请选这次问的是哪一项。"))])
    answer = RadioField(
        _("家里的回答"),
        choices=YES_NO,
        validators=[InputRequired(_("请记下回答。"))],
    )

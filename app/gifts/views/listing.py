"""认领清单: all claims of a partner in one table, several promised at once, and the table as a file."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.core.answers import accepted
from app.core.clock import local_day
from app.core.guard import Desk, access
from app.core.money import yuan
from app.gifts.forms.claims import ManyForm
from app.gifts.models import Claim
from app.gifts.operations.claims import wanted_qty
from app.gifts.operations.pledges import make_pledges
from app.gifts.queries import cards_named, claims_of
from app.gifts.states import HELD, ClaimState, PledgeState, hold_is_over
from app.gifts.views.claims import status_words
from app.gifts.views.story import promised_words, spoken
from app.library.models import Card
from app.policy.catalogue import KINDS

blueprint = Blueprint("claims", __name__, url_prefix="/my/claims")
Answer = str | Response | tuple[str, int]
TABS = {"held": "等说定", "going": "正在办", "done": "办成了", "gone": "没有办成"}
_BOM = "\ufeff"  # so that spreadsheets read the file as Unicode


@dataclass(frozen=True)
class Line:
    """One claim as the table shows it. `ready`: it can be promised together with others now."""

    claim: Claim
    card: Card | None
    word: str
    promised: str
    until: str
    late: bool
    ready: bool


@blueprint.get("")
@access("partner.home")
def index(desk: Desk) -> str:
    return _page(desk)


@blueprint.post("")
@access("partner.home")
def promise_many(desk: Desk) -> Answer:
    """All of them or none."""
    chosen, form = set(request.form.getlist("claim")), ManyForm()
    claims = [c for c in claims_of(desk.session, desk.actor) if c.claim_ref in chosen]

    def act() -> None:
        make_pledges(desk.session, claims, date_by=form.date_by.data, actor=desk.actor, now=desk.now)

    if not accepted(form, act):
        return _page(desk, form=form, chosen=chosen), 422
    flash(_("说定了 %(n)s 件，县里和村里都知道了。", n=len(claims)))
    return redirect(url_for("claims.index", state="going"), 303)


@blueprint.get("/table.csv")
@access("partner.home")
def as_file(desk: Desk) -> Response:
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\r\n")
    rows.writerow(["编号", "哪一件", "类别", "范围", "接下", "说定的", "现在", "结束"])
    for line in _lines(desk, claims_of(desk.session, desk.actor)):
        claim = line.claim
        ended = local_day(claim.ended_at).isoformat() if claim.ended_at is not None else ""
        place = line.card.label_text if line.card is not None else ""
        held = local_day(claim.held_at).isoformat()
        kind = KINDS[claim.kind]
        rows.writerow([claim.project_id, claim.title, kind, place, held, line.promised, line.word, ended])
    answer = Response(_BOM + text.getvalue(), mimetype="text/csv")
    answer.headers["Content-Disposition"] = 'attachment; filename="claims.csv"'
    return answer


def _page(desk: Desk, *, form: ManyForm | None = None, chosen: set[str] | None = None) -> str:
    claims = claims_of(desk.session, desk.actor)
    sorted_out: dict[str, list[Claim]] = {key: [] for key in TABS}
    for claim in claims:
        sorted_out[_tab(claim)].append(claim)
    asked = "held" if form is not None else request.args.get("state", "")
    state = asked if asked in TABS else next((key for key in TABS if sorted_out[key]), "held")
    lines = _lines(desk, sorted_out[state])
    return render_template(
        "gifts/claims.html",
        lines=lines,
        state=state,
        tabs=[(key, TABS[key], len(sorted_out[key])) for key in TABS],
        total=len(claims),
        ready=[line for line in lines if line.ready],
        chosen=chosen or set(),
        form=form or ManyForm(formdata=None),
    )


def _tab(claim: Claim) -> str:
    if claim.state in HELD:
        return "held"
    return {ClaimState.CONVERTED: "going", ClaimState.DONE: "done"}.get(ClaimState(claim.state), "gone")


def _lines(desk: Desk, claims: Sequence[Claim]) -> list[Line]:
    cards = cards_named(desk.session, [c.project_id for c in claims])
    return [_line(desk, claim, cards.get(claim.project_id)) for claim in claims]


def _line(desk: Desk, claim: Claim, card: Card | None) -> Line:
    over = hold_is_over(claim, desk.now)
    holding = claim.state in HELD
    return Line(
        claim,
        card if card is not None and not card.blanked else None,
        status_words(claim),
        _promised(claim),
        _until(claim),
        late=_is_late(desk, claim),
        ready=holding and not over and claim.kind != "money" and wanted_qty(claim) is not None,
    )


def _promised(claim: Claim) -> str:
    pledge = claim.pledge
    if pledge is None or pledge.state == PledgeState.CANCELLED:
        return ""
    return yuan(pledge.amount_fen) if claim.kind == "money" else promised_words(pledge)


def _until(claim: Claim) -> str:
    if claim.state in HELD:
        return str(_("保留到 %(d)s", d=spoken(claim.lapses_at)))
    if claim.ended_at is not None:
        return spoken(claim.ended_at)
    return spoken(claim.pledge.date_by) if claim.pledge is not None else ""


def _is_late(desk: Desk, claim: Claim) -> bool:
    pledge = claim.pledge
    if pledge is None or claim.state != ClaimState.CONVERTED:
        return False
    waiting = pledge.state in (PledgeState.PLEDGED, PledgeState.DISPUTED)
    return waiting and pledge.date_by < local_day(desk.now)

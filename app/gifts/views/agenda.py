"""What waits for a partner, the most pressing first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from flask import url_for
from flask_babel import gettext as _

from app.accounts.queries.partners import partner_of
from app.accounts.states import PartnerState
from app.core.clock import at_local, local_day
from app.core.guard import Desk
from app.gifts.models import Claim, Pledge
from app.gifts.queries.waiting import Waiting
from app.gifts.states import HELD, CharityProjectState, ClaimState, PledgeState, hold_is_over
from app.gifts.views.story import spoken
from app.matches.queries import interest_of
from app.pairings.models import Pairing
from app.pairings.operations.rhythm import NextContact, next_contact

_SOMEDAY = datetime(9999, 1, 1, tzinfo=UTC)
_SOON = timedelta(days=30)


@dataclass(frozen=True)
class ToDo:
    """One line: what, why now, and one button. `due` orders the list."""

    title: str
    why: str
    button: str
    url: str
    icon: str
    due: datetime = _SOMEDAY
    late: bool = False


def agenda(desk: Desk, waiting: Waiting, claims: Sequence[Claim], pairings: Sequence[Pairing]) -> list[ToDo]:
    """Of what the page has read already: nothing is asked twice."""
    found = [
        *_profile(desk),
        *_offers(desk, waiting),
        *_answers(desk, waiting),
        *_claims(desk, claims),
        *_proposals(waiting),
        *_pairings(desk, pairings),
        *_charity(desk, waiting),
        *_interest(desk),
    ]
    return sorted(found, key=lambda t: t.due)


def _end_of(day: date) -> datetime:
    return at_local(day, 18)


def _profile(desk: Desk) -> Iterator[ToDo]:
    partner, url = partner_of(desk.session, desk.actor), url_for("partners.profile")
    if partner is None:
        return
    if partner.state == PartnerState.RETURNED:
        why = _("县里退回来了，写明了缺什么。")
        yield ToDo(_("补一补材料"), why, _("去补"), url, "file-up", desk.now, late=True)
    if partner.state == PartnerState.EXPIRED:
        why = _("核验到期了，现在不能接新的。")
        yield ToDo(_("再核验一次"), why, _("去交材料"), url, "file-up", desk.now, late=True)
    soon = local_day(desk.now) + _SOON
    if partner.state == PartnerState.VERIFIED and partner.valid_to is not None and partner.valid_to <= soon:
        why = _("核验到 %(d)s为止，到期前交上新的材料，接着用。", d=spoken(partner.valid_to))
        yield ToDo(_("核验快到期"), why, _("看看"), url, "clock", _end_of(partner.valid_to))


def _offers(desk: Desk, waiting: Waiting) -> Iterator[ToDo]:
    for offer in waiting.offers:
        if offer.at is not None and desk.now < offer.at:
            why = _("县里只问了你们一家，请在 %(d)s前答复。", d=spoken(offer.at))
            title, url = _("县里想请你们接：%(t)s", t=offer.title), url_for("direct.show", offer_no=offer.ref)
            yield ToDo(title, why, _("去看"), url, "handshake", offer.at)


def _answers(desk: Desk, waiting: Waiting) -> Iterator[ToDo]:
    for answer in waiting.answers:
        title = _("县里答复了：%(t)s", t=answer.title or _("你问的那一项"))
        url = url_for("questions.show", question_ref=answer.ref)
        yield ToDo(title, _("你私下问的那一句，只有你看得到。"), _("去看"), url, "message-circle", desk.now)


def _claims(desk: Desk, claims: Sequence[Claim]) -> Iterator[ToDo]:
    for claim in claims:
        found = _claim(claim, desk.now)
        if found is not None:
            yield found


def _claim(claim: Claim, now: datetime) -> ToDo | None:
    if claim.state in HELD:
        return None if hold_is_over(claim, now) else _held(claim)
    if claim.state == ClaimState.CONVERTED and claim.pledge is not None:
        return _promised(claim, claim.pledge, now)
    return None


def _held(claim: Claim) -> ToDo:
    why = _("保留到 %(d)s，到期没有说定就让给别人。", d=spoken(claim.lapses_at))
    if claim.kind == "money":
        title, url = _("%(t)s：付到慈善项目", t=claim.title), url_for("gifts.pay", claim_ref=claim.claim_ref)
        return ToDo(title, why, _("去付款"), url, "banknote", claim.lapses_at)
    title, url = _("%(t)s：说定数量和日子", t=claim.title), _page_of(claim)
    return ToDo(title, why, _("去说定"), url, "handshake", claim.lapses_at)


def _promised(claim: Claim, pledge: Pledge, now: datetime) -> ToDo | None:
    if pledge.state == PledgeState.DISPUTED:
        title, why = _("%(t)s：要补一补", t=claim.title), _("家里说有一点不合用。补一补，或者换一个。")
        return ToDo(title, why, _("看怎么补"), _page_of(claim), "circle-alert", now, late=True)
    if pledge.state != PledgeState.PLEDGED:
        return None
    goods, late = claim.kind == "goods", pledge.date_by < local_day(now)
    title = _("%(t)s：送到县接收点", t=claim.title) if goods else _("%(t)s：按约好的去做", t=claim.title)
    why = _("说好 %(d)s前。", d=spoken(pledge.date_by))
    return ToDo(title, why, _("看地点和要求"), _page_of(claim), "truck", _end_of(pledge.date_by), late=late)


def _page_of(claim: Claim) -> str:
    return url_for("gifts.claim", claim_ref=claim.claim_ref)


def _proposals(waiting: Waiting) -> Iterator[ToDo]:
    """One line for all of them: they are looked at together."""
    days = [p.day for p in waiting.proposals if p.day is not None]
    if not days:
        return
    titles = "、".join(p.title for p in waiting.proposals)
    title = _("县里给你配了 %(n)s 件：%(t)s", n=len(waiting.proposals), t=titles)
    why = _("看看为什么合适，愿不愿意都行。%(d)s前有效。", d=spoken(min(days)))
    url = url_for("matches.proposals")
    yield ToDo(title, why, _("看看合不合适"), url, "heart-handshake", _end_of(min(days)))


def _pairings(desk: Desk, pairings: Sequence[Pairing]) -> Iterator[ToDo]:
    for pairing in pairings:
        ahead = next_contact(pairing, desk.now)
        if ahead is not None and ahead.code != "asked":  # the village answers first
            yield _contact(pairing, ahead)


def _contact(pairing: Pairing, ahead: NextContact) -> ToDo:
    title, url = pairing.title, url_for("pairings.room", pairing_ref=pairing.pairing_ref)
    due = ahead.visit.planned_at if ahead.visit is not None else _end_of(ahead.due_on)
    if ahead.code == "log":
        why = _("%(d)s去过了？记一句话，村里确认后算时长。", d=spoken(due))
        return ToDo(_("%(t)s：记一笔", t=title), why, _("记一笔"), f"{url}#log", "pencil", due)
    if ahead.code in ("today", "agreed"):
        why = _("就是今天。") if ahead.code == "today" else _("%(d)s，约好了。", d=spoken(due))
        return ToDo(title, why, _("进结对空间"), url, "calendar-check", due)
    why = _("照约定，%(d)s前后该去看看了。", d=spoken(ahead.due_on))
    return ToDo(_("%(t)s：约下一次", t=title), why, _("约时间"), url, "calendar-plus", due)


def _charity(desk: Desk, waiting: Waiting) -> Iterator[ToDo]:
    for project in waiting.projects:
        if project.state == CharityProjectState.REJECTED:
            url = url_for("charity.show", ref=project.ref)
            why = _("县里退回来了，写明了原因。")
            title = _("备案项目“%(n)s”", n=project.title)
            yield ToDo(title, why, _("去改"), url, "receipt", desk.now, late=True)
    for gift in waiting.gifts:
        url = url_for("charity.gift", ref=gift.note, pledge_ref=gift.ref)
        why = _("钱已经付到你们的项目，等你们采买或支付。")
        due = _end_of(gift.day + timedelta(days=10)) if gift.day is not None else _SOMEDAY
        yield ToDo(_("%(t)s：记采买", t=gift.title), why, _("去记"), url, "receipt", due)


def _interest(desk: Desk) -> Iterator[ToDo]:
    if interest_of(desk.session, desk.actor) is None:
        why = _("说清楚能出什么、在哪里，县里才好给你推荐。")
        yield ToDo(_("说说你能出什么"), why, _("去填"), url_for("matches.interest"), "sliders-horizontal")

"""Private questions about the pilot county's open projects: one that was answered, one that cannot be, one
that waits, one that is still being written."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.demo.agenda import Agenda
from app.demo.people import HSB
from app.followup.operations.inquiries import answer_inquiry, decline_inquiry
from app.followup.queries.inquiries import inquiry_by_ref
from app.library.operations.asking import ask, keep_question
from app.library.queries import card_by_number
from app.library.states import CardStatus
from app.needs.models import Need
from app.policy.actors import Role
from app.releases.models import NeedProject

# Who asks, what about, and in which words; the last is a draft.
SAID = (
    ("vol_ma", "when", "周末去方便吗？平日要上班。"),
    ("org_qy1", "other", "能不能先告诉我们是哪个村的，好安排车？"),
    ("org_zy1", "size", "旧的能不能用？我们有一件八成新的。"),
    ("vol_bai", "hand", "我在外地，能寄过去吗"),
)


class Asking:
    """Notes for the last hours: asked, then answered by the county's officer."""

    def __init__(self, agenda: Agenda) -> None:
        self.agenda = agenda
        self.cards: list[str] = []
        self.sent: list[str] = []

    def note(self) -> None:
        self.agenda.in_office(self.agenda.ago(minutes=50), self._choose)
        self.agenda.in_public(self.agenda.ago(minutes=40), self._ask)
        self.agenda.in_office(self.agenda.ago(minutes=10), self._answer)

    def _choose(self, session: Session, now: datetime) -> None:
        """Projects of the pilot county that nobody has taken; their numbers are random, so is the order."""
        shown = select(NeedProject.project_id).join(Need).where(NeedProject.state == "public")
        free = shown.where(NeedProject.status == "open", Need.area.startswith(HSB))
        self.cards = list(session.scalars(free.order_by(NeedProject.project_id)))

    def _ask(self, session: Session, now: datetime) -> None:
        found = [card_by_number(session, number) for number in self.cards]
        free = [c for c in found if c is not None and not c.blanked and c.status == CardStatus.OPEN]
        *sent, (login, topic, text) = SAID
        for card, (who, about, words) in zip(free, sent, strict=False):
            actor = self.agenda.stage.partner(session, who)
            question = ask(session, card, topic=about, text=words, actor=actor, now=now)
            self.sent.append(question.question_ref)
        if free:
            actor = self.agenda.stage.partner(session, login)
            keep_question(session, free[-1], topic=topic, text=text, actor=actor, now=now)

    def _answer(self, session: Session, now: datetime) -> None:
        county = self.agenda.stage.staff(Role.COUNTY_SWD, HSB)
        answered, declined = (inquiry_by_ref(session, ref) for ref in self.sent[:2])
        if answered is not None and declined is not None:
            answer_inquiry(
                session, answered, answers=("day_yours", "guided"), sentence="周末可以", actor=county, now=now
            )
            decline_inquiry(session, declined, reason="who", actor=county, now=now)

"""The detailed households on their way in: home check, evaluation, list, determination, batch, filing, steps
① and ②, each as far as the data say."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.models import Case, EntryBatch
from app.cases.models import Household as HouseholdRow
from app.cases.operations import entry, filing
from app.cases.operations.opening import open_one
from app.core.clock import at_local, local_day
from app.demo.agenda import Agenda
from app.demo.crowd import consents
from app.demo.households import Household
from app.demo.staff import Staff
from app.needs.models import Need
from app.needs.operations import entry as needs_entry
from app.needs.operations.entry import raise_need
from app.needs.queries import needs_of
from app.policy.actors import Role

# How far each standing has come, and on which day of the walk each step is taken.
LEVEL = {
    "screening": 0,
    "no_consent": 1,
    "eval_pending": 1,
    "eval_failed": 2,
    "eval_passed": 2,
    "under": 3,
    "returned": 3,
    "not_determined": 4,
    "determined": 4,
    "batch_draft": 5,
    "batch_submitted": 6,
    "reviewing": 7,
    "objected": 8,
    "sent_back": 8,
    "reaffirmed": 8,
    "filed": 8,
}
DAY = {"open": 0, "check": 2, "evaluate": 7, "list": 9, "determine": 14, "batch": 16, "submit": 17}
DAY |= {"review": 19, "decide": 20}
STEP_OF_LEVEL = ("open", "check", "evaluate", "list", "determine", "batch", "submit", "review", "decide")
LEVEL_OF_STEP = {step: level for level, step in enumerate(STEP_OF_LEVEL)}
WHOLE_WALK = DAY["decide"]
Act = Callable[[Session, Household, datetime], None]
_NO_MORE = "家里的收入已经在线上，政策可以解决。"


class Walk:
    """Notes every step of these households on the agenda. `filed_on` is the day on which those that get so
    far are filed; others have taken their last step a few days before the demo opens."""

    def __init__(self, agenda: Agenda, households: Sequence[Household], filed_on: date) -> None:
        self.agenda, self.households = agenda, households
        self.filed_on = filed_on

    @property
    def staff(self) -> Staff:
        return self.agenda.stage.staff

    def note(self) -> None:
        for number, home in enumerate(self.households):
            self._on(home, "open", number % 5 - 4, self._open)
            for step, act in (
                ("check", self._check),
                ("evaluate", self._evaluate),
                ("list", self._list),
                ("determine", self._determine),
            ):
                if LEVEL[home.stands] >= LEVEL_OF_STEP[step]:
                    self._on(home, step, 0, act)
            if home.stands == "returned":
                self._on(home, "determine", 0, self._return)
        for township in sorted({h.township for h in self.households}):
            self._note_batches(township)

    def _on(self, home: Household, step: str, jitter: int, act: Act) -> None:
        moment = at_local(self._start(home) + timedelta(days=DAY[step] + jitter), 9 + LEVEL_OF_STEP[step] % 8)
        self.agenda.in_office(moment, lambda session, now: act(session, home, now))

    def _start(self, home: Household) -> date:
        """The day on which its walk begins."""
        level = LEVEL[home.stands]
        if level >= LEVEL["objected"]:
            return self.filed_on - timedelta(days=WHOLE_WALK)
        last = DAY[STEP_OF_LEVEL[level]]
        return self.agenda.today - timedelta(days=last + 2)

    def _open(self, session: Session, home: Household, now: datetime) -> None:
        worker = self.staff(Role.VILLAGE_WORKER, home.village)
        case = open_one(session, home.family.household, actor=worker, now=now)
        for need in home.family.needs:
            raise_need(session, case, need, actor=worker, now=now)

    def _check(self, session: Session, home: Household, now: datetime) -> None:
        case, second = case_of(session, home), self.staff(Role.TOWNSHIP_OFFICER, home.township)
        no_to = home.no_to | ({"record"} if home.stands == "no_consent" else set())
        sheet = entry.HomeSheet(
            done_on=local_day(now),
            second_key=second.person_key,
            second_name=second.name,
            second_by="on_site",
            findings="两个人到家里看过，和说的一样。",
            cond_a=f"人均月收入 {(case.household.monthly_income_fen or 0) // 100} 元",
            cond_b="没有多余房产，没有经营车辆",
            cond_c=f"主要难在{home.difficulty}",
            cond_d="政策办过以后仍有缺口",
            supporter_check="partly",
            dibao_kind=home.dibao_kind,
            consents=consents(case, now, no_to=frozenset(no_to)),
        )
        worker = self.staff(Role.VILLAGE_WORKER, home.village)
        entry.record_home_check(session, case, sheet, actor=worker, now=now)

    def _evaluate(self, session: Session, home: Household, now: datetime) -> None:
        votes = (2, 6, 1) if home.stands == "eval_failed" else (8, 1, 0)
        vote = entry.Vote(local_day(now), "演示主持人", 10, 1, *votes, "评议会记录在村务档案里。")
        worker = self.staff(Role.VILLAGE_WORKER, home.village)
        entry.record_evaluation(session, case_of(session, home), vote, actor=worker, now=now)

    def _list(self, session: Session, home: Household, now: datetime) -> None:
        case, worker = case_of(session, home), self.staff(Role.VILLAGE_WORKER, home.village)
        entry.add_difficulty(session, case, kind=home.difficulty, detail="", actor=worker, now=now)
        needs_entry.submit_list(session, case, actor=worker, now=now)

    def _return(self, session: Session, home: Household, now: datetime) -> None:
        officer = self.staff(Role.TOWNSHIP_OFFICER, home.township)
        case, note = case_of(session, home), "困难清单写得太简单，请把家里的情况写具体些。"
        entry.return_case(session, case, code="材料不全", note=note, actor=officer, now=now)

    def _determine(self, session: Session, home: Household, now: datetime) -> None:
        case, accepted = case_of(session, home), home.stands != "not_determined"
        dropped = {w.ref for w in home.wishes if w.policy == "drop"}
        needs_entry.determine(
            session,
            case,
            accepted=accepted,
            meeting_on=local_day(now),
            ref_no=f"演示会纪〔{now.year}〕{case.id}号",
            reason="" if accepted else _NO_MORE,
            dropped=frozenset(n.id for n in needs_of(session, case.id) if n.need_ref in dropped),
            actor=self.staff(Role.TOWNSHIP_LEAD, home.township),
            now=now,
        )

    def _note_batches(self, township: str) -> None:
        """One batch for each standing below filing, and one whole batch for those that were decided on."""
        here = [h for h in self.households if h.township == township]
        decided = [h for h in here if LEVEL[h.stands] >= LEVEL["objected"]]
        groups = [decided] if decided else []
        for standing in ("batch_draft", "batch_submitted", "reviewing"):
            groups.append([h for h in here if h.stands == standing])
        for group in filter(None, groups):
            Batch(self, township, group).note(self._start(group[0]))


class Batch:
    """A township's batch with these households, as far as their standing says."""

    def __init__(self, walk: Walk, township: str, homes: Sequence[Household]) -> None:
        self.walk, self.township, self.homes = walk, township, homes
        self.batch_no = ""

    def note(self, start: date) -> None:
        level = LEVEL[self.homes[0].stands]
        for step, act in (
            ("batch", self._make),
            ("submit", self._submit),
            ("review", self._review),
            ("decide", self._decide),
        ):
            if level >= LEVEL_OF_STEP[step]:
                self.walk.agenda.in_office(at_local(start + timedelta(days=DAY[step]), 15), act)
        if any(h.stands == "reaffirmed" for h in self.homes):
            self.walk.agenda.in_office(at_local(start + timedelta(days=DAY["decide"] + 2), 10), self._answer)

    def _make(self, session: Session, now: datetime) -> None:
        officer = self.walk.staff(Role.TOWNSHIP_OFFICER, self.township)
        batch = filing.make_batch(session, actor=officer, now=now)
        self.batch_no = batch.batch_no
        for home in self.homes:
            filing.put_in_batch(session, batch, case_of(session, home), actor=officer, now=now)

    def _submit(self, session: Session, now: datetime) -> None:
        lead = self.walk.staff(Role.TOWNSHIP_LEAD, self.township)
        filing.submit_batch(session, self._batch(session), actor=lead, now=now)

    def _review(self, session: Session, now: datetime) -> None:
        county = self.walk.staff(Role.COUNTY_SWD, self.township[:6])
        filing.start_review(session, self._batch(session), actor=county, now=now)

    def _decide(self, session: Session, now: datetime) -> None:
        batch, county = self._batch(session), self.walk.staff(Role.COUNTY_SWD, self.township[:6])
        stands = {h.key: h.stands for h in self.homes}
        for item in batch.items:
            standing = stands[item.case.household.household_ref]
            if standing in ("objected", "reaffirmed"):
                note = "家庭类别和入户核实写的不一样，请再研究。"
                filing.object_to_item(session, item, note=note, actor=county, now=now)
            elif standing == "sent_back":
                code, note = "材料不全", "缺一份研究认定的会议记录。"
                filing.return_item(session, item, code=code, note=note, actor=county, now=now)
            else:
                needs_entry.file_item(session, item, actor=county, now=now)
        filing.finish_review(session, batch, actor=county, now=now)

    def _answer(self, session: Session, now: datetime) -> None:
        """The township studied it again and holds to it; the household goes up once more and is filed."""
        lead = self.walk.staff(Role.TOWNSHIP_LEAD, self.township)
        officer = self.walk.staff(Role.TOWNSHIP_OFFICER, self.township)
        county = self.walk.staff(Role.COUNTY_SWD, self.township[:6])
        again = [case_of(session, h) for h in self.homes if h.stands == "reaffirmed"]
        answer = "核对了残疾证，两人都持证，类别没有错，维持认定。"
        for case in again:
            filing.answer_objection(session, case, reaffirm=True, answer=answer, actor=lead, now=now)
        batch = filing.make_batch(session, actor=officer, now=now)
        for case in again:
            filing.put_in_batch(session, batch, case, actor=officer, now=now)
        filing.submit_batch(session, batch, actor=lead, now=now)
        filing.start_review(session, batch, actor=county, now=now)
        for item in batch.items:
            needs_entry.file_item(session, item, actor=county, now=now)
        filing.finish_review(session, batch, actor=county, now=now)

    def _batch(self, session: Session) -> EntryBatch:
        return session.scalars(select(EntryBatch).where(EntryBatch.batch_no == self.batch_no)).one()


def case_of(session: Session, home: Household) -> Case:
    """The case of a household of the demo by its key."""
    statement = select(Case).join(HouseholdRow).where(HouseholdRow.household_ref == home.key)
    return session.scalars(statement).one()


def need_named(session: Session, ref: str) -> Need:
    return session.scalars(select(Need).where(Need.need_ref == ref)).one()

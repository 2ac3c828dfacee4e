"""The dry run: every line, then all lines against each other and against the register."""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.orm import Session

from app.cases.operations.opening import NewHousehold, NewMember
from app.needs.operations.entry import NewNeed
from app.needs.operations.importing.columns import HOUSEHOLDS, MEMBERS, NEEDS, Sheet
from app.needs.operations.importing.families import Family, check_people, family_of, household_of
from app.needs.operations.importing.notes import Notes
from app.needs.operations.importing.people import member_of
from app.needs.operations.importing.register import people_in_care, registered_applicants
from app.needs.operations.importing.tables import Line, Progress, Table, Tables, silent
from app.needs.operations.importing.wants import need_of
from app.policy.actors import Actor

BEAT = 500


@dataclass(frozen=True)
class Plan:
    """One household to be opened, with its needs."""

    household: NewHousehold
    needs: tuple[NewNeed, ...]


@dataclass
class Findings:
    """What a dry run found. `plans` is whole only without errors. `skipped` are in the register already."""

    notes: Notes = field(default_factory=Notes)
    plans: list[Plan] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)

    @property
    def sound(self) -> bool:
        return not self.notes.errors

    def counts(self) -> dict[str, int]:
        return {
            "households": len(self.plans),
            "members": sum(len(p.household.members) for p in self.plans),
            "needs": sum(len(p.needs) for p in self.plans),
            "skipped": len(self.skipped),
            "errors": self.notes.errors,
            "warnings": self.notes.warnings,
        }


def check_tables(
    session: Session,
    tables: Tables,
    *,
    county: str | None,
    actor: Actor,
    day: date,
    progress: Progress = silent,
) -> Findings:
    """Writes nothing. `county` None takes lines of every county in the actor's area."""
    findings = Findings(rows={t.sheet.key: len(t.lines) for t in tables.all()})
    for problem in tables.problems:
        findings.notes.take(problem)
    if findings.sound:
        _Check(session, tables, county, actor, day, findings, progress).run()
    return findings


class _Check:
    def __init__(
        self,
        session: Session,
        tables: Tables,
        county: str | None,
        actor: Actor,
        day: date,
        findings: Findings,
        progress: Progress,
    ) -> None:
        self.session, self.tables, self.county = session, tables, county
        self.actor, self.day, self.findings, self.progress = actor, day, findings, progress
        self.notes = findings.notes
        self.total = sum(findings.rows.values())
        self.done = 0
        self.families: dict[str, Family] = {}
        self.people: dict[str, list[NewMember]] = defaultdict(list)
        self.numbered: dict[str, Line] = {}
        self.needs: dict[str, list[NewNeed]] = defaultdict(list)

    def run(self) -> None:
        self._read_families()
        self._read_people()
        self._read_needs()
        for ref, family in self.families.items():
            check_people(self.notes, family, self.people[ref], day=self.day)
        known = self._skip_registered()
        self._refuse_people_in_care(known)
        if self.findings.sound:
            self._plan(known)

    def _lines(self, table: Table) -> Iterable[Line]:
        for line in table.lines:
            if self.done % BEAT == 0:
                self.progress("check", self.done, self.total)
            self.done += 1
            yield line

    def _read_families(self) -> None:
        table = self.tables.households
        seen: dict[Hashable, int] = {}
        for line in self._lines(table):
            family = family_of(self.notes, line, yuan=table.yuan, area=self.actor.area, county=self.county)
            if self._repeated("E101", HOUSEHOLDS, line, "household_ref", line.get("household_ref"), seen):
                continue
            self.families[line.get("household_ref")] = family

    def _read_people(self) -> None:
        seen: dict[Hashable, int] = {}
        numbers: dict[Hashable, int] = {}
        for line in self._lines(self.tables.members):
            person = member_of(self.notes, line, day=self.day)
            ref = line.get("household_ref")
            if person is None or self._homeless(MEMBERS, line, ref):
                continue
            self._repeated("E207", MEMBERS, line, "member_ref", (ref, person.member_ref), seen)
            if person.id_no and not self._repeated("E202", MEMBERS, line, "id_no", person.id_no, numbers):
                self.numbered[person.id_no] = line
            self.people[ref].append(person)

    def _read_needs(self) -> None:
        table = self.tables.needs
        seen: dict[Hashable, int] = {}
        for line in self._lines(table):
            ref = line.get("household_ref")
            need = need_of(self.notes, line, yuan=table.yuan, people=self.people.get(ref, ()), day=self.day)
            if self._homeless(NEEDS, line, ref) or need is None:
                continue
            self._repeated("E407", NEEDS, line, "need_ref", (ref, need.need_ref), seen)
            self.needs[ref].append(need)

    def _repeated(
        self, code: str, sheet: Sheet, line: Line, key: str, value: Hashable, seen: dict[Hashable, int]
    ) -> bool:
        if not value:
            return False
        first = seen.setdefault(value, line.row)
        if first != line.row:
            self.notes.add(code, sheet, line, key, other=first)
        return first != line.row

    def _homeless(self, sheet: Sheet, line: Line, ref: str) -> bool:
        if ref and ref not in self.families:
            self.notes.add("E102", sheet, line, "household_ref")
        return ref not in self.families

    def _skip_registered(self) -> set[str]:
        """Households in the register with the same applicant are left alone; with another it is an error."""
        places = {ref: village[:6] for ref, (_line, _good, village) in self.families.items() if village}
        known = set()
        for (county, ref), same in registered_applicants(self.session, places, self._applicants()).items():
            if places.get(ref) != county:
                continue
            if same:
                known.add(ref)
            else:
                self.notes.add("E106", HOUSEHOLDS, self.families[ref][0], "household_ref")
        self.findings.skipped = [ref for ref in self.families if ref in known]
        return known

    def _applicants(self) -> dict[str, str]:
        return {ref: good.get("applicant_id_no", "") for ref, (_l, good, _v) in self.families.items()}

    def _refuse_people_in_care(self, known: set[str]) -> None:
        new = {n: line for n, line in self.numbered.items() if line.get("household_ref") not in known}
        for number in people_in_care(self.session, new):
            self.notes.add("E203", MEMBERS, new[number], "id_no")

    def _plan(self, known: set[str]) -> None:
        for ref, (_line, good, village) in self.families.items():
            if ref not in known and village:
                household = household_of(good, village, self.people[ref])
                self.findings.plans.append(Plan(household, tuple(self.needs[ref])))
        self.progress("check", self.total, self.total)

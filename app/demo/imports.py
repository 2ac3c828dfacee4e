"""Workbooks on their way in: one that can be written, one with errors, one written, one thrown away, one
whose run broke off."""

from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from app.demo.agenda import Agenda
from app.demo.people import HSB
from app.needs.models import ImportJob
from app.needs.operations.importing import uploads
from app.needs.operations.importing.marked import marked_workbook
from app.needs.operations.importing.reading import fingerprint, read_tables
from app.needs.operations.importing.tables import WEB, Tables
from app.policy.actors import Actor, Role
from app.policy.numbers import id_check_digit

VILLAGE = "640303100200"
_HOUSEHOLDS = (
    "household_ref,county_code,township_code,village_code,category_code,address_detail,applicant_name,"
    "applicant_id_no,phone,monthly_income_fen,batch_no,narrative"
)
_MEMBERS = (
    "household_ref,member_ref,relation,name,id_no,sex,birth_date,disability_type,disability_grade,"
    "disease_code,school_stage,employment"
)
_NEEDS = "household_ref,need_ref,action_no,item_code,quantity,budget_fen,urgency,description"


class Imports:
    """Uploads of the pilot county's officer in the last hours."""

    def __init__(self, agenda: Agenda) -> None:
        self.agenda, self.stage = agenda, agenda.stage
        self.instance = agenda.stage.house.settings.instance

    def note(self) -> None:
        for hours, serial, good, end in (
            (20, 1, True, "commit"),
            (6, 2, True, "discard"),
            (5, 3, False, ""),
            (3, 4, True, ""),
            (2, 5, True, "broke_off"),
        ):
            upload = partial(self._upload, serial, good, end)
            self.agenda.in_office(self.agenda.ago(hours=hours), upload)

    def _upload(self, serial: int, good: bool, end: str, session: Session, now: datetime) -> None:
        actor, files = self.stage.staff(Role.COUNTY_SWD, HSB), tables_of(serial, good=good)
        job = uploads.keep_upload(
            session, file_name="三张 CSV 表", fingerprint=fingerprint(files), actor=actor, now=now
        )
        uploads.put_files(self.instance, job.token, files)
        if end == "broke_off":
            return
        tables = read_tables(files, WEB)
        self._check(session, job, tables, actor, now)
        if end == "commit":
            uploads.commit_upload(session, job, tables, actor=actor, now=now)
        elif end == "discard":
            uploads.discard(session, job, actor=actor, now=now)
        if end:
            uploads.drop_files(self.instance, job.token)

    def _check(self, session: Session, job: ImportJob, tables: Tables, actor: Actor, now: datetime) -> None:
        found = uploads.check_upload(session, tables, actor=actor, now=now)
        uploads.note_check(session, job, found, actor=actor, now=now)
        marked = marked_workbook(tables, found.notes.in_order()) if found.notes.problems else None
        uploads.put_report(self.instance, job.token, uploads.report_of(found), marked)


def tables_of(serial: int, *, good: bool) -> dict[str, bytes]:
    """One household in the three tables; the bad one has a wrong number, an unknown item, no quantity."""
    ref, number = f"DR{serial:03d}", _number(serial)
    if not good:
        number = number[:-1] + ("0" if number[-1] != "0" else "1")
    households = (
        f"{ref},640303,640303100,{VILLAGE},C7,演示3组,田演示{serial},{number},,88000,演示,演示用的一户。"
    )
    members = f"{ref},{ref}-M1,本人,田演示{serial},{number},男,1966-03-0{serial},,,,,务农"
    item, pieces = ("G08", "2") if good else ("G99", "")
    needs = f"{ref},{ref}-N1,1,{item},{pieces},60000,important,被褥"
    return {
        "households.csv": f"{_HOUSEHOLDS}\n{households}\n".encode(),
        "members.csv": f"{_MEMBERS}\n{members}\n".encode(),
        "needs.csv": f"{_NEEDS}\n{needs}\n".encode(),
    }


def _number(serial: int) -> str:
    front = f"6499991966030{serial}8{serial}1"
    return front + id_check_digit(front)

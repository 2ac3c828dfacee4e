"""Reading and writing a large workbook takes longer than a page may: it runs beside, and the page looks in.

A run holds a lock on a file in the upload's folder: any process sees whether it is still at work, and one
that dies lets go of it.
"""

import fcntl
import json
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from app.core.database import Database
from app.core.errors import Refusal
from app.needs.models import ImportJob
from app.needs.operations.importing import uploads
from app.needs.operations.importing.check import Findings
from app.needs.operations.importing.marked import marked_workbook
from app.needs.operations.importing.problems import Problem
from app.needs.operations.importing.reading import read_tables
from app.needs.operations.importing.tables import WEB, Tables, Unreadable
from app.policy.actors import Actor

log = logging.getLogger(__name__)
PATIENCE = 1.5
FAILED = "failed"
Work = Callable[["Run"], None]


@dataclass(frozen=True)
class Run:
    """All that a thread needs of the request that started it."""

    instance: Path
    db: Database
    job_id: int
    token: str
    actor: Actor
    now: datetime

    @property
    def folder(self) -> Path:
        return uploads.folder_of(self.instance, self.token)

    def progress(self, stage: str, done: int, total: int) -> None:
        part = self.folder / "progress.part"
        part.write_text(json.dumps([stage, done, total]), encoding="ascii")
        part.replace(self.folder / "progress")


def start(run: Run, work: Work) -> None:
    """Starts the work and waits a moment: a small workbook is done before the answer goes out."""
    lock = _locked(run.folder)
    if lock is None:
        return
    thread = threading.Thread(target=_at_work, args=(run, work, lock), daemon=True)
    thread.start()
    thread.join(PATIENCE)


def is_running(instance: Path, token: str) -> bool:
    folder = uploads.folder_of(instance, token)
    if not folder.is_dir():
        return False
    lock = _locked(folder)
    if lock is None:
        return True
    lock.close()
    return False


def progress_of(instance: Path, token: str) -> tuple[str, int, int]:
    """Stage, done, total; ("failed", 0, 0) when the last run broke off."""
    try:
        text = (uploads.folder_of(instance, token) / "progress").read_text(encoding="ascii")
    except FileNotFoundError:
        return "read", 0, 0
    stage, done, total = json.loads(text)
    return str(stage), int(done), int(total)


def check(run: Run) -> None:
    """The dry run: writes nothing but what it found."""
    tables, findings = Tables(), Findings(rows=dict.fromkeys(("households", "members", "needs"), 0))
    try:
        tables = read_tables(uploads.get_files(run.instance, run.token), WEB, run.progress)
    except Unreadable as error:
        findings.notes.take(
            Problem("E500", "households", 0, "", values={"why": str(error.message).rstrip("。")})
        )
    else:
        with run.db.transaction(writes=False) as session:
            findings = uploads.check_upload(
                session, tables, actor=run.actor, now=run.now, progress=run.progress
            )
    _keep(run, tables, findings)
    with run.db.transaction() as session:
        job = session.get_one(ImportJob, run.job_id)
        uploads.note_check(session, job, findings, actor=run.actor, now=run.now)


def write(run: Run) -> None:
    """All of it or nothing; the files go once it stands in the register."""
    tables = read_tables(uploads.get_files(run.instance, run.token), WEB, run.progress)
    with run.db.transaction() as session:
        job = session.get_one(ImportJob, run.job_id)
        changed = uploads.commit_upload(
            session, job, tables, actor=run.actor, now=run.now, progress=run.progress
        )
    if changed is None:
        uploads.drop_files(run.instance, run.token)
    else:
        _keep(run, tables, changed)


def _keep(run: Run, tables: Tables, findings: Findings) -> None:
    problems = findings.notes.in_order()
    marked = None
    if findings.notes.errors:
        run.progress("mark", 0, 0)
        marked = marked_workbook(tables, problems)
    uploads.put_report(run.instance, run.token, uploads.report_of(findings), marked)


def _at_work(run: Run, work: Work, lock: IO[str]) -> None:
    try:
        run.progress("read", 0, 0)
        work(run)
    except Refusal as refusal:  # somebody was quicker; nothing was written
        log.info("import_refused job=%s status=%s", run.job_id, refusal.status)
        run.progress(FAILED, 0, 0)
    except Exception as error:  # the page says that it broke off; the log says where, without values
        log.error("import_failed job=%s error=%s", run.job_id, type(error).__name__)
        run.progress(FAILED, 0, 0)
    finally:
        lock.close()


def _locked(folder: Path) -> IO[str] | None:
    """The lock of a folder, or None while somebody holds it."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = (folder / "running").open("w", encoding="ascii")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        return None
    return lock

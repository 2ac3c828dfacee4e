"""A workbook that was uploaded: where it waits sealed, and how it ends (domain 4.26 ImportJob)."""

import base64
import json
import shutil
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.clock import local_day
from app.core.secrets import ring
from app.core.states import advance, begin, require
from app.core.tokens import digest, token
from app.needs.models import ImportJob
from app.needs.operations.importing.check import Findings, check_tables
from app.needs.operations.importing.tables import Progress, Tables, silent
from app.needs.operations.importing.write import require_importer, write_plans
from app.needs.states import IMPORT, UNFINISHED_IMPORT
from app.policy.actors import SYSTEM, Actor

LASTS = timedelta(hours=24)


def folder_of(instance: Path, name: str) -> Path:
    return instance / "office" / "imports" / name


def keep_upload(
    session: Session, *, file_name: str, fingerprint: str, actor: Actor, now: datetime
) -> ImportJob:
    """The row of a new upload; its files are put away by `put_files`."""
    job = ImportJob(
        token=token(),
        area=actor.area,
        officer_id=actor.account_id,
        file_name=file_name[:120],
        fingerprint=fingerprint,
    )
    begin(session, IMPORT, job, actor=actor, now=now)
    return job


def discard(session: Session, job: ImportJob, *, actor: Actor, now: datetime) -> None:
    advance(session, IMPORT, job, "discard", actor=actor, now=now)
    job.finished_at = now


def note_check(session: Session, job: ImportJob, findings: Findings, *, actor: Actor, now: datetime) -> None:
    """What the dry run found, on the job; only a sound one with something new in it may be written."""
    good = findings.sound and bool(findings.plans)
    advance(session, IMPORT, job, "pass_check" if good else "fail_check", actor=actor, now=now)
    counts = findings.counts()
    rows = counts if good else findings.rows
    job.households_n, job.members_n, job.needs_n = rows["households"], rows["members"], rows["needs"]
    job.skipped_n, job.errors_n, job.warnings_n = counts["skipped"], counts["errors"], counts["warnings"]
    job.checked_hash = checked_hash(job.fingerprint, findings) if good else None


def checked_hash(fingerprint: str, findings: Findings) -> str:
    """The same file read the same way against the same register gives the same hash (I-41)."""
    return digest(json.dumps([fingerprint, findings.counts(), sorted(findings.skipped)], sort_keys=True))


def commit_upload(
    session: Session,
    job: ImportJob,
    tables: Tables,
    *,
    actor: Actor,
    now: datetime,
    progress: Progress = silent,
) -> Findings | None:
    """Writes the workbook if it still reads as its dry run did; else notes and answers the new findings.

    Raises NotAllowed for anyone but the uploader, Refusal in any state but ready.
    """
    require(actor, "import.finish", job)
    findings = check_upload(session, tables, actor=actor, now=now, progress=progress)
    if checked_hash(tables.fingerprint, findings) != job.checked_hash:
        note_check(session, job, findings, actor=actor, now=now)
        return findings
    advance(session, IMPORT, job, "commit", actor=actor, now=now)
    write_plans(session, findings, actor=actor, now=now, progress=progress)
    job.finished_at = now
    return None


def check_upload(
    session: Session, tables: Tables, *, actor: Actor, now: datetime, progress: Progress = silent
) -> Findings:
    require_importer(actor)
    return check_tables(
        session, tables, county=actor.county, actor=actor, day=local_day(now), progress=progress
    )


def report_of(findings: Findings) -> dict[str, Any]:
    """The findings as they are kept for the page: no plans, only counts and masked problems."""
    places = Counter(p.household.village_code[:9] for p in findings.plans)
    return {
        "rows": findings.rows,
        "bad": Counter(sheet for sheet, _row in findings.notes.bad),
        "places": dict(sorted(places.items())),
        "problems": [asdict(p) for p in findings.notes.in_order()],
    }


def purge_unfinished(session: Session, *, now: datetime) -> list[str]:
    """Ends what nobody finished within a day; returns the names of the folders to delete."""
    statement = select(ImportJob).where(
        ImportJob.state.in_(UNFINISHED_IMPORT), ImportJob.created_at < now - LASTS
    )
    old = session.scalars(statement).all()
    for job in old:
        advance(session, IMPORT, job, "purge", actor=SYSTEM, now=now)
        job.finished_at = now
    return [job.token for job in old]


def put_files(instance: Path, name: str, files: Mapping[str, bytes]) -> None:
    """Sealed with the office key: a copy of the folder tells nothing."""
    _write(instance, name, "upload", {k: base64.b64encode(v).decode() for k, v in files.items()})


def get_files(instance: Path, name: str) -> dict[str, bytes]:
    """Raises FileNotFoundError once the upload was finished or thrown away."""
    return {k: base64.b64decode(v) for k, v in _read(instance, name, "upload").items()}


def put_report(instance: Path, name: str, report: Mapping[str, Any], marked: bytes | None) -> None:
    """What the dry run found, and the workbook with the bad cells marked."""
    _write(instance, name, "report", report)
    if marked is not None:
        _write(instance, name, "marked", {"marked": base64.b64encode(marked).decode()})


def get_report(instance: Path, name: str) -> dict[str, Any]:
    """Empty when there is none."""
    try:
        return _read(instance, name, "report")
    except FileNotFoundError:
        return {}


def get_marked(instance: Path, name: str) -> bytes | None:
    try:
        return base64.b64decode(_read(instance, name, "marked")["marked"])
    except FileNotFoundError:
        return None


def drop_files(instance: Path, name: str) -> None:
    shutil.rmtree(folder_of(instance, name), ignore_errors=True)


def _write(instance: Path, name: str, part: str, content: Mapping[str, Any]) -> None:
    folder = folder_of(instance, name)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = folder / f"{part}.part"
    new.write_text(ring("office").seal(json.dumps(content, ensure_ascii=False)), encoding="ascii")
    new.replace(folder / f"{part}.sealed")


def _read(instance: Path, name: str, part: str) -> dict[str, Any]:
    sealed = (folder_of(instance, name) / f"{part}.sealed").read_text(encoding="ascii")
    found: dict[str, Any] = json.loads(ring("office").open(sealed))
    return found

"""A workbook that was uploaded: where it waits sealed, and how it ends (domain 4.26 ImportJob)."""

import base64
import json
import shutil
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.secrets import ring
from app.core.states import advance, begin
from app.core.tokens import token
from app.needs.models import ImportJob
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

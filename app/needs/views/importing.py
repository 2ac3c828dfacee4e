"""表格导入: upload, dry run with every error, the workbook marked, then all of it or nothing (mock-up 11)."""

import io
from pathlib import Path
from typing import Any

from flask import (
    Blueprint,
    after_this_request,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.core.answers import accepted
from app.core.errors import NotFound
from app.core.guard import Desk, access, door
from app.core.paging import Page
from app.needs.forms.importing import UploadForm
from app.needs.models import ImportJob
from app.needs.operations.importing import uploads
from app.needs.operations.importing.columns import SHEETS
from app.needs.operations.importing.problems import Problem
from app.needs.operations.importing.reading import fingerprint, sniff
from app.needs.operations.importing.tables import WEB
from app.needs.operations.importing.template import template_workbook
from app.needs.queries import import_by_id, imports_in_area
from app.needs.states import IMPORT_LABELS, ImportState
from app.needs.views import import_runs

blueprint = Blueprint("imports", __name__, url_prefix="/imports")
Answer = str | Response | tuple[str, int]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PAGE_SIZE = 20
STAGES = {"read": "正在读表", "check": "正在一行行检查", "mark": "正在把错标出来", "write": "正在写入"}


@blueprint.get("/")
@access("import.upload")
def index(desk: Desk) -> str:
    return _index(desk, UploadForm(formdata=None))


@blueprint.get("/template")
@access("import.upload")
def template(desk: Desk) -> Response:
    return _download(template_workbook(desk.actor.county), "jiedui-import.xlsx")


@blueprint.post("/")
@access("import.upload")
def upload(desk: Desk) -> Answer:
    form = UploadForm()
    files = {Path(f.filename or "").name: f.read() for f in request.files.getlist("files") if f.filename}
    if not accepted(form, lambda: sniff(files, WEB)):
        return _index(desk, form), 422
    name = next(iter(files)) if len(files) == 1 else _("三张 CSV 表")
    job = uploads.keep_upload(
        desk.session, file_name=name, fingerprint=fingerprint(files), actor=desk.actor, now=desk.now
    )
    uploads.put_files(_instance(), job.token, files)
    return _run(desk, job, import_runs.check)


@blueprint.get("/<int:job_id>")
@access("import.read", subject=import_by_id)
def show(desk: Desk, job: ImportJob) -> str:
    stage, done, total = import_runs.progress_of(_instance(), job.token)
    if import_runs.is_running(_instance(), job.token):
        return render_template("needs/import_running.html", job=job, **_progress(stage, done, total))
    report = uploads.get_report(_instance(), job.token)
    problems = [Problem(**p) for p in report.get("problems", [])]
    sheet = request.args.get("sheet", "")
    shown = [p for p in problems if not sheet or p.sheet == sheet]
    return render_template(
        "needs/import.html",
        job=job,
        report=report,
        problems=problems,
        sheet=sheet,
        sheets=SHEETS,
        page=_page(shown, request.args.get("page", 1, type=int)),
        broke_off=stage == import_runs.FAILED or job.state == ImportState.UPLOADED,
        labels=IMPORT_LABELS,
    )


@blueprint.get("/<int:job_id>/progress")
@access("import.read", subject=import_by_id)
def progress(desk: Desk, job: ImportJob) -> Response:
    """The part of the page that looks again; once the run is over it sends the browser to the result."""
    stage, done, total = import_runs.progress_of(_instance(), job.token)
    answer = make_response(
        render_template("needs/_import_progress.html", job=job, **_progress(stage, done, total))
    )
    if not import_runs.is_running(_instance(), job.token):
        answer.headers["HX-Redirect"] = url_for("imports.show", job_id=job.id)
    return answer


@blueprint.get("/<int:job_id>/marked")
@access("import.download", subject=import_by_id)
def marked(desk: Desk, job: ImportJob) -> Response:
    content = uploads.get_marked(_instance(), job.token)
    if content is None:
        raise NotFound
    return _download(content, f"jiedui-import-{job.id}-errors.xlsx")


@blueprint.post("/<int:job_id>/check")
@access("import.finish", subject=import_by_id)
def check(desk: Desk, job: ImportJob) -> Response:
    """Once more, after a run that broke off."""
    return _run(desk, job, import_runs.check)


@blueprint.post("/<int:job_id>/commit")
@access("import.finish", subject=import_by_id)
def commit(desk: Desk, job: ImportJob) -> Response:
    if job.state != ImportState.READY:
        flash(_("这份表现在不能写入。看看下面要改哪里。"), "need")
        return redirect(url_for("imports.show", job_id=job.id), 303)
    return _run(desk, job, import_runs.write)


@blueprint.post("/<int:job_id>/discard")
@access("import.finish", subject=import_by_id)
def discard(desk: Desk, job: ImportJob) -> Response:
    uploads.discard(desk.session, job, actor=desk.actor, now=desk.now)
    uploads.drop_files(_instance(), job.token)
    flash(_("丢掉了。上传的表已经删除，一户也没有写入。"))
    return redirect(url_for("imports.index"), 303)


def _run(desk: Desk, job: ImportJob, work: import_runs.Work) -> Response:
    """Starts once the request's own transaction has ended, so that the run finds what it wrote."""
    run = import_runs.Run(_instance(), desk.db, job.id, job.token, desk.actor, desk.now)

    @after_this_request
    def begin(response: Response) -> Response:
        import_runs.start(run, work)
        return response

    return redirect(url_for("imports.show", job_id=job.id), 303)


def _instance() -> Path:
    return door().house.settings.instance


def _index(desk: Desk, form: UploadForm) -> str:
    page = imports_in_area(desk.session, desk.actor, page=request.args.get("page", 1, type=int))
    return render_template("needs/imports.html", form=form, page=page, labels=IMPORT_LABELS)


def _progress(stage: str, done: int, total: int) -> dict[str, Any]:
    return {"stage": STAGES.get(stage, STAGES["read"]), "done": done, "total": total}


def _page(problems: list[Problem], number: int) -> Page:
    pages = max(1, -(-len(problems) // PAGE_SIZE))
    number = min(max(1, number), pages)
    return Page(problems[(number - 1) * PAGE_SIZE : number * PAGE_SIZE], number, PAGE_SIZE, len(problems))


def _download(content: bytes, name: str) -> Response:
    return send_file(io.BytesIO(content), mimetype=XLSX, as_attachment=True, download_name=name)

"""The form of an upload."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import MultipleFileField


class UploadForm(FlaskForm):  # type: ignore[misc]
    files = MultipleFileField(
        _("填好的表"),
        description=_(
            "一个 .xlsx 工作簿；或者一次选三个 CSV（UTF-8）：households.csv、members.csv、needs.csv。"
            "最多 10 MB、2000 户。"
        ),
        render_kw={"accept": ".xlsx,.csv"},
    )

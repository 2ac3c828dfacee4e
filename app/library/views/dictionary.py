"""What each column of the public table means, and the read-only interface described (OpenAPI 3.1)."""

from dataclasses import dataclass
from typing import Any

from app.library.states import STATUS_LABELS
from app.policy.catalogue import ACTIONS, BAND_NAMES, GENERIC_ITEM, KINDS, NAMES, PUBLIC_TYPES
from app.policy.lattice import DISABILITY, DISEASE, PRESENCE, SIZES
from app.policy.lists import URGENCY


@dataclass(frozen=True)
class Column:
    """`values` is the closed list, or empty where the column has none. `example` is made up."""

    name: str
    title: str
    meaning: str
    values: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    example: str = ""

    @property
    def shown(self) -> list[str]:
        """The values as the page lists them: a code with its word."""
        return (
            [f"{v}（{t}）" for v, t in zip(self.values, self.told, strict=True)]
            if self.told
            else list(self.values)
        )


COLUMNS = (
    Column("week", "哪一批", "这张表是哪个星期一的。", example="2026-11-23"),
    Column("project_id", "项目号", "随机的号，不含县区、日期和先后。", example="XQ-7K2P93QX"),
    Column("cohort_id", "批次号", "同一标签、同一天公布的一批，随机的号。", example="VVA0A9A229Y5MKYQ"),
    Column("region_label", "地方", "一个县、几个县、一个市、几个市、山区、川区或全区。", example="吴忠市"),
    Column("household_size_band", "家里几口人", "住在家里的人数。不限：标签不说。", tuple(SIZES)),
    Column("has_minor", "有没有未成年人", "不满 18 岁的人。", PRESENCE),
    Column("has_elder", "有没有老人", "满 60 岁的人。", PRESENCE),
    Column("disability_group", "残疾", "家里有没有持证残疾人，是哪一类。", DISABILITY),
    Column("disease_group", "疾病", "家里有没有大病、慢病。", DISEASE),
    Column(
        "action_no",
        "行动",
        "十二类行动的序号。综合帮扶和已隐去的为空。",
        tuple(str(no) for no in ACTIONS),
        tuple(a.name for a in ACTIONS.values()),
    ),
    Column(
        "need_item",
        "还差什么",
        "目录里的一项；罕见的只写到大类，或者写“综合帮扶”。已隐去的为空。",
        tuple(dict.fromkeys((*NAMES, *PUBLIC_TYPES, GENERIC_ITEM))),
    ),
    Column("kind", "怎么帮", "出物、出力还是出钱。", tuple(KINDS), tuple(KINDS.values())),
    Column("amount_band", "金额档", "含上限。", BAND_NAMES),
    Column("urgency", "急缓", "几天内要。", tuple(URGENCY), tuple(URGENCY.values())),
    Column(
        "status",
        "状态",
        "可认领和已认领随时变；已实现、已结束只在星期一变。",
        tuple(s.value for s in STATUS_LABELS),
        tuple(STATUS_LABELS.values()),
    ),
    Column("published_month", "公布的月份", "整批一个月份。", example="2026-11"),
)
FILTERS = ("status", "kind", "urgency", "region_label", "need_item", "action_no", "amount_band", "cohort_id")
_TEXT = {"type": "string"}
_MAYBE = {"type": ["string", "null"]}


def openapi_document() -> dict[str, Any]:
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "结对 · 需求项目库",
            "version": "1",
            "summary": "还差的需求，隐去身份；只读，不用钥匙。",
            "license": {"name": "CC BY 4.0", "identifier": "CC-BY-4.0"},
        },
        "servers": [{"url": "/"}],
        "paths": {f"/api/v1{path}": {"get": operation} for path, operation in _paths().items()},
        "components": {"schemas": _schemas()},
    }


def _paths() -> dict[str, dict[str, Any]]:
    filters = [_parameter(name) for name in FILTERS]
    week = _parameter(
        "week", "一个过去的星期一，如 2026-11-23；不写就是现在", {"type": "string", "format": "date"}
    )
    number = {"schema": {"type": "integer", "minimum": 1}}
    paging = [
        {"name": "page", "in": "query", **number},
        {"name": "size", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 1000}},
    ]
    return {
        "/projects": _get("全部项目，一页 100 行", _ref("ProjectPage"), [*filters, week, *paging], lost=True),
        "/projects/{project_id}": _get(
            "一个项目", _ref("ProjectWithCertificate"), [_named("project_id")], lost=True
        ),
        "/projects.csv": _get("整张表，CSV", None, [*filters, week], lost=True),
        "/weeks": _get("哪些星期的表还能取", _list_of("weeks", {"type": "string", "format": "date"})),
        "/catalogue": _get("需求目录", _list_of("items", {"type": "object"})),
        "/catalogue.csv": _get("需求目录，CSV", None),
        "/dictionary": _get("每一列的意思", _list_of("columns", {"type": "object"})),
        "/certificates/{number}": _get(
            "一张匿名证书，带签名", _ref("Certificate"), [_named("number")], lost=True
        ),
        "/keys": _get("签名用的公钥（JWK）", _list_of("keys", {"type": "object"})),
        "/openapi.json": _get("这份说明", {"type": "object"}),
    }


def _schemas() -> dict[str, Any]:
    row = {
        "type": "object",
        "required": [c.name for c in COLUMNS],
        "properties": {c.name: _column(c) for c in COLUMNS},
    }
    page = {"total": {"type": "integer"}, "page": {"type": "integer"}, "size": {"type": "integer"}}
    return {
        "Project": row,
        "ProjectWithCertificate": {
            "allOf": [_ref("Project"), {"type": "object", "properties": {"certificate": _TEXT}}]
        },
        "ProjectPage": {
            "type": "object",
            "required": [*page, "projects"],
            "properties": {**page, "projects": {"type": "array", "items": _ref("Project")}},
        },
        "Certificate": {
            "type": "object",
            "required": ["statement", "retired", "jws", "key_id"],
            "properties": {
                "statement": {"type": "object", "description": "保证了什么；与 jws 里签的一致"},
                "retired": {"type": "boolean", "description": "这一批是不是已经整批下架"},
                "jws": {**_MAYBE, "description": "JWS compact（RFC 7515），EdDSA"},
                "key_id": _MAYBE,
            },
        },
        "Error": {"type": "object", "required": ["error"], "properties": {"error": {"type": "object"}}},
    }


def _column(column: Column) -> dict[str, Any]:
    shape: dict[str, Any] = {"description": f"{column.title}：{column.meaning}"}
    if column.name == "action_no":
        return {**shape, "type": ["integer", "null"], "minimum": 1, "maximum": 12}
    emptied = column.name in ("need_item", "kind", "amount_band", "urgency", "week")
    shape["type"] = ["string", "null"] if emptied else "string"
    if column.values:
        shape["enum"] = [*column.values, *([None] if emptied else [])]
    return shape


def _get(
    summary: str,
    schema: dict[str, Any] | None,
    parameters: list[dict[str, Any]] | None = None,
    lost: bool = False,
) -> dict[str, Any]:
    content = {"text/csv": {"schema": _TEXT}} if schema is None else {"application/json": {"schema": schema}}
    answers: dict[str, Any] = {
        "200": {"description": summary, "content": content},
        "304": {"description": "没有变（ETag）"},
    }
    if lost:
        wrong = {"application/json": {"schema": _ref("Error")}}
        answers["404"] = {"description": "没有", "content": wrong}
    return {"summary": summary, "parameters": parameters or [], "responses": answers}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _list_of(name: str, item: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "required": [name], "properties": {name: {"type": "array", "items": item}}}


def _named(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": _TEXT}


def _parameter(name: str, text: str = "", schema: dict[str, Any] | None = None) -> dict[str, Any]:
    told = text or "可以写几次，任一个符合就算"
    return {"name": name, "in": "query", "description": told, "schema": schema or _TEXT}

"""The side bar of each role: the pages that it may use, in a fixed order (design §6)."""

from app.oversight.queries import doors
from app.policy.actors import Actor, Role

Entry = tuple[str, str, str]
Menu = list[tuple[str, list[Entry]]]

TODAY: Entry = ("今天", doors.TODAY, "sun-medium")
CASES: Entry = ("户档案", doors.CASES, "folder-heart")
BATCHES: Entry = ("入库批次", doors.BATCHES, "list-checks")
FILING: Entry = ("备案", doors.BATCHES, "file-check-2")
NEEDS: Entry = ("需求和前两步", doors.NEEDS, "clipboard-list")
PROJECTS: Entry = ("发布审核", doors.PROJECTS, "clipboard-check")
FOURTH: Entry = ("财政兜底", doors.FOURTH, "wallet")
PROPOSALS: Entry = ("配对撮合", doors.PROPOSALS, "handshake")
DIRECT: Entry = ("直接对接", doors.DIRECT, "life-buoy")
PAIRS: Entry = ("结对", doors.PAIRS, "heart-handshake")
TIES: Entry = ("落实跟踪", doors.TIES, "truck")
INQUIRIES: Entry = ("私下的询问", doors.INQUIRIES, "message-circle")
VERIFICATIONS: Entry = ("伙伴核验", doors.VERIFICATIONS, "user-check")
CHARITY: Entry = ("慈善项目备案", doors.FILING_CHECKS, "receipt")
RULES: Entry = ("现行规矩", doors.RULES, "scale")
IMPORT: Entry = ("表格导入", doors.IMPORT, "file-spreadsheet")

_COUNTY_PAIRING: tuple[str, list[Entry]] = (
    "结对",
    [PROPOSALS, DIRECT, PAIRS, TIES, INQUIRIES, VERIFICATIONS, CHARITY],
)
_BY_ROLE: dict[Role, Menu] = {
    Role.VILLAGE_WORKER: [
        (
            "每天",
            [TODAY, ("我包的户", doors.CASES, "folder-heart"), ("记一户", doors.NEW_CASE, "pencil")],
        ),
        ("结对", [PAIRS, ("送到和确认", doors.TIES, "truck")]),
    ],
    Role.TOWNSHIP_OFFICER: [
        ("每天", [TODAY, CASES, BATCHES, NEEDS]),
        ("结对", [PAIRS, TIES]),
        ("数据", [IMPORT, RULES]),
    ],
    Role.TOWNSHIP_LEAD: [("每天", [TODAY, CASES, BATCHES, NEEDS]), ("结对", [TIES])],
    Role.COUNTY_SWD: [
        ("每天", [TODAY, CASES, FILING, NEEDS, PROJECTS, FOURTH]),
        _COUNTY_PAIRING,
        ("数据", [IMPORT, RULES]),
    ],
    Role.COUNTY_SWD_LEAD: [
        ("每天", [TODAY, CASES, FILING, NEEDS, PROJECTS, FOURTH]),
        _COUNTY_PAIRING,
        ("数据", [RULES]),
    ],
    Role.COUNTY_DEPT: [("每天", [TODAY, ("转给我的", doors.NEEDS, "inbox")])],
    Role.DUTY_OFFICER: [("每天", [TODAY, ("我包的户还差的", doors.NEEDS, "inbox")])],
    Role.PLATFORM_ADMIN: [("每天", [TODAY, ("账号和岗位", doors.ACCOUNTS, "id-card"), RULES])],
}
_SAFEGUARD: Entry = ("保护意见", doors.PROJECTS, "shield-check")


def menu_for(actor: Actor) -> Menu:
    """Headings with their (label, endpoint, icon); a role without pages in this wing has none."""
    menu = [(heading, list(entries)) for heading, entries in _BY_ROLE.get(actor.role, [])]
    if actor.role == Role.COUNTY_DEPT and actor.safeguarding:
        menu[0][1].append(_SAFEGUARD)
    if actor.role == Role.COUNTY_DEPT and actor.finance:
        menu[0][1].append(FOURTH)
    return menu

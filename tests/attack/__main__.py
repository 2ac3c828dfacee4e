"""`python -m tests.attack [weeks]`: runs the attack on the province and on a pilot, writes a page with plots.

The page is `instance/attack.html`, one file without anything from elsewhere: for a security officer to read.
"""

import sys
from pathlib import Path

from tests.attack.plots import histogram, weeks_line
from tests.attack.test_year import ALL, PILOT, attacked
from tests.attack.year import year_of

OUT = Path("instance/attack.html")
PLACES = (("全区 22 县 × 60 户", ALL), ("一个试点县 60 户", PILOT))
HEAD = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>匿名公布的攻击报告</title>
<style>
body{font:17px/1.7 "PingFang SC","Microsoft YaHei","WenQuanYi Micro Hei",sans-serif;color:#241E17;
background:#FFFEFB;max-width:46em;margin:2em auto;padding:0 1em}
table{border-collapse:collapse;width:100%}
td,th{border-bottom:1px solid #D8CBB5;padding:.4em;text-align:right}
td:first-child,th:first-child{text-align:left}
svg{width:100%;height:auto}
</style>
<h1>知道全部底细的邻居，猜得出是谁家吗</h1>
<p>模拟的攻击者留着每一周的公开表和每一次认领，知道名册上每一户的全部情况，还看得到一个村里谁家收到了帮助、谁家退出了。
下面是它对每一张公布过的卡片，能把范围缩小到几户。证书保证的是前两行；第三行不在保证之内，照实列出。</p>
"""


def main(weeks: int) -> None:
    parts = [HEAD]
    for name, where in PLACES:
        parts.append(f"<h2>{name}，{weeks} 周</h2>")
        parts.append(section(where, weeks))
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text("\n".join(parts) + "\n</html>\n", encoding="utf-8")


def section(where: list[str], weeks: int) -> str:
    year = year_of(where, households=60, weeks=weeks, seed=1)
    attacker, key = attacked(year)
    kinds = (
        ("留着所有公开表（上限 1/11）", attacker.by_tables()),
        ("只知道在名册里（上限 1/20）", attacker.by_register()),
        ("还看得到自己村里谁家收到帮助", attacker.by_village(key)),
    )
    heads = ("攻击者知道的", "最危险的一张", "平均", "认出的")
    rows = [(n, f"{max(r):.4f}", f"{sum(r) / len(r):.4f}", str(sum(x == 1 for x in r))) for n, r in kinds]
    table = f"<table>{_line('th', heads)}{''.join(_line('td', row) for row in rows)}</table>"
    told = f"<p>公布过 {len(attacker.seen)} 张卡片，单独变动过状态的 {attacker.alone} 张。</p>"
    shapes = [round(1 / r) for r in attacker.by_tables()]
    first_weeks = [s.since for s in attacker.seen.values()]
    return (
        table
        + told
        + histogram(shapes, "每张卡片后面至少有几户")
        + weeks_line(first_weeks, weeks, "每周公布几张")
    )


def _line(tag: str, cells: tuple[str, ...]) -> str:
    return "<tr>" + "".join(f"<{tag}>{cell}</{tag}>" for cell in cells) + "</tr>"


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 52)

"""The walk's first half: partners come, a household is written down, visited, evaluated, filed; two steps are
done."""

from datetime import date
from pathlib import Path
from typing import Any

from app.core.clock import SHANGHAI
from tests.browser.town import Person, Town
from tests.register import make
from tests.workbooks import workbook
from tests.world import COUNTY, PASSWORD, PDF, VILLAGE, resident_number, uscc

BEDDING, LIVING, COMPANY = "G08", "M03", "S01"
NAME = "测试走访户"


class Entry:
    """Steps 1 to 3 and 6. Addresses and numbers that later steps need are kept."""

    def __init__(self, town: Town, folder: Path) -> None:
        self.town, self.folder, self.paper = town, folder, folder / "paper.pdf"
        self.paper.write_bytes(PDF)
        self.pair = ""
        self.case = ""
        self.needs: dict[str, str] = {}  # item → the need's page
        self.cards: dict[str, str] = {}  # item → project number

    @property
    def today(self) -> date:
        return self.town.clock.now().astimezone(SHANGHAI).date()

    def office(self, login: str, width: int = 1280) -> Person:
        return self.town.person(login, width=width)

    def partner(self, login: str, width: int = 1280) -> Person:
        return self.town.person(login, wing="public", width=width)

    # 6. Partners

    def partners_register(self) -> None:
        account: dict[str, Any] = {
            "password": PASSWORD,
            "again": PASSWORD,
            "promise": True,
            "region_code": COUNTY,
        }
        papers = {
            name: self.paper for name in ("paper_real_name", "paper_background", "paper_training_child")
        }
        self.town.stranger(360).goes("/register/volunteer").fills(
            name="测试志愿者",
            id_no=resident_number(date(1988, 5, 4), 871),
            phone="139 0000 0871",
            login="walk_vol",
            **account,
            **papers,
        ).presses("交给县里核验").sees("核验")
        for kind, login, serial in (("charity", "walk_cs", 881), ("enterprise", "walk_qy", 882)):
            extra: dict[str, Any] = {"paper_charity_reg": self.paper} if kind == "charity" else {}
            self.town.stranger().goes(f"/register/{kind}").fills(
                name=f"测试走访{'慈善会' if kind == 'charity' else '加工厂'}",
                uscc=uscc(serial),
                contact="测试联系人",
                phone="13900000881",
                login=login,
                paper_licence=self.paper,
                **extra,
                **account,
            ).presses("交给县里核验").sees("核验")
        self.town.works()

    def officers_verify_them(self) -> None:
        first, second = self.office("cs"), self.office("cl")
        for _ in range(3):
            first.goes("/office/verifications/?state=submitted")
            page = first.number(r'href="(/office/verifications/\d+)"')
            first.goes(page)
            boxes = first.page.locator('main input[type="checkbox"]')
            for n in range(boxes.count()):
                boxes.nth(n).check()
            first.presses("初审完，交复审").goes(page).sees("复审")
            second.goes(page).presses("复审同意")
        self.town.works()
        self.partner("walk_vol", 360).goes("/my").sees("核验")

    # 1. Import, and by hand

    def township_imports(self) -> None:
        made = make(31, [COUNTY], households=3)
        for n, row in enumerate(made.households):
            row["village_code"], row["township_code"] = VILLAGE, VILLAGE[:9]
            row["household_ref"], old = f"W{n}", row["household_ref"]
            for other in (*made.members, *made.needs):
                if other["household_ref"] == old:
                    other["household_ref"] = f"W{n}"
        bad, good = self.folder / "bad.xlsx", self.folder / "good.xlsx"
        bad.write_bytes(workbook(made, lambda tables: tables["needs"][0].update(item_code="Z99")))
        good.write_bytes(workbook(made))
        who = self.office("to").goes("/office/imports/").fills(files=bad).presses("上传并试读")
        who.sees("还没有写入任何数据", "需求项目", "Z99")
        who.goes("/office/imports/").fills(files=good).presses("上传并试读").sees("可以写入")
        who.presses("写入 3 户").sees("写好了")

    def village_writes_a_household_down(self) -> None:
        who = (
            self.office("vw", 360)
            .goes("/office/cases/new")
            .fills(
                address_detail="三组 12 号",
                narrative="老两口过日子，老伴中风以后离不开人。",
                category="C1",
                dibao_kind="rural",
            )
        )
        who.presses("下一步：家里人")
        who.goes("/office/cases/").sees("没写完")  # the draft waits on the server
        who.presses("接着写")
        head = {"relation": "本人", "name": NAME, "id_no": resident_number(date(1955, 3, 2), 655)}
        who.goes(who.here.removesuffix("/members") + "/members").fills(**head).presses("记下这一位")
        wife = {"relation": "配偶", "name": "测试走访户家属", "birth_date": "1957年6月1日"}
        who.fills(**wife).presses("记下这一位").sees("写好的 2 个人").presses("人写齐了，看一遍")
        who.page.locator("main form button").last.click()
        who.page.wait_for_url("**/office/cases/*")
        self.case = who.here
        who.sees("入户核实")

    # 2. Entry

    def two_visit_and_the_village_evaluates(self) -> None:
        who = self.office("vw").goes(f"{self.case}/check")
        second = who.number(r'name="second"[^>]*value="(\d+)"')
        yes = dict.fromkeys(("record", "publish", "direct_match", "pair", "disclose"), "yes")
        words = dict.fromkeys(("cond_a", "cond_b", "cond_c", "cond_d"), "属实，照看到的写")
        who.fills(done_on=str(self.today), second=second, second_by="on_site", **yes, **words)
        who.fills(
            given_by=NAME, capacity="self", method="paper", supporter_check="partly", dibao_kind="rural"
        )
        who.presses("核实完了，交上去").sees("民主评议")
        counts = {"attendees_n": "9", "recused_n": "1", "votes_for": "7", "votes_against": "1"}
        who.goes(f"{self.case}/evaluation").fills(held_on=str(self.today), chair="主持人", **counts)
        who.fills(votes_abstain="0", minutes="大家都说这户难。").presses("记下评议结果")

    def village_lists_and_township_determines(self) -> None:
        who = self.office("vw").goes(f"{self.case}/list").fills(difficulty__kind="生活物资")
        who.presses("记下这项困难")
        for code, qty, budget in ((BEDDING, "2", "600"), (LIVING, "1", "1500"), (COMPANY, "1", "")):
            who.goes(f"{self.case}/list").fills(
                need__item_code=code, need__qty=qty, need__urgency="important"
            )
            who.fills(need__budget=budget).presses("记下这一件")
        who.goes(f"{self.case}/list").presses("报乡镇研究认定")
        lead = self.office("tl").goes(f"{self.case}/determination")
        lead.fills(
            determine__accepted="yes", determine__meeting_on=str(self.today), determine__ref_no="会纪 7 号"
        )
        lead.presses("记下研究结果")

    def county_files(self) -> None:
        maker = self.office("to").goes("/office/batches/")
        maker.page.locator('main form:has(input[name="case"]) button').first.click()
        maker.page.wait_for_url("**/office/batches/*")
        batch = maker.here
        lead = self.office("tl").goes(batch)
        lead.page.locator(f'main form[action="{batch}/submit"] button').click()
        county = self.office("cs").goes(batch)
        county.page.locator(f'main form[action="{batch}/review"] button').click()
        county.page.wait_for_url("**/office/batches/items/*")
        county.presses("备案这一户").goes(batch)
        county.page.locator(f'main form[action="{batch}/finish"] button').click()
        self.office("vw").goes(self.case).sees("在帮")

    # 3. Needs and cascade

    def policy_and_unit_do_their_part(self) -> None:
        county = self.office("cs").goes(f"{self.case}/list")
        pages = county.page.locator('main a[href^="/office/needs/"]').evaluate_all(
            "all => all.map(a => a.pathname)"
        )
        for address in dict.fromkeys(pages):
            county.goes(address)
            for code, word in ((BEDDING, "被褥"), (LIVING, "生活"), (COMPANY, "亲情陪伴")):
                if word in county.page.locator("main h1").inner_text():
                    self.needs[code] = address
        assert len(self.needs) == 3
        county.goes(self.needs[BEDDING])
        county.page.locator('main [name="unit-unit_id"]').select_option(label="包抓单位")
        county.presses("定下来")
        for code, page in self.needs.items():
            part = {"outcome": "partial", "covered_qty": "1"} if code == BEDDING else {"outcome": "none"}
            self.office("dept").goes(page).fills(basis="冬令救助，已发 1 床", **part).presses("记下结果")
            county.goes(page).presses("属实，往下走")
            self.office("duty").goes(page).fills(outcome="none", basis="单位这一季没有合适的物资").presses(
                "记下结果"
            )
            self.office("to").goes(page).presses("属实，往下走").sees("还差")

"""The walk's second half: cards are published, found, taken up, paid for; everything comes home."""

from datetime import datetime, timedelta

from app.core.clock import SHANGHAI
from tests.browser.town import Person
from tests.browser.walk_entry import BEDDING, COMPANY, LIVING, NAME, Entry
from tests.register import make, write
from tests.stories.gifts_world import FILING
from tests.stories.releases_world import CROWD
from tests.world import COUNTY


class Walk(Entry):
    """Steps 4, 5 and 7 to 11."""

    # 4. Publication

    def two_people_approve(self) -> None:
        sure = dict.fromkeys(("guess", "only_one", "talked_of", "telling"), "no")
        for code, page in self.needs.items():
            review = page.replace("/needs/", "/releases/needs/")
            maker = self.office("cs").goes(review).fills(**sure).presses("初审签字，交复审").goes(review)
            project = maker.here
            self.cards[code] = maker.number(r"(XQ-[0-9A-Z]{8})")
            maker.sees("复审")
            assert maker.page.locator("main button[aria-disabled=true]", has_text="同意公布").count() == 1
            self.office("cl").goes(project).presses("同意公布").sees("已同意")

    def monday_publishes(self) -> None:
        made = make(5, CROWD, households=30, first=1.0)
        for need in made.needs:
            if need["item_code"] == COMPANY:  # the walk's is the only one that asks for company
                need["item_code"] = "S06"
        write(made, self.folder / "crowd")
        self.town.command("demo", "load", "--from", str(self.folder / "crowd"), "--settled")
        self.town.goes_on(timedelta(days=7))
        self.town.command("releases", "tick", "--plan-all")
        self.town.works()

    # 5. Library

    def stranger_finds_the_cards(self) -> None:
        who = self.town.stranger(360).goes("/").sees("还差这一项")
        who.goes("/library?q=被褥").sees("被褥", "可认领")
        for number in self.cards.values():
            who.goes(f"/library/{number}").sees("户", "可认领").sees_not(NAME, "同心县豫海镇")
        self.town.command("library", "export", "--out", str(self.folder / "table.csv"))
        table = (self.folder / "table.csv").read_text(encoding="utf-8")
        assert all(number in table for number in self.cards.values()) and NAME not in table

    # 7. Matching

    def matching_suggests_a_pairing(self) -> None:
        volunteer = self.partner("walk_vol").goes("/my/interest")
        volunteer.fills(
            kinds=["service"], items=[COMPANY], counties=[COUNTY], cadence="monthly", capacity="1"
        )
        volunteer.page.locator("main form button").last.click()
        volunteer.page.wait_for_url("**/my")
        told = self.town.command("pairings", "propose", "--county", COUNTY, "--json")
        assert '"gap"' in told and '"bound"' in told
        self.town.works()
        officer = self.office("cs").goes("/office/followup/proposals").sees("亲情陪伴")
        officer.page.locator('main form:has(input[name="draft"])', has_text="亲情陪伴").locator(
            "button", has_text="发给勾着的"
        ).first.click()
        self.town.works()
        volunteer.goes("/my/proposals").sees("亲情陪伴")

    # 8. Pairing

    def household_says_yes(self) -> None:
        volunteer = self.partner("walk_vol").goes("/my/proposals")
        volunteer.presses("愿意结这个对子").fills(promised=True).presses("愿意结这个对子")
        self.town.works()
        village = self.office("vw", 360).goes("/office/followup/pairs")
        pair = village.number(r'href="(/office/followup/pairs/\d+)')
        village.goes(pair).fills(agree__given_by=NAME, agree__capacity="self", agree__method="paper")
        village.presses("家里愿意，记下来")
        county = self.office("cs").goes(pair)
        plan = {"cadence": "monthly", "contacts_min": "12", "visits_min": "6", "liaison_name": "测试村干部"}
        plan |= {"liaison_phone": "0953-5550001", "meeting_point": "县社会工作服务中心"}
        plan |= {"first_on": str(self.today + timedelta(days=2))}
        county.fills(**{f"plan-{name}": value for name, value in plan.items()}).presses("计划定好，开始")
        self.pair = pair
        self.town.works()

    def volunteer_visits(self) -> None:
        volunteer = self.partner("walk_vol").goes("/my")
        room = volunteer.number(r'href="(/my/pairings/[0-9A-Za-z_-]+)"')
        when = datetime.combine(self.today + timedelta(days=2), datetime.min.time())
        volunteer.goes(f"{room}/plan").fills(planned_at=str(when.date()), clock="10:00", kind="visit")
        volunteer.presses("问问村里")
        self.town.works()
        village = self.office("vw").goes(self.pair).presses("家里方便，可以来")
        self.town.works()
        self.town.goes_on(timedelta(days=3))
        volunteer, village = self.partner("walk_vol"), self.office("vw")
        volunteer.goes(room).fills(sentence="聊了聊天，一起包了饺子。", minutes="90", mood_code="good")
        volunteer.presses("记下这一次")
        self.town.works()
        village.goes(self.pair).presses("和家里说的对得上")
        self.town.works()
        volunteer.goes(room).sees("90 分钟")

    # 9. Claim and delivery

    def charity_brings_bedding(self) -> None:
        charity = self.partner("walk_cs").goes(f"/library/{self.cards[BEDDING]}").presses("接")
        charity.fills(ready_on=str(self.today + timedelta(days=1)), promised=True).presses("我来接这一项")
        claim = charity.here
        self.town.works()
        other = self.partner("walk_qy").goes(f"/library/{self.cards[BEDDING]}").sees("已认领")
        other.sees_not("我来接这一项")
        charity.goes(claim).sees("1 件", "接收点").sees_not(NAME)
        county = self.office("cs")
        tie = self.tie(county, self.cards[BEDDING])
        county.goes(tie).presses("联系上了")
        self.town.works()
        charity.goes(claim).fills(qty="1", date_by=str(self.today + timedelta(days=5))).presses("就这么说定")
        self.town.works()
        county.goes(tie).fills(arrive__qty="1").presses("点收好了")
        self.handed_over_and_confirmed(tie, BEDDING)
        charity.goes(claim).sees("已实现")

    def tie(self, who: Person, number: str) -> str:
        who.goes("/office/followup/")
        link = who.page.locator('main a[href^="/office/followup/ties/"]')
        for address in dict.fromkeys(link.evaluate_all("all => all.map(a => a.pathname)")):
            who.goes(address)
            if number in who.page.content():
                return str(address)
        raise AssertionError("no such claim in the office")

    def handed_over_and_confirmed(self, tie: str, code: str) -> None:
        township = self.office("to").goes(tie)
        receipt = {"receipt_by": "member", "receipt_method": "paper", "receipt_name": NAME}
        township.fills(**{f"hand_over-{name}": value for name, value in receipt.items()}).presses("签收好了")
        self.town.works()
        self.office("vw").goes(tie).fills(confirm__qty="1").presses("合用，写回户档案")
        self.town.works()
        township.goes(self.needs[code]).presses("办结，写回档案").sees("办结")

    # 10. Money

    def donor_pays_a_filed_project(self) -> None:
        charity = (
            self.partner("walk_cs")
            .goes("/my/projects/new")
            .fills(
                name="测试助困项目",
                filing_no="53640000MJ0001A26009",
                purpose=FILING.purpose,
                item_codes=[LIVING],
                valid_from=str(self.today - timedelta(days=30)),
                valid_to=str(self.today + timedelta(days=300)),
                payee_account="acct_walk0001",
            )
        )
        charity.presses("交给县里核对")
        self.town.works()
        self.office("cs").goes("/office/followup/filings").presses("和登记对得上")
        lead = self.office("cl").goes("/office/followup/filings").presses("我也对过，可以收款")
        lead.goes("/office/followup/filings").presses("开通网上付款")
        self.town.works()
        donor = self.partner("walk_qy").goes(f"/library/{self.cards[LIVING]}").presses("接")
        donor.fills(ready_on=str(self.today + timedelta(days=1)), promised=True).presses("我来接这一项")
        claim = donor.here
        self.town.works()
        self.office("cs").goes(self.tie(self.office("cs"), self.cards[LIVING])).presses("联系上了")
        self.town.works()
        donor.goes(f"{claim}/pay")
        project = donor.number(r'name="project"[^>]*value="([^"]+)"')
        donor.fills(project=project, amount="1500").presses("下一步：看一遍再付")
        self.pays(donor)
        assert self.town.provider.events and [
            self.town.provider.send(e) for e in self.town.provider.events
        ] == [200]
        self.town.works()
        donor.goes(claim).sees("1,500")
        charity.goes("/my/projects")
        gift = charity.number(r'href="(/my/projects/[^"/]+/gifts/[^"]+)"')
        charity.goes(gift).fills(what="买了米面油和一季的煤", on=str(self.today)).page.locator(
            "main form button"
        ).last.click()
        self.town.works()
        self.handed_over_and_confirmed(self.tie(self.office("cs"), self.cards[LIVING]), LIVING)

    def pays(self, donor: Person) -> None:
        """At the provider's own page, then back."""
        page = donor.page
        page.get_by_role("link", name="去付款").click()
        page.wait_for_url(f"{self.town.provider.url}/**")
        page.get_by_role("button", name="付款成功").click()
        page.wait_for_url(f"{self.town.live.address}/**")

    # 8. again, and 11

    def pairing_reaches_its_goal(self) -> None:
        self.office("cs").goes(self.pair).fills(end__how="met").presses("结束结对")
        self.town.works()
        self.office("to").goes(self.pair).presses("办成了，写回户档案")
        self.town.works()
        self.office("to").goes(self.needs[COMPANY]).presses("办结，写回档案")

    def household_on_one_page(self) -> None:
        who = self.office("cs").goes(f"{self.case}/timeline")
        who.page.locator("main summary", has_text="更早的").click()
        who.sees(
            "登记入册", "民主评议通过", "县里备案", "随周一批次公布", "有人认领", "县接收点点收", "已付到"
        )
        who.sees("已交到家里，有签收", "家里确认合用，这一项已实现", "办结").sees_not(NAME)

    def cards_turn_the_next_monday(self) -> None:
        self.all_say("已认领")
        now = self.town.clock.now()
        self.town.goes_on(timedelta(days=7 - now.astimezone(SHANGHAI).weekday()))
        self.town.works()
        self.all_say("已实现")

    def all_say(self, word: str) -> None:
        """To somebody who has not looked before: an open page may be a minute old in a window that has."""
        who = self.town.stranger(360)
        for number in self.cards.values():
            who.goes(f"/library/{number}").sees(word)

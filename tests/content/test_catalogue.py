"""The shipped content loads, fast, and answers the questions that deeds ask of it."""

from pathlib import Path

import pytest
from planting import Plot

from content.catalogue import Catalogue
from content.fault import ContentFault
from domain.checklist import WALKED_BY, ForWhom, Grade
from domain.contact import Role

CATERING = "checklists/catering.toml"


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue.load()


@pytest.fixture
def plot(tmp_path: Path) -> Plot:
    return Plot.dug(tmp_path / "content")


def test_three_checklists_six_cards_five_numbers(catalogue: Catalogue):
    assert {"catering", "machining", "small-premises"} <= catalogue.checklists.keys()
    for_enterprises = [one for one in catalogue.checklists.values() if one.audience is ForWhom.ENTERPRISE]
    assert all(15 <= len(checklist.items) <= 26 for checklist in for_enterprises)
    assert len(catalogue.cards) >= 6
    assert {"12350", "119", "120", "110", "12345"} <= {line.number for line in catalogue.hotlines}


def test_an_item_is_found_by_its_id_and_kept_in_walking_order(catalogue: Catalogue):
    checklist = catalogue.checklists["catering"]
    assert checklist.items[0].id == "catering-gas-alarm"
    assert checklist.item("catering-exit").title == "出口不锁不堵"
    with pytest.raises(KeyError):
        checklist.item("no-such-item")


def test_the_number_for_reporting_hazards_says_that_a_burning_fire_is_not_its_business(catalogue: Catalogue):
    line = next(line for line in catalogue.hotlines if line.number == "12350")
    assert "119" in line.not_for
    assert not line.urgent


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("餐饮", "catering"),
        (" 餐 饮 业 ", "catering"),
        ("ｋｔｖ", "small-premises"),
        ("木制品", "woodwork"),
        ("　机加工", "machining"),
        ("catering", "catering"),
        ("危化品储存", "hazchem-storage"),
    ],
)
def test_a_trade_is_known_by_name_alias_or_id_whatever_its_width(catalogue: Catalogue, written: str, meant: str):
    industry = catalogue.industry_named(written)
    assert industry is not None
    assert industry.id == meant


@pytest.mark.parametrize("written", ["", "   ", "养鱼", "餐"])
def test_an_unknown_trade_is_none(catalogue: Catalogue, written: str):
    assert catalogue.industry_named(written) is None


def test_every_trade_of_the_register_is_there(catalogue: Catalogue):
    named = "餐饮 商贸 宾馆民宿 学校 养老 医院 仓储物流 机械加工 木制品加工 金属粉尘 涉氨制冷 危化品储存 危化品使用"
    named += " 化工 加油站 建筑施工 出租厂房 电动自行车 九小场所 其他工贸"
    assert [name for name in named.split() if catalogue.industry_named(name) is None] == []


def test_checklists_follow_the_trades(catalogue: Catalogue):
    assert [found.id for found in catalogue.checklists_for(frozenset({"catering"}))] == ["catering"]
    both = {found.id for found in catalogue.checklists_for(frozenset({"catering", "machining"}))}
    assert {"catering", "machining", "confined-space"} <= both
    assert "small-premises" not in both
    assert catalogue.checklists_for(frozenset()) == ()


def test_lists_for_households_and_principals_are_offered_to_nobody_else(plot: Plot):
    plot.plant("checklists/catering.toml", 'industries = ["catering"]', 'audience = "leader"')
    plot.plant("checklists/machining.toml", 'industries = ["machining"]', 'audience = "household"')
    catalogue = Catalogue.load(plot.folder)
    for trades in (frozenset({"machining"}), frozenset(catalogue.industries)):
        offered = {role: {one.id for one in catalogue.checklists_for(trades, WALKED_BY[role])} for role in Role}
        assert not any("machining" in lists for lists in offered.values())
        assert [role for role in Role if "catering" in offered[role]] == [Role.PRINCIPAL]
        assert catalogue.checklists_for(trades) == catalogue.checklists_for(trades, WALKED_BY[Role.SAFETY_OFFICER])
        assert offered[Role.EMPLOYEE] == set()


def test_no_shipped_list_for_households_is_offered_at_an_enterprise(catalogue: Catalogue):
    everything = frozenset(catalogue.industries)
    offered = {one for role in Role for one in catalogue.checklists_for(everything, WALKED_BY[role])}
    assert {one.audience for one in offered} <= {ForWhom.ENTERPRISE, ForWhom.LEADER}


def test_terms_without_a_national_wording_are_shipped_empty_and_shown_only_when_filled_in(plot: Plot):
    catalogue = Catalogue.load()
    assert {"四个一", "五查四会三卡两课一承诺", "四个一律", "七进"} <= {
        term.name for term in catalogue.templates.values()
    }
    assert catalogue.local_terms == {}
    path = plot.folder / "templates" / "four-ones.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('text = ""', 'text = "一堂课"'), encoding="utf-8")
    assert Catalogue.load(plot.folder).local_terms == {}
    plot.plant("templates/four-ones.toml", 'source = ""', 'source = "某区活动方案"')
    assert list(Catalogue.load(plot.folder).local_terms) == ["four-ones"]


def test_a_list_of_the_wider_trade_and_one_for_all_are_offered_too(plot: Plot):
    plot.plant("checklists/machining.toml", 'industries = ["machining"]', 'industries = ["industry-trade"]')
    plot.plant("checklists/small-premises.toml", 'industries = ["small-premises", "retail", "lodging", "ebike"]', "")
    offered = [one.id for one in Catalogue.load(plot.folder).checklists_for(frozenset({"woodwork"}))]
    assert "machining" in offered
    assert offered[-1] == "small-premises"


def test_a_local_number_replaces_the_national_one_and_only_there(plot: Plot):
    path = plot.folder / "hotlines.toml"
    local = (
        '\n[[hotline]]\nnumber = "12350"\nname = "本区举报"\nscope = "本区的事。"\nnot_for = "着火打119。"\n'
        'hours = "工作日"\njurisdiction = "east"\nsource = "区应急管理局公告"\n'
    )
    path.write_text(path.read_text(encoding="utf-8") + local, encoding="utf-8")
    catalogue = Catalogue.load(plot.folder)
    east = {line.number: line.name for line in catalogue.hotlines_for("east")}
    west = {line.number: line.name for line in catalogue.hotlines_for("west")}
    assert east["12350"] == "本区举报"
    assert west["12350"] == "安全生产举报投诉"
    assert list(east) == list(west)


def test_major_hints_name_their_criterion(catalogue: Catalogue):
    hinted = [item for item in catalogue.checklists["machining"].items if item.grade_hint is Grade.MAJOR]
    assert len(hinted) >= 6
    assert all(item.clause and item.clause.startswith("工贸企业重大事故隐患判定标准第") for item in hinted)


@pytest.mark.parametrize(
    ("name", "old", "new", "words"),
    [
        (CATERING, "due_days = 3", 'due_days = "三天"', "应当是整数"),
        (CATERING, "due_days = 3", "due_days = true", "应当是整数"),
        (CATERING, 'remedy = "过了年限', 'remdy = "过了年限', "不认识的字段"),
        (CATERING, 'title = "燃气管和灶具"', 'title = "  "', "是空的"),
        (CATERING, 'id = "catering"', 'id = "canteen"', "不一样"),
        (CATERING, 'industries = ["catering"]', 'industries = ["cooking"]', "不在 industries.toml"),
        (CATERING, 'industries = ["catering"]', 'audience = "everybody"', "只能写"),
        ("templates/four-ones.toml", 'label = "第一个一"', 'label = " "', "是空的"),
        ("templates/four-ones.toml", 'text = ""', "text = 4", "应当是文字"),
        (CATERING, 'quote = "禁止在高层', 'qoute = "禁止在高层', "不认识的字段"),
        ("checklists/machining.toml", 'grade_hint = "major"', 'grade_hint = "huge"', "只能写"),
        ("cards/burns.toml", 'title = "烫伤烧伤"', "title = 烫伤烧伤", "格式不对"),
        ("cards/burns.toml", '  "不挑破水泡。",', '  "",', "是空的"),
        ("hotlines.toml", 'number = "120"', 'number = "119"', "写了两次"),
        ("hotline_guide.toml", 'id = "say"', 'id = "dial"', "写了两次"),
        ("industries.toml", 'id = "retail"', 'id = "catering"', "写了两次"),
        ("industries.toml", '"商贸业"', '"餐 饮业"', "写了两次"),
        ("industries.toml", 'parent = "industry-trade"', 'parent = "trade"', "不在 industries.toml"),
    ],
)
def test_a_flaw_stops_the_load_and_names_file_and_line(plot: Plot, name: str, old: str, new: str, words: str):
    line = plot.plant(name, old, new)
    with pytest.raises(ContentFault) as caught:
        Catalogue.load(plot.folder)
    assert (caught.value.file, caught.value.line) == (name, line)
    assert words in caught.value.message
    assert str(caught.value).startswith(f"{name}:{line}: ")


def test_a_missing_field_is_named_at_its_item(plot: Plot):
    line = plot.line_of(CATERING, "[[section.item]]", nth=3)
    plot.plant(CATERING, "due_days", "# due_days", after='id = "catering-gas-refit"')
    with pytest.raises(ContentFault, match="due_days") as caught:
        Catalogue.load(plot.folder)
    assert (caught.value.file, caught.value.line) == (CATERING, line)


def test_a_missing_file_and_a_foreign_encoding_are_faults(plot: Plot):
    path = plot.folder / "hotlines.toml"
    path.write_bytes("# 电话".encode("gb18030"))
    with pytest.raises(ContentFault, match="UTF-8"):
        Catalogue.load(plot.folder)
    path.unlink()
    with pytest.raises(ContentFault, match=r"hotlines\.toml:1: "):
        Catalogue.load(plot.folder)


def test_a_folder_without_checklists_is_a_fault(plot: Plot):
    for path in (plot.folder / "checklists").iterdir():
        path.unlink()
    with pytest.raises(ContentFault, match="checklists:1: "):
        Catalogue.load(plot.folder)

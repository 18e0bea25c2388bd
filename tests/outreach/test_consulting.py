"""A bureau's own text of a law comes before what was shipped, and replaces an earlier import whole."""

from content.loading.law_text import LawText
from outreach import consulting
from outreach.desk import Office

OURS = LawText("消防条例", "某地消防条例", "2026 版", {"1": "第一条正文", "1-1": "之一正文", "2": "第二条正文"})


async def test_an_imported_law_is_looked_up(office: Office) -> None:
    async with office.desk() as desk:
        assert await consulting.import_law(desk, OURS) == 3
    async with office.desk() as desk:
        (law,) = await consulting.named(desk, "《某地消防条例》")
        assert law.is_whole and law.version == "2026 版"
        articles = await consulting.articles(desk, law)
        assert list(articles) == ["1", "1-1", "2"]
        assert articles["1-1"] == "之一正文"
        assert "3" not in articles


async def test_importing_again_replaces_it_whole(office: Office) -> None:
    newer = LawText("消防条例", "某地消防条例", "2027 版", {"1": "改过的正文"})
    for text in (OURS, newer):
        async with office.desk() as desk:
            await consulting.import_law(desk, text)
    async with office.desk() as desk:
        (law,) = await consulting.named(desk, "消防条例")
        assert law.version == "2027 版" and list(await consulting.articles(desk, law)) == ["1"]


async def test_a_law_of_the_bureaus_own_takes_the_place_of_the_shipped_one(office: Office) -> None:
    own = LawText("安全生产法", "中华人民共和国安全生产法", "本局核对", {"41": "本局的正文"})
    async with office.desk() as desk:
        await consulting.import_law(desk, own)
    async with office.desk() as desk:
        laws = [law for law in await consulting.laws(desk) if law.short == "安全生产法"]
        assert [law.version for law in laws] == ["本局核对"]
        assert (await consulting.articles(desk, laws[0]))["41"] == "本局的正文"

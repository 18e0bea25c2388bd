"""查法条 — /law 安全生产法 41 shows that article; /law and what is wrong in plain words finds the clause against it."""

from __future__ import annotations

from zlib import crc32

from content.numerals import asked_for
from domain.contact import StalePress
from domain.law import Law
from handlers.screen import back_rows, home_button, show
from handlers.turn import Button, Command, Press, Reply, Rows, Scene, Text, Turn
from handlers.turn import press as data
from outreach import consulting, standing

MEANING = "law.words"
# What still is one screen on an old phone; a longer article goes on behind a button.
PAGE = 1500
MOST_LAWS, MOST_CLAUSES, LONGEST_QUESTION = 8, 5, 200


async def consult(turn: Turn, scene: Scene) -> Reply:
    """/law: with words it answers; alone it says how to ask, and takes the next message as the question."""
    asked = turn.said.rest if isinstance(turn.said, Command) else ""
    if asked.strip():
        return await _answer(turn, scene, asked)
    # Somebody in the middle of something goes on with that: their next photo is not a question.
    is_free = scene.caller is not None and not scene.meaning
    if scene.caller is not None and is_free:
        await standing.expect(scene.desk, scene.caller.contact.id, MEANING)
    is_heard = is_free or scene.meaning == MEANING
    return show(turn, scene.words("replies/law/how", is_heard=is_heard), back_rows(scene.words))


async def take_words(turn: Turn, scene: Scene) -> Reply:
    """A question sent by itself; the next one may follow at once."""
    asked = turn.said.text if isinstance(turn.said, Text) else ""
    if not asked.strip():
        return show(turn, scene.words("replies/law/how", is_heard=True), back_rows(scene.words))
    return await _answer(turn, scene, asked)


async def press_law(turn: Turn, scene: Scene) -> Reply:
    """`lw:s` how to ask, `lw:a:<law>:<number>:<page>` an article, `lw:c:<id>` a clause. Raises StalePress."""
    assert isinstance(turn.said, Press)
    match turn.said.words[1:]:
        case ("s",):
            return await consult(turn, scene)
        case ("a", key, number, page) if page.isdecimal():
            for law in await consulting.laws(scene.desk):
                if _key(law) == key:
                    return await _show_article(turn, scene, law, number, int(page))
        case ("c", clause_id):
            return await _show_clause(turn, scene, clause_id)
    raise StalePress


async def _answer(turn: Turn, scene: Scene, asked: str) -> Reply:
    asked = asked.strip()[:LONGEST_QUESTION]
    if (wanted := asked_for(asked)) and (fits := await consulting.named(scene.desk, wanted[0])):
        return await _show_article(turn, scene, fits[0], wanted[1], 0)
    if fits := await consulting.named(scene.desk, asked):
        return await _show_laws(turn, scene, fits)
    return _find(turn, scene, asked)


async def _show_article(turn: Turn, scene: Scene, law: Law, number: str, page: int) -> Reply:
    words = scene.words
    articles = await consulting.articles(scene.desk, law)
    numbers = list(articles)
    if number not in articles:
        text = words("replies/law/no_article", law=law, number=number, first=numbers[:1], last=numbers[-1:])
        return show(turn, text, _rows(scene))
    parts = _parts(articles[number])
    if page >= len(parts):
        raise StalePress
    text = words("replies/law/article", law=law, number=number, text=parts[page], page=page + 1, pages=len(parts))
    at = numbers.index(number)
    beside: list[Button] = []
    if page + 1 < len(parts):
        beside.append(Button(words.label("law.more"), data("lw", "a", _key(law), number, page + 1)))
    if at > 0:
        beside.append(_to(scene, "law.before", law, numbers[at - 1]))
    if at + 1 < len(numbers):
        beside.append(_to(scene, "law.after", law, numbers[at + 1]))
    return show(turn, text, ((tuple(beside),) if beside else ()) + _rows(scene))


async def _show_laws(turn: Turn, scene: Scene, fits: tuple[Law, ...]) -> Reply:
    shown = [(law, list(await consulting.articles(scene.desk, law))) for law in fits[:MOST_LAWS]]
    facts = [(law, len(numbers)) for law, numbers in shown]
    rows = tuple((Button(law.short, data("lw", "a", _key(law), numbers[0], 0)),) for law, numbers in shown if numbers)
    return show(turn, scene.words("replies/law/laws", laws=facts, more=len(fits) - len(facts)), rows + _rows(scene))


def _find(turn: Turn, scene: Scene, asked: str) -> Reply:
    """The clauses against what was described; whether it is a major hazard a human decides."""
    found = scene.desk.catalogue.clause_finder.find(asked, MOST_CLAUSES)
    if not found:
        return show(turn, scene.words("replies/law/nothing", asked=asked), _rows(scene))
    clauses = [one.clause for one in found]
    rows = tuple((Button(clause.title, data("lw", "c", clause.id)),) for clause in clauses)
    return show(turn, scene.words("replies/law/found", asked=asked, clauses=clauses), rows + _rows(scene))


async def _show_clause(turn: Turn, scene: Scene, clause_id: str) -> Reply:
    clause = scene.desk.catalogue.clauses.get(clause_id)
    if clause is None:
        raise StalePress
    rows: list[tuple[Button, ...]] = []
    for basis in clause.basis:
        for law in (await consulting.named(scene.desk, basis.law))[:1]:
            label = scene.words.label("law.whole", law=law.short, number=basis.article)
            rows.append((Button(label, data("lw", "a", _key(law), basis.article, 0)),))
    return show(turn, scene.words("replies/law/clause", clause=clause), tuple(rows) + _rows(scene))


def _parts(text: str) -> list[str]:
    """The text in pages that end with a paragraph, where a paragraph is not itself too long."""
    parts = [""]
    for paragraph in text.splitlines():
        for at in range(0, len(paragraph), PAGE):
            piece = paragraph[at : at + PAGE]
            if len(parts[-1]) + len(piece) > PAGE and parts[-1]:
                parts.append("")
            parts[-1] += ("\n" if parts[-1] else "") + piece
    return parts


def _to(scene: Scene, label: str, law: Law, number: str) -> Button:
    return Button(scene.words.label(label, number=number), data("lw", "a", _key(law), number, 0))


def _key(law: Law) -> str:
    # A name in Chinese would not fit into the 64 bytes of a button.
    return f"{crc32(law.title.encode()):08x}"


def _rows(scene: Scene) -> Rows:
    return ((Button(scene.words.label("law.ask"), data("lw", "s")), home_button(scene.words)),)

"""全年必做 — /year → an enterprise → what the law asks of it this year → one duty with its article and its proof."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from domain.contact import NotEnrolled, StalePress
from domain.statutory import Due, Interval
from handlers.screen import ROWS_A_PAGE, home_button, pager, show
from handlers.turn import Button, Press, Reply, Rows, Scene, Turn, press
from outreach import yearly
from outreach.inspections.inspecting import WALKERS

BUTTONS_IN_A_ROW = 2


async def show_year(turn: Turn, scene: Scene, page: int = 0) -> Reply:
    """The year of the only enterprise, or which of them. Raises NotEnrolled for whoever answers for none."""
    posts = [post for post in scene.known.posts if post.role in WALKERS]
    if not posts:
        raise NotEnrolled
    if len(posts) == 1:
        return await _year(turn, scene, posts[0].enterprise_id)
    words, first = scene.words, page * ROWS_A_PAGE
    rows = [
        (Button(post.enterprise_name, press("yr", "e", post.enterprise_id)),)
        for post in posts[first : first + ROWS_A_PAGE]
    ]
    turning = pager(words, page, -(-len(posts) // ROWS_A_PAGE), "yr", "l")
    more = (turning,) if turning else ()
    return show(turn, words("replies/yearly/which"), (*rows, *more, (home_button(words),)))


async def press_year(turn: Turn, scene: Scene) -> Reply:
    """`yr:l:<page>` which enterprise, `yr:e:<enterprise>` its year, `yr:d:<enterprise>:<duty>` one duty."""
    assert isinstance(turn.said, Press)
    said = turn.said
    match said.words[1:]:
        case ("l", page) if page.isdecimal():
            return await show_year(turn, scene, int(page))
        case ("e", _):
            return await _year(turn, scene, said.number(2))
        case ("d", _, duty_id):
            return await _duty(turn, scene, said.number(2), duty_id)
    raise StalePress


async def _year(turn: Turn, scene: Scene, enterprise_id: int) -> Reply:
    words = scene.words
    coming = _coming(await yearly.year(scene.desk, scene.known.posts, enterprise_id), scene)
    order = list(Interval)
    coming.sort(key=lambda due: (order.index(due.duty.interval), due.due_on))
    groups = [(str(key), list(dues)) for key, dues in groupby(coming, key=lambda due: due.duty.interval)]
    keys = [Button(due.duty.title, press("yr", "d", enterprise_id, due.duty.id)) for due in coming]
    rows = [tuple(keys[at : at + BUTTONS_IN_A_ROW]) for at in range(0, len(keys), BUTTONS_IN_A_ROW)]
    text = words("replies/yearly/year", enterprise=_name(scene, enterprise_id), groups=groups, total=len(coming))
    return show(turn, text, (*rows, (home_button(words),)))


async def _duty(turn: Turn, scene: Scene, enterprise_id: int, duty_id: str) -> Reply:
    every = await yearly.year(scene.desk, scene.known.posts, enterprise_id)
    dues = [due for due in every if due.duty.id == duty_id]
    if not dues:
        raise StalePress
    return show_duty(turn, scene, dues, enterprise_id)


def show_duty(turn: Turn, scene: Scene, dues: Sequence[Due], enterprise_id: int) -> Reply:
    """One duty by its days of this year, of which there is at least one."""
    words = scene.words
    left = [due for due in dues if due.due_on >= scene.desk.today]
    back = Button(words.label("yearly.back"), press("yr", "e", enterprise_id))
    rows: Rows = ((back, home_button(words)),)
    return show(turn, words("replies/yearly/duty", duty=dues[0].duty, next=left[:1], left=len(left)), rows)


def _coming(dues: tuple[Due, ...], scene: Scene) -> list[Due]:
    """Of each duty the next day that is still to come this year."""
    found: dict[str, Due] = {}
    for due in dues:
        if due.due_on >= scene.desk.today:
            found.setdefault(due.duty.id, due)
    return list(found.values())


def _name(scene: Scene, enterprise_id: int) -> str:
    return next(post.enterprise_name for post in scene.known.posts if post.enterprise_id == enterprise_id)

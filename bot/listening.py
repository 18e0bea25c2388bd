"""监听 — the one server of a web process: Telegram's door, the health pages and the metrics."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from bot.settings import Mode, SettingsWrong
from bot.watchdog import Watchdog
from bot.webhook import BODY_LIMIT, PATH, WebhookDoor
from bot.wiring import House
from console.health import Readiness, add_health
from console.metrics import OfProcess, add_metrics
from console.timing import Durations, timed
from outreach.upkeep import readiness, vitals

# After a stop, for as long as an answer that has begun may still be on its way.
LINGER_SECONDS = 1.0


@dataclass(slots=True)
class Listener:
    """The server and its door."""

    door: WebhookDoor
    runner: web.AppRunner

    async def close(self) -> None:
        """Stop listening. The door is closed before, so nothing is under way any more."""
        await self.runner.cleanup()


async def listen(house: House, watchdog: Watchdog) -> Listener:
    """Begin to listen. Raises SettingsWrong when the address cannot be listened on."""
    settings = house.settings
    door = WebhookDoor(house.intake, settings.webhook_secret.get_secret_value())
    token = settings.metrics_token.get_secret_value()
    durations = Durations()
    app = web.Application(client_max_size=BODY_LIMIT)
    if settings.mode is Mode.WEBHOOK:
        app.router.add_post(PATH, timed(door.answer, durations))
    ready = Readiness(lambda: readiness.failing(house.office, settings.data_dir), lambda: door.is_open)
    add_health(app, ready, token)
    of_process = OfProcess(durations, watchdog.longest_block, lambda: watchdog.blocked)
    add_metrics(app, lambda: vitals.take(house.office, settings.data_dir), of_process, token)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=LINGER_SECONDS)
    await runner.setup()
    host, port = settings.host_and_port
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as fault:
        await runner.cleanup()
        raise SettingsWrong(
            f"ANSHAO_LISTEN is wrong: {settings.listen} cannot be listened on ({fault.strerror}). "
            "Another program may hold the port; choose a free one."
        ) from None
    return Listener(door, runner)

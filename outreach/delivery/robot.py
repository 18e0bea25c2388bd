"""群机器人 — one message by apprise to one address: DingTalk, WeCom, Feishu, mail, an SMS gateway; once, and in time.

An address holds a token, so none is ever in a log, a repr, a trace or an outcome.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
import warnings
from collections.abc import Callable
from contextvars import ContextVar
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from outreach.delivery.outcomes import Kind, Outcome
from outreach.delivery.robot_answers import Heard, group_robot, read_fault

CONNECT_SECONDS = 5.0
READ_SECONDS = 8.0
# However slowly the other side drips: after this the caller goes on, and whether the message arrived is unknown.
LONGEST_SECONDS = 20.0
# So many messages on their way at once; what is held up by a hung address is not sent, and says so.
AT_ONCE = 8
# Notifications on the screen or in the log of this very machine reach nobody.
OWN_MACHINE = ("blink1", "dbus", "glib", "gio", "gnome", "kde", "macosx", "qt", "syslog", "windows")
MISSING = "A message to a robot needs one package more: .venv/bin/pip install 'apprise>=2.2,<3'"
_SENDING = threading.BoundedSemaphore(AT_ONCE)
_LISTENER: ContextVar[Heard | None] = ContextVar("robot_listener", default=None)


class RobotsMissing(Exception):
    """The optional extra `alerts` is not installed; the message says how to have it."""

    def __init__(self) -> None:
        super().__init__(MISSING)


class AddressUnread(Exception):
    """This is no address that apprise can send to over a network, such as dingtalk://token or mailto://…"""


def are_robots_installed() -> bool:
    """Whether the optional extra is there."""
    return find_spec("apprise") is not None


async def robot_at(address: str) -> Robot:
    """The robot at an address, opened off the loop: the first one loads a library. Raises as `Robot` does."""
    return await asyncio.to_thread(Robot, address)


class Robot:
    """One address, written as apprise writes them (https://github.com/caronc/apprise).

    Raises RobotsMissing and AddressUnread.
    """

    def __init__(self, address: str) -> None:
        self._address = address.strip()
        plugin = self._open()
        # What may be shown: the kind of address, never the address.
        self.service = str(plugin.service_name)

    def __repr__(self) -> str:
        return f"Robot({self.service})"

    async def send(self, text: str, title: str = "") -> Outcome:
        """One message, plain text; `title` is a mail's subject. Never raises, and ends within LONGEST_SECONDS.

        SENT; NOT_SENT: it certainly did not go out; AMBIGUOUS: it may have; CONTENT_REFUSED: the other side said no
        (reason `robot_refused`), so that trying again is useless until somebody changes something.
        """
        if not _SENDING.acquire(blocking=False):
            return Outcome(Kind.NOT_SENT, "robot_busy")
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Outcome] = loop.create_future()

        def tell(outcome: Outcome) -> None:
            if not done.done():
                done.set_result(outcome)

        def work() -> None:
            try:
                outcome = self._send(text, title)
            except Exception as fault:
                outcome = read_fault(fault) or Outcome(Kind.AMBIGUOUS, "unreadable_answer")
            finally:
                _SENDING.release()
            try:
                loop.call_soon_threadsafe(tell, outcome)
            except RuntimeError:
                return  # The loop is closed: nobody waits any more.

        # A daemon: an address that hangs must not keep the process from ending.
        threading.Thread(target=work, name="robot", daemon=True).start()
        try:
            return await asyncio.wait_for(done, LONGEST_SECONDS)
        except TimeoutError:
            return Outcome(Kind.AMBIGUOUS, "no_answer")

    def _open(self) -> Any:
        """A fresh plugin: it keeps no state of an earlier message, such as a wait."""
        apprise = _apprise()
        plugin = apprise.Apprise.instantiate(self._address)
        if plugin is None or any(word in OWN_MACHINE for word in _protocols(plugin)):
            raise AddressUnread
        # An address may ask for other limits; these hold. A retry would be a second message that nobody counted,
        # and a redirect would carry the token to somebody else.
        plugin.socket_connect_timeout, plugin.socket_read_timeout = CONNECT_SECONDS, READ_SECONDS
        plugin.retry, plugin.redirects = 0, False
        return plugin

    def _send(self, text: str, title: str) -> Outcome:
        plugin = self._open()
        direct: Callable[[str], Outcome] | None = group_robot(plugin, (CONNECT_SECONDS, READ_SECONDS))
        if direct is not None:
            return direct(f"{title}\n{text}" if title else text)
        apprise = _apprise()
        sender = apprise.Apprise()
        sender.add(plugin)
        heard = Heard()
        token = _LISTENER.set(heard)
        try:
            is_sent = bool(sender.notify(body=text, title=title, body_format=apprise.NotifyFormat.TEXT))
        finally:
            _LISTENER.reset(token)
        return heard.outcome(is_sent)


class _Ear(logging.Handler):
    """Hears what apprise says of a send, in the thread that sends. It is read, never written anywhere."""

    def emit(self, record: logging.LogRecord) -> None:
        heard = _LISTENER.get()
        if heard is not None:
            heard.hear(record)


def _apprise() -> Any:
    if not are_robots_installed():
        raise RobotsMissing
    log = logging.getLogger("apprise")
    if not any(isinstance(handler, _Ear) for handler in log.handlers):
        # What it says names addresses with their tokens, so it goes no further than the ear.
        log.propagate = False
        log.setLevel(logging.DEBUG)
        log.handlers = [_Ear(logging.DEBUG)]
        # At DEBUG it names every path that is called, and in the path stands the token.
        logging.getLogger("urllib3").setLevel(logging.ERROR)
    if "apprise" not in sys.modules:
        # Imported late: with its plugins it takes a second, and whoever has no address never needs it.
        with warnings.catch_warnings():
            # One of its plugins imports a module of Python that has been announced to go.
            warnings.simplefilter("ignore", DeprecationWarning)
            import_module("apprise").Apprise.instantiate("json://localhost")
    return import_module("apprise")


def _protocols(plugin: Any) -> tuple[str, ...]:
    found: list[str] = []
    for given in (plugin.protocol, plugin.secure_protocol):
        found += [given] if isinstance(given, str) else [str(word) for word in given or ()]
    return tuple(found)

"""群机器人的回话 — what came of a message to a robot, read from its answer, its silence or the fault on the way."""

from __future__ import annotations

import json
import logging
import re
import smtplib
import socket
import ssl
import sys
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote

from outreach.delivery.outcomes import Kind, Outcome

SENT = re.compile(r"\bsent\b", re.IGNORECASE)
STATUS = re.compile(r"error=(\d{3})\b")
ANSWER_LIMIT = 65_536
REFUSED = Outcome(Kind.CONTENT_REFUSED, "robot_refused")
BUSY = Outcome(Kind.NOT_SENT, "robot_busy")
NOT_CONNECTED = Outcome(Kind.NOT_SENT, "not_connected")
NO_ANSWER = Outcome(Kind.AMBIGUOUS, "no_answer")
UNREADABLE = Outcome(Kind.AMBIGUOUS, "unreadable_answer")
# "Too many": DingTalk (open.dingtalk.com/document/orgapp/custom-robot-access), WeCom (global error codes), Feishu.
TOO_MANY = (130101, 410100, 45009, 11232)


class Heard:
    """What apprise let be heard about one message: answers by their status, faults, and what did go out."""

    def __init__(self) -> None:
        self._bad: list[Outcome] = []
        self._has_sent = False

    def hear(self, record: logging.LogRecord) -> None:
        """Take in one line of its log; in an `except` block the fault itself is at hand."""
        fault = sys.exc_info()[1]
        if fault is not None:
            self._bad.append(read_fault(fault) or UNREADABLE)
        elif record.levelno == logging.INFO:
            self._has_sent |= SENT.search(record.getMessage()) is not None
        elif record.levelno >= logging.WARNING and (status := STATUS.search(record.getMessage())):
            self._bad.append(read_status(int(status[1])))

    def outcome(self, is_sent: bool) -> Outcome:
        """The worst that was heard; part of a message that did go out makes the whole ambiguous."""
        if is_sent:
            return Outcome(Kind.SENT)
        if self._has_sent or not self._bad:
            return UNREADABLE
        for kind in (Kind.AMBIGUOUS, Kind.CONTENT_REFUSED, Kind.NOT_SENT):
            found = next((outcome for outcome in self._bad if outcome.kind is kind), None)
            if found is not None:
                return found
        return UNREADABLE


def read_status(status: int) -> Outcome:
    """What an HTTP status other than success means."""
    if status == 429:
        return BUSY
    return NO_ANSWER if status >= 500 else REFUSED


def read_fault(fault: BaseException) -> Outcome | None:
    """What a fault on the way there means; None when it is none of the network's. What is unclear may have arrived."""
    import requests
    import urllib3.exceptions as wire

    causes = list(_causes(fault))
    never = (
        wire.NewConnectionError, wire.ConnectTimeoutError, wire.ProxyError, requests.ConnectTimeout,
        requests.exceptions.ProxyError, ssl.SSLCertVerificationError, socket.gaierror, ConnectionRefusedError,
        smtplib.SMTPConnectError,
    )  # fmt: skip
    if any(isinstance(cause, never) for cause in causes):
        return NOT_CONNECTED
    refused = (
        smtplib.SMTPAuthenticationError, smtplib.SMTPSenderRefused, smtplib.SMTPRecipientsRefused,
        smtplib.SMTPHeloError, smtplib.SMTPNotSupportedError, requests.exceptions.InvalidURL,
        requests.exceptions.InvalidSchema, requests.exceptions.InvalidHeader,
    )  # fmt: skip
    for cause in causes:
        if isinstance(cause, refused):
            return REFUSED
        if isinstance(cause, smtplib.SMTPDataError):
            return REFUSED if cause.smtp_code >= 500 else BUSY
    known = (requests.RequestException, wire.HTTPError, smtplib.SMTPException, OSError)
    return NO_ANSWER if any(isinstance(cause, known) for cause in causes) else None


def _causes(fault: BaseException) -> Iterator[BaseException]:
    """The fault, what it wraps and what led to it: urllib3 puts the cause into an attribute or an argument."""
    seen: list[BaseException] = []
    waiting: list[object] = [fault]
    while waiting:
        one = waiting.pop(0)
        if not isinstance(one, BaseException) or one in seen:
            continue
        seen.append(one)
        yield one
        waiting += [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]


def group_robot(plugin: Any, limits: tuple[float, float]) -> Callable[[str], Outcome] | None:
    """How to send to a group robot whose answer must be read; None for all other addresses.

    They answer 200 also when they refuse: a missing keyword, a wrong signature, a robot taken out of its group.
    Apprise looks at the status only and would report such a message as sent.
    """
    kind = type(plugin).__name__
    signed: dict[str, str] = {}
    if kind == "NotifyDingTalk":
        address = plugin.notify_url.format(token=plugin.token)
        if plugin.secret:
            stamp, signature = plugin.get_signature()
            # Quoted once more when it is put into the address.
            signed = {"timestamp": stamp, "sign": unquote(signature)}
    elif kind == "NotifyWeComBot":
        address = plugin.api_url
    elif kind == "NotifyFeishu":
        address = plugin.notify_url.format(token=plugin.token)
    elif kind == "NotifyLark":
        address = plugin.webhook_url
    else:
        return None

    def send(text: str) -> Outcome:
        if kind in ("NotifyFeishu", "NotifyLark"):
            letter: dict[str, Any] = {"msg_type": "text", "content": {"text": text}}
        else:
            letter = {"msgtype": "text", "text": {"content": text}}
        return post(address, signed, letter, limits)

    return send


def post(address: str, query: dict[str, str], letter: dict[str, Any], limits: tuple[float, float]) -> Outcome:
    """Post JSON and read the answer; limits: seconds to connect and to wait for each part of the answer."""
    import requests

    try:
        with requests.post(
            address, params=query, json=letter, timeout=limits, allow_redirects=False, stream=True
        ) as answer:  # fmt: skip
            if answer.status_code != 200:
                return read_status(answer.status_code)
            body = answer.raw.read(ANSWER_LIMIT, decode_content=True)
    except Exception as fault:
        return read_fault(fault) or UNREADABLE
    return read_answer(body)


def read_answer(body: bytes) -> Outcome:
    """What a group robot's answer with status 200 means: 0 is yes, any other number a no."""
    try:
        said = json.loads(body)
        code = next(said[name] for name in ("errcode", "code", "StatusCode") if name in said)
    except (ValueError, TypeError, StopIteration, RecursionError):
        return UNREADABLE
    if code == 0:
        return Outcome(Kind.SENT)
    return BUSY if code in TOO_MANY else REFUSED

"""照片解码 — has a stranger's picture redrawn in a process of its own, and believes only the pixels."""

import asyncio
import hashlib
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from contextlib import suppress
from pathlib import Path

from domain.photo import (
    MAX_BYTES,
    MAX_PIXELS,
    PhotoBytes,
    PhotoDamaged,
    PhotoNotAPicture,
    PhotoTooLarge,
    PhotoTooManyPixels,
    kind_of,
)

_WALL_SECONDS = 30.0
_MAX_ANSWER = 32 * 1024 * 1024  # no picture of the longest side comes near it
_FLOORS = Path(__file__).parents[2]
# A decoder that crashes, or is stopped for its processor time, was given a bad picture.  SIGKILL is
# not among them: that is how a machine short of memory ends anybody.
_ENDED_BY_THE_PICTURE = frozenset({-signal.SIGXCPU, -signal.SIGSEGV, -signal.SIGABRT, -signal.SIGBUS, -signal.SIGFPE})


class DecodingFault(Exception):
    """The darkroom itself failed or was starved: nothing is known about the picture, it may be tried again."""


async def decode(data: bytes) -> PhotoBytes:
    """Redraw a picture: upright, at most 2,560 pixels a side, JPEG, without a byte of metadata.

    JPEG, PNG and WebP are taken; of an animation or a multi-picture JPEG the first frame is.
    Transparent parts turn white.  Equal bytes give equal results.  The work happens in a process that
    is limited in memory, processor time and wall time and gone afterwards (about 0.2 s for a phone's
    photo); the caller bounds how many run at once.

    Raises:
        PhotoTooLarge: more than 20 MB of file.
        PhotoTooManyPixels: the header announces more than 25 million pixels; nothing was decoded.
        PhotoNotAPicture: something else, whatever its name.
        PhotoDamaged: it cannot be read to its end, or not within the limits.
        DecodingFault: try again later.
    """
    if len(data) > MAX_BYTES:
        raise PhotoTooLarge(megabytes=MAX_BYTES // (1024 * 1024))
    if kind_of(data[:12]) is None:
        raise PhotoNotAPicture
    status, told = await _darkroom(data)
    if status in _ENDED_BY_THE_PICTURE:
        raise PhotoDamaged
    line, _, pictures = told.partition(b"\n")
    match line.split():
        case [b"done", width, height, length, thumb_length, look] if status == 0:
            return _believed(int(width), int(height), int(length), int(thumb_length), look, pictures)
        case [b"not_a_picture"]:
            raise PhotoNotAPicture
        case [b"too_many_pixels", width, height]:
            raise PhotoTooManyPixels(width=int(width), height=int(height), megapixels=MAX_PIXELS // 1_000_000)
        case [b"damaged"]:
            raise PhotoDamaged
        case _:
            raise DecodingFault(f"the darkroom ended with status {status}")


async def _darkroom(data: bytes) -> tuple[int, bytes]:
    program = (sys.executable, "-P", "-s", "-B", "-m", "outreach.storage.darkroom")
    # An environment of its own: neither settings nor secrets are within its reach.
    environment = {"PYTHONPATH": str(_FLOORS)}
    process = await asyncio.create_subprocess_exec(
        *program, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=environment, cwd="/", start_new_session=True
    )
    feeding = asyncio.create_task(_feed(process, data))
    try:
        async with asyncio.timeout(_WALL_SECONDS):
            told = await _answer(process)
            return await process.wait(), told
    except TimeoutError as late:
        raise DecodingFault("the darkroom did not answer in time") from late
    finally:
        feeding.cancel()
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        with suppress(asyncio.CancelledError):
            await feeding


async def _feed(process: Process, data: bytes) -> None:
    assert process.stdin is not None
    with suppress(BrokenPipeError, ConnectionResetError):  # it may refuse before it has read all
        process.stdin.write(data)
        await process.stdin.drain()
    process.stdin.close()


async def _answer(process: Process) -> bytes:
    assert process.stdout is not None
    told = bytearray()
    while piece := await process.stdout.read(1 << 18):
        told += piece
        if len(told) > _MAX_ANSWER:
            raise DecodingFault("the darkroom said more than a picture can be")
    return bytes(told)


def _believed(width: int, height: int, length: int, thumb_length: int, look: bytes, pictures: bytes) -> PhotoBytes:
    jpeg, thumb = pictures[:length], pictures[length:]
    if len(thumb) != thumb_length or not jpeg.startswith(b"\xff\xd8") or not thumb.startswith(b"\xff\xd8"):
        raise DecodingFault("the darkroom's answer is cut short")
    return PhotoBytes(jpeg, width, height, hashlib.sha256(jpeg).hexdigest(), thumb, f"{int(look, 16):016x}")

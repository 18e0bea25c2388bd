"""读答 — an HTTP/1.1 answer as it comes in, piece by piece: bounded in size, and whole or not at all."""

from __future__ import annotations

import re
import zlib

from outreach.delivery.telegram.mishaps import AnswerBroken, AnswerTooLarge

HEAD_LIMIT = 32_768
_HEAD_END = b"\r\n\r\n"
_STATUS = re.compile(rb"HTTP/1\.([01]) ([1-9]\d\d)[ \r]")
_FIELD = re.compile(rb"\r\n(content-length|transfer-encoding|content-encoding|connection):[ \t]*([^\r\n]*)", re.I)
_LENGTH = re.compile(rb"\d{1,15}")
_CHUNK = re.compile(rb"([0-9a-fA-F]{1,8})[ \t]*(?:;[^\r\n]*)?\r\n")
# Either compression, by what it begins with.
_ANY_ZLIB = 47


class Answer:
    """One answer. `body` is what was meant, decompressed, once `feed` or `end` has said that it is whole.

    limit: the most bytes of the body, on the wire and decompressed. Raises AnswerTooLarge and AnswerBroken.
    """

    __slots__ = ("_body_at", "_chunks", "_is_chunked", "_is_packed", "_length", "_limit", "_read", "body", "keeps",
                 "status")  # fmt: skip

    def __init__(self, limit: int) -> None:
        self.status = 0
        self.body = b""
        # Whether the connection may serve another request.
        self.keeps = True
        self._limit = limit
        self._read = b""
        # Where the body begins; before the head is read, nowhere.
        self._body_at = -1
        # How long the body is; None: until the connection ends.
        self._length: int | None = None
        self._is_chunked = self._is_packed = False
        self._chunks: list[bytes] = []

    def feed(self, data: bytes) -> bool:
        """Take in what has come; whether the answer is whole."""
        self._read = self._read + data if self._read else data
        if self._body_at < 0 and not self._read_head():
            return False
        if self._is_chunked:
            return self._read_chunks()
        over = len(self._read) - self._body_at - (self._limit if self._length is None else self._length)
        if self._length is None:
            if over > 0:
                raise AnswerTooLarge(f"the answer is over {self._limit} bytes")
            return False
        if over < 0:
            return False
        # Whatever follows is the answer to nothing.
        self.keeps = self.keeps and not over
        return self._is_whole(self._read[self._body_at : self._body_at + self._length])

    def end(self) -> bool:
        """The other side says no more; whether the answer is whole with that."""
        if self._body_at < 0 or self._is_chunked or self._length is not None:
            return False
        return self._is_whole(self._read[self._body_at :])

    def _read_head(self) -> bool:
        """Whether the head is there; what it says is kept. Interim answers are passed over."""
        while (end := self._read.find(_HEAD_END)) >= 0:
            found = _STATUS.match(self._read)
            if found is None or end > HEAD_LIMIT:
                break
            self.status = int(found[2])
            if self.status >= 200:
                self._body_at = end + len(_HEAD_END)
                self._read_fields(self._read[:end], is_old=found[1] == b"0")
                return True
            self._read = self._read[end + len(_HEAD_END) :]
        # What does not begin like an answer never becomes one.
        if end >= 0 or len(self._read) > HEAD_LIMIT or (len(self._read) > 16 and not _STATUS.match(self._read)):
            raise AnswerBroken("this is no HTTP answer")
        return False

    def _read_fields(self, head: bytes, *, is_old: bool) -> None:
        self.keeps = not is_old
        for name, value in _FIELD.findall(head):
            field, said = name.lower(), value.strip().lower()
            if field == b"content-length":
                if not _LENGTH.fullmatch(said) or self._length not in (None, int(said)):
                    raise AnswerBroken("the answer has no clear length")
                self._length = int(said)
            elif field == b"transfer-encoding":
                if said != b"chunked":
                    raise AnswerBroken("the answer is transferred in an unknown way")
                self._is_chunked = True
            elif field == b"content-encoding":
                self._is_packed = said not in (b"", b"identity")
            else:
                self.keeps = said == b"keep-alive" if is_old else b"close" not in said
        if self.status in (204, 304):
            self._length, self._is_chunked = 0, False
        # Both is not allowed: who knows where the answer ends for whoever is in between.
        self.keeps = self.keeps and self._is_chunked != (self._length is not None)
        if self._length is not None and self._length > self._limit:
            raise AnswerTooLarge(f"the answer is over {self._limit} bytes")

    def _read_chunks(self) -> bool:
        while True:
            found = _CHUNK.match(self._read, self._body_at)
            if found is None:
                # A line that is not finished may still become one.
                if len(self._read) - self._body_at > 64:
                    raise AnswerBroken("a part of the answer has no length")
                return False
            size = int(found[1], 16)
            end = found.end() + size
            if sum(map(len, self._chunks)) + size > self._limit:
                raise AnswerTooLarge(f"the answer is over {self._limit} bytes")
            if len(self._read) < end + 2:
                return False
            if size == 0:
                # Whatever else is said after the last part is of no interest, and neither is the connection then.
                self.keeps = self.keeps and self._read[end:] == b"\r\n"
                return self._is_whole(b"".join(self._chunks))
            if self._read[end : end + 2] != b"\r\n":
                raise AnswerBroken("a part of the answer is longer than it says")
            self._chunks.append(self._read[found.end() : end])
            self._read, self._body_at = self._read[end + 2 :], 0

    def _is_whole(self, body: bytes) -> bool:
        if self._is_packed:
            unpacking = zlib.decompressobj(_ANY_ZLIB)
            try:
                body = unpacking.decompress(body, self._limit + 1)
            except zlib.error:
                raise AnswerBroken("the answer cannot be decompressed") from None
            if len(body) > self._limit:
                raise AnswerTooLarge(f"the answer is over {self._limit} bytes")
            if not unpacking.eof:
                raise AnswerBroken("the answer is cut short")
        self.body, self._read = body, b""
        return True

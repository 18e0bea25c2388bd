"""Reads back what our own PDFs say, page by page, through their character maps: text as a reader would copy it."""

import re
import zlib

_OBJECT = re.compile(rb"(\d+) 0 obj\n(.*?)\nendobj", re.S)
_FLAT = rb"(?:\\.|[^\\()])*"
_STRING = rb"(?:<[0-9A-F]*>|\((?:\\.|[^\\()]|\(" + _FLAT + rb"\))*\))"  # a string may hold balanced parentheses bare
_SHOWN = re.compile(
    rb"/(?P<font>f\d+) [\d.]+ Tf|/ActualText(?P<actual>" + _STRING + rb")|"
    rb"\[(?P<glyphs>(?:" + _STRING + rb"|[-\d.\s])*)\]TJ|(?P<single>" + _STRING + rb")Tj|"
    rb"(?P<line>\bBT\b)|(?P<end>\bEMC\b)",
    re.S,
)
_STRINGS = re.compile(_STRING, re.S)
_ESCAPE = re.compile(rb"\\([0-7]{3}|.)", re.S)
_LETTERS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def pages(pdf: bytes) -> list[str]:
    """The text of each page, one line for each run of glyphs set together."""
    objects = {int(number): body for number, body in _OBJECT.findall(pdf)}
    found = (body for body in objects.values() if b"/Type/Page/" in body)
    return [_page(objects, body) for body in found]


def said(pdf: bytes) -> str:
    """All that the PDF says, without the line ends that came from setting it."""
    return "".join(pages(pdf)).replace("\n", "").replace("\u200b", "")


def _page(objects: dict[int, bytes], page: bytes) -> str:
    resources = objects[_reference(page, b"Resources")]
    fonts = {
        name: _glyph_texts(_stream(objects[_reference(objects[int(font)], b"ToUnicode")]))
        for name, font in re.findall(rb"/(f\d+) (\d+) 0 R", resources)
    }
    text, font, is_spelt_out = "", {}, False
    for token in _SHOWN.finditer(_stream(objects[_reference(page, b"Contents")])):
        if token["line"]:
            text += "\n"
        elif token["font"]:
            font = fonts[token["font"]]
        elif token["actual"]:
            text, is_spelt_out = text + _actual(token["actual"]), True
        elif token["end"]:
            is_spelt_out = False
        elif not is_spelt_out:
            for string in _STRINGS.findall(token["glyphs"] or token["single"]):
                codes = _bytes(string)
                text += "".join(font[codes[at : at + 2]] for at in range(0, len(codes), 2))
    return text


def _actual(string: bytes) -> str:
    said = _bytes(string)
    return said.decode("utf-16") if said.startswith(b"\xfe\xff") else said.decode("latin-1")


def _bytes(string: bytes) -> bytes:
    return bytes.fromhex(string[1:-1].decode()) if string.startswith(b"<") else _ESCAPE.sub(_plain, string[1:-1])


def _plain(escape: re.Match[bytes]) -> bytes:
    code = escape[1]
    return bytes([int(code, 8)]) if len(code) == 3 else _LETTERS.get(code, code)


def _reference(body: bytes, key: bytes) -> int:
    match = re.search(rb"/" + key + rb" (\d+) 0 R", body)
    assert match
    return int(match[1])


def _stream(body: bytes) -> bytes:
    return zlib.decompress(body.split(b"stream\n", 1)[1])


def _glyph_texts(character_map: bytes) -> dict[bytes, str]:
    return {
        bytes.fromhex(code.decode()): bytes.fromhex(text.decode()).decode("utf-16-be")
        for code, text in re.findall(rb"<([0-9A-F]{4})> <([0-9A-F]+)>\n", character_map)
    }

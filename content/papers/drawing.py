"""绘图 — one SVG form and its data in, a PNG out, set with the font we ship and no other."""

from functools import cache
from pathlib import Path

from jinja2 import FileSystemLoader, StrictUndefined, Template
from jinja2.sandbox import ImmutableSandboxedEnvironment
from pylopdf_fonts_zh_cn import sans_path

FAMILY = "Noto Sans SC"


@cache
def svg_form(name: str) -> Template:
    """The form of that file name; whatever is filled in is escaped, and nothing may be left out."""
    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    return environment.get_template(name)


def png_of(svg: str) -> bytes:
    """The drawing as PNG; takes tenths of a second, so call it off the event loop."""
    # Loaded when first needed.
    import resvg_py

    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg, skip_system_fonts=True, font_files=[str(sans_path())], font_family=FAMILY,
            sans_serif_family=FAMILY,
        )
    )  # fmt: skip

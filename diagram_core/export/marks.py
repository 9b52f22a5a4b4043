"""What the exports have in common: text that a format can hold, and colours."""

from __future__ import annotations

import re

from diagram_core.diagram import Color

_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, section 2.2
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f]")


def xml_text(text: str) -> str:
    """The text without what no XML document can hold."""
    return _NO_XML.sub("", text)


def plain_text(text: str) -> str:
    """The text without control characters; line breaks and tabs stay."""
    return _CONTROLS.sub("", xml_text(text.replace("\r\n", "\n").replace("\r", "\n")))


def hex_color(color: Color) -> str:
    """A colour as #rrggbb."""
    return f"#{bytes(color).hex()}"

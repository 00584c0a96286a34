"""HTML that cannot be broken by what it shows: every text is escaped unless it was made here.

>>> tag("td", "<script>", class_="name")
'<td class="name">&lt;script&gt;</td>'
"""

from html import escape

from engine.reporting.figures import visible


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


def tag(name: str, *children: str, **attributes: str) -> Html:
    """An element; an attribute's trailing underscore is dropped (``class_``)."""
    words = "".join(f' {key.rstrip("_")}="{escape(value)}"' for key, value in attributes.items())
    return Html(f"<{name}{words}>{join(children)}</{name}>")


def join(parts: "tuple[str, ...] | list[str]") -> Html:
    """Parts one after another, plain texts escaped."""
    return Html("".join(part if isinstance(part, Html) else escape(visible(part)) for part in parts))

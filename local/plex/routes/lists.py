"""v1's lists, which plex.tv may cut into pages: whether it does, and what it says of them, is published by nobody."""

from xml.etree import ElementTree as ET

from flask import request

from local.plex.answers import container
from local.plex.routes.caller import the_world


def page(rows: list[ET.Element], **attributes: object) -> ET.Element:
    """A list of v1, or the part of it that was asked for: whether plex.tv cuts it, and says so, is an option."""
    options = the_world().options
    if options.page_size is None:
        return container(*rows, **attributes)
    start, size = (int(request.values.get(f"X-Plex-Container-{name}") or 0) for name in ("Start", "Size"))
    if options.pages_shift_after is not None and start >= options.pages_shift_after * options.page_size:
        rows = rows[1:]
    part = rows[start : start + min(size or options.page_size, options.page_size)]
    totals = {"totalSize": len(rows), "offset": start} if options.pages_tell_totals else {}
    return container(*part, **attributes, **totals)

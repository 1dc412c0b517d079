"""v1's lists, which plex.tv may cut into pages: whether it does, and what it says of them, is not published."""

from xml.etree import ElementTree as ET

from flask import request

from local.plex.answers import container
from local.plex.routes.caller import the_world


def page(*rows: ET.Element, **attributes: object) -> ET.Element:
    """A list of v1, or the part of it that was asked for: whether plex.tv cuts it, and says so, is an option."""
    options = the_world().options
    if options.page_size is None:
        return container(*rows, **attributes)
    start, size = (int(request.values.get(f"X-Plex-Container-{name}") or 0) for name in ("Start", "Size"))
    shown = rows[1:] if _has_changed(start) else rows
    part = shown[start : start + min(size or options.page_size, options.page_size)]
    totals = {"totalSize": len(shown), "offset": start} if options.pages_tell_totals else {}
    return container(*part, **attributes, **totals)


def _has_changed(start: int) -> bool:
    """Whether a person left since the reading of the list began. Counts how often that happens."""
    options = the_world().options
    if options.page_size is None or options.pages_shift_after is None or options.pages_shift_times == 0:
        return False
    is_late = start >= options.pages_shift_after * options.page_size
    if is_late and options.pages_shift_times is not None:
        options.pages_shift_times -= 1
    return is_late

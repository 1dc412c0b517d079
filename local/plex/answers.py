"""plex.tv's two ways of writing an answer: v1 is always XML, v2 is JSON for who asks for it and else XML."""

import re
from collections.abc import Mapping
from xml.etree import ElementTree as ET

from flask import Response, jsonify, request

NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def element(tag: str, attributes: Mapping[str, object] | None = None, *children: ET.Element) -> ET.Element:
    made = ET.Element(tag, {name: as_text(value) for name, value in (attributes or {}).items()})
    made.extend(children)
    return made


def container(*children: ET.Element, **attributes: object) -> ET.Element:
    """Wrap v1's rows in what v1 wraps everything in."""
    about = {"friendlyName": "myPlex", "identifier": "com.plexapp.plugins.myplex", "size": len(children)}
    return element("MediaContainer", {**about, **attributes}, *children)


def xml_answer(root: ET.Element, status: int = 200) -> Response:
    body = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return Response(body, status, content_type="application/xml; charset=utf-8")


def v2_answer(name: str, data: object, status: int = 200) -> Response:
    """Answer with `data`, which XML wraps in an element called `name`."""
    if not wants_json():
        return xml_answer(as_element(name, data), status)
    answer = jsonify(data)
    answer.status_code = status
    return answer


def wants_json() -> bool:
    return "application/json" in request.headers.get("Accept", "")


def as_element(tag: str, data: object) -> ET.Element:
    """Plain values become attributes, mappings children, and lists children that are named in the plural."""
    if isinstance(data, list):
        return element(tag, {}, *(as_element(tag.removesuffix("s"), item) for item in data))
    if not isinstance(data, Mapping):
        return element(tag, {"id": data})
    nested = {key: value for key, value in data.items() if isinstance(value, (list, Mapping))}
    plain = {key: value for key, value in data.items() if key not in nested}
    return element(tag, plain, *(as_element(key, value) for key, value in nested.items()))


def as_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    return NOT_IN_XML.sub("", str(value))

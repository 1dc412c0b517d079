"""Control: faults, options, recorded calls, starting over."""

import re
from dataclasses import asdict, fields, replace
from typing import Any

from flask import Blueprint, abort

from local.plex.control.reading import told
from local.plex.faults import Fault, Kind, When
from local.plex.routes.caller import the_world
from local.plex.rules.options import Options

trouble = Blueprint("trouble", __name__, url_prefix="/_standin")
Said = dict[str, Any]
AS_THEY_ARE = ("times", "skip", "status", "retry_after", "message", "seconds")
OPTIONS = tuple(option.name for option in fields(Options))


@trouble.get("/faults")
def list_faults() -> Said:
    return {"faults": [_as_fault(fault) for fault in the_world().faults.listed()]}


@trouble.post("/faults")
def add_fault() -> tuple[Said, int]:
    said = told("kind", "path", optional=("method", "when", *AS_THEY_ARE))
    fault = _fault(said)
    the_world().faults.add(fault)
    return _as_fault(fault), 201


@trouble.delete("/faults")
def clear_faults() -> tuple[str, int]:
    the_world().faults.clear()
    return "", 204


@trouble.get("/options")
def show_options() -> Said:
    return asdict(the_world().options)


@trouble.patch("/options")
def change_options() -> Said:
    the_world().options = replace(the_world().options, **told(optional=OPTIONS))
    return show_options()


@trouble.get("/calls")
def list_calls() -> Said:
    return {"calls": the_world().calls.as_rows()}


@trouble.delete("/calls")
def forget_calls() -> tuple[str, int]:
    the_world().calls.clear()
    return "", 204


@trouble.post("/reset")
def reset() -> tuple[str, int]:
    """Start over as at the start; `{"demo": false}` leaves the world empty."""
    the_world().reset(furnished=told(optional=("demo",)).get("demo", True))
    return "", 204


def _fault(said: Said) -> Fault:
    try:
        return Fault(
            id=the_world().faults.next_id(),
            kind=Kind(said["kind"]),
            path=re.compile(said["path"]),
            method=str(said["method"]).upper() if said.get("method") else None,
            when=When(said.get("when", When.BEFORE)),
            **{name: said[name] for name in AS_THEY_ARE if name in said},
        )
    except (ValueError, TypeError, re.error) as problem:
        abort(400, str(problem))


def _as_fault(fault: Fault) -> Said:
    plain = {name: getattr(fault, name) for name in ("id", "method", "kind", "when", *AS_THEY_ARE, "seen", "fired")}
    return {**plain, "path": fault.path.pattern}

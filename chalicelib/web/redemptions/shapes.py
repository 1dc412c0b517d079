"""How redemptions look in JSON (docs/openapi.yaml)."""

from chalicelib.access.progress import Progress, Step, StepState
from chalicelib.access.reasons import Reason
from chalicelib.common.records import asdict
from chalicelib.plex.model import Grant
from chalicelib.redemptions.model import Redemption
from chalicelib.texts.catalogue import sentence
from chalicelib.web.shapes import Json, moment, person, restrictions_shape

PAUSED = "paused"
"""While Plex does not take the owner's token: nothing that the person could do, and nothing that they lose."""


def redemption_shape(each: Redemption, language: str) -> Json:
    """The whole object; its sentences speak to the invitee."""
    return {
        "id": each.id,
        "code": each.code,
        "user": person(each.user),
        "state": each.state.value,
        "grant": grant_shape(each.grant),
        "steps": [_step(step, each.progress, language) for step in each.steps],
        "created_at": moment(each.created_at),
        "updated_at": moment(each.progress.at),
        "reason": each.reason and _reason(each.reason, language),
        "paused": each.progress.paused,
        "without_downloads": each.progress.without_downloads,
    }


def grant_shape(each: Grant) -> Json:
    return {
        "libraries": [{"id": library.id, "title": library.title, "type": library.type} for library in each.libraries],
        "features": asdict(each.features),
        "restrictions": restrictions_shape(each.filters),
    }


def _step(each: Step, progress: Progress, language: str) -> Json:
    paused = progress.paused and each.name is progress.stage
    state = StepState.WAITING if paused else each.state
    key = PAUSED if paused else f"{each.name}.{state}"
    return {
        "name": each.name.value,
        "state": state.value,
        "at": moment(each.at),
        "message": sentence("steps", key, language),
    }


def _reason(each: Reason, language: str) -> Json:
    return {"Code": each.code, "Message": sentence("reasons", each.code, language, each.facts)}

"""How a member's access looks in JSON (docs/openapi.yaml)."""

from datetime import datetime

from chalicelib.access.closing import closes_at
from chalicelib.access.deciding.adopting import Adopted
from chalicelib.access.deciding.batches import Batch, Refused
from chalicelib.access.deciding.seating import Seating
from chalicelib.access.ending import state_at
from chalicelib.access.entitlement import Entitlement, Observed
from chalicelib.access.looks import Look, Outcome
from chalicelib.access.model import Access
from chalicelib.access.ports import ExtensionRequest, Member, Stranger
from chalicelib.access.reasons import Reason
from chalicelib.common.people import Person
from chalicelib.common.records import asdict
from chalicelib.settings.model import Settings
from chalicelib.texts.catalogue import refusal_sentence, sentence
from chalicelib.web.shapes import Json, moment, person, restrictions_shape


def access_shape(member: Member, language: str, now: datetime) -> Json:
    """``wanted`` null: nothing is; ``observed`` null: Plex was not asked yet, or shares nothing."""
    access, user, settings = member.access, member.user, member.settings
    at = closes_at(access, user, settings) if access else None
    return _shape(user.person, access, settings, language, now) | {"closes_at": moment(at)}


def own_access_shape(member: Member, language: str, now: datetime) -> Json:
    """The same for the member, with what they are welcomed by."""
    return access_shape(member, language, now) | {"welcome_html": member.settings.welcome_html}


def listed_shape(access: Access, settings: Settings, language: str, now: datetime) -> Json:
    """The same in a list, by the name that was known when it was decided."""
    return _shape(Person(access.user_id, access.decided.identity.name), access, settings, language, now)


def look_shape(each: Look, now: datetime) -> Json:
    state = "running" if each.is_running(now) else (each.outcome or Outcome.INCOMPLETE).value
    return {
        "id": each.id,
        "state": state,
        "asked_at": moment(each.asked_at),
        "finished_at": moment(each.finished_at),
        "people": each.people,
        "changed": each.changed,
        "confirmed": each.confirmed,
        "restored": each.restored,
    }


def stranger_shape(each: Stranger, settings: Settings) -> Json:
    titles = {library.id: library.title for library in settings.libraries}
    return {
        "plex_id": each.plex_id,
        "name": each.name,
        "libraries": [{"id": id_, "title": titles.get(id_, id_)} for id_ in sorted(each.share.library_ids)],
        "everything": each.share.everything,
        "accepted": each.share.accepted,
    }


def adopted_shape(each: Adopted, language: str) -> Json:
    refusal = each.refusal
    reason = refusal and {"Code": refusal.code, "Message": refusal_sentence(refusal, language)}
    return {"plex_id": each.plex_id, "user": each.user and person(each.user.person), "reason": reason}


def batch_shape(each: Batch, language: str) -> Json:
    return {
        "id": each.id,
        "action": each.action.value,
        "state": "running" if each.left else "done",
        "done": len(each.results),
        "of": len(each.user_ids),
        "results": [_result(id_, each.results[id_], language) for id_ in each.user_ids if id_ in each.results],
    }


def _result(key: str, refused: Refused | None, language: str) -> Json:
    reason = refused and {
        "Code": refused.code,
        "Message": sentence("refusals", refused.key, language, refused.facts),
    }
    return {"key": key, "state": "refused" if refused else "done", "reason": reason}


def request_shape(each: ExtensionRequest) -> Json:
    return {
        "user": {"id": each.user_id, "name": each.name},
        "message": each.message,
        "asked_at": moment(each.asked_at),
    }


def seating_shape(each: Seating) -> Json:
    return {
        "used": each.gate.server,
        "pending": each.pending,
        "claimed": each.claimed,
        "limit": each.room.server,
        "home": {"used": each.gate.home, "limit": each.room.home},
    }


def _shape(who: Person, access: Access | None, settings: Settings, language: str, now: datetime) -> Json:
    return {
        "user": person(who),
        "state": state_at(access, settings, now) if access else "none",
        "starts_at": moment(access.decided.starts_at) if access else None,
        "ends_at": moment(access.decided.ends_at) if access else None,
        "wanted": _entitlement(access.wanted) if access and access.wanted else None,
        "observed": _observed(access.done.observed, settings) if access else None,
        "difference": sorted(_differences(access)) if access else [],
        "work": _work(access, language) if access else None,
        "managed_profile": bool(access and access.has_profile),
        "version": access.decided.edition if access else 0,
    }


def _differences(access: Access) -> frozenset[str]:
    """Those that are confirmed; while it is being worked on, they are no news."""
    return frozenset(access.done.differs) if access.is_settled else frozenset()


def _entitlement(each: Entitlement) -> Json:
    return {
        "rule": each.rule.value,
        "libraries": [{"id": library.id, "title": library.title, "type": library.type} for library in each.libraries],
        "features": asdict(each.features),
        "restrictions": restrictions_shape(each.filters),
    }


def _observed(each: Observed, settings: Settings) -> Json | None:
    if each.share is None or each.share.share is None:
        return None
    share, titles = each.share.share, {library.id: library.title for library in settings.libraries}
    return {
        "libraries": [{"id": id_, "title": titles.get(id_, id_)} for id_ in sorted(share.library_ids)],
        "everything": share.everything,
        "downloads": share.downloads,
        "live_tv": share.live_tv,
        "restrictions": restrictions_shape(share.filters or ()),
        "accepted": share.accepted,
        "seen_at": moment(each.share.at),
    }


def _work(access: Access, language: str) -> Json | None:
    if access.is_settled:
        return None
    step = access.done.begun.step if access.done.begun else None
    need = access.done.need
    return {"step": step, "since": moment(access.written_at), "reason": need and _reason(need, language)}


def _reason(each: Reason, language: str) -> Json:
    return {"Code": each.code, "Message": sentence("reasons", each.code, language, each.facts)}

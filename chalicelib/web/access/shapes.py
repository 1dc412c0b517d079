"""How a member's access looks in JSON (docs/openapi.yaml)."""

from dataclasses import asdict

from chalicelib.access.differences import differences
from chalicelib.access.entitlement import Entitlement, Observed
from chalicelib.access.model import Access
from chalicelib.access.ports import Member
from chalicelib.access.reasons import Reason
from chalicelib.settings.model import Settings
from chalicelib.texts.catalogue import sentence
from chalicelib.web.shapes import Json, moment, person


def access_shape(member: Member, language: str) -> Json:
    """``wanted`` null: nothing is; ``observed`` null: Plex was not asked yet, or shares nothing."""
    access = member.access
    return {
        "user": person(member.user.person),
        "state": state_of(access),
        "wanted": _entitlement(access.wanted) if access and access.wanted else None,
        "observed": _observed(access.done.observed, member.settings) if access else None,
        "difference": sorted(_differences(access)) if access else [],
        "work": _work(access, language) if access else None,
        "version": access.decided.edition if access else 0,
    }


def state_of(access: Access | None) -> str:
    if access is None:
        return "none"
    if access.decided.hold:
        return access.decided.hold.value
    return "joining" if access.is_joining else "active"


def _differences(access: Access) -> frozenset[str]:
    """While it is being worked on, they are no news."""
    return frozenset(differences(access.wanted, access.done.observed)) if access.is_settled else frozenset()


def _entitlement(each: Entitlement) -> Json:
    return {
        "rule": each.rule.value,
        "libraries": [{"id": library.id, "title": library.title, "type": library.type} for library in each.libraries],
        "features": asdict(each.features),
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

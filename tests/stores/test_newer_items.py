"""Items of a newer version, on the running stack: this one reads them, lists them, and loses nothing of them."""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from chalicelib import wiring
from chalicelib.access.aligning import Aligning
from chalicelib.access.deciding.batches import Action, Batch
from chalicelib.access.deciding.editing import AccessEdit
from chalicelib.access.looks import Look, Outcome
from chalicelib.access.model import Hold
from chalicelib.access.pauses import begin_pause
from chalicelib.access.ports import Row, Stranger
from chalicelib.access.progress import State
from chalicelib.accounts.model import AccountState, Kind, Observed, PasswordReset, Tombstone, Why
from chalicelib.common.people import Permission, Person
from chalicelib.common.ports import StaleWrite
from chalicelib.common.records import replace
from chalicelib.events.deliveries import Attempt, Delivery
from chalicelib.events.endpoints import Endpoint, Secrets
from chalicelib.invites.searching import InviteSearch
from chalicelib.plex.model import Features, Place, Share
from chalicelib.qr_codes.model import Format, image_of
from chalicelib.stores.access.batches import BatchModel
from chalicelib.stores.access.records import AccessModel, ExtensionRequestModel, LookModel, PauseModel, StrangerModel
from chalicelib.stores.access.seats import GateModel
from chalicelib.stores.accounts.counters import RateLimitModel
from chalicelib.stores.accounts.creations import HEAD, CreationsModel
from chalicelib.stores.accounts.held_tokens import HeldTokenModel
from chalicelib.stores.accounts.records import IdentityModel, SessionModel, SignInModel, UserModel
from chalicelib.stores.events.deliveries import DeliveryModel
from chalicelib.stores.events.endpoints import EndpointModel
from chalicelib.stores.events.journal import JournalModel
from chalicelib.stores.invites.counts import CountModel
from chalicelib.stores.invites.records import InviteModel
from chalicelib.stores.qr_codes.records import QrImageModel
from chalicelib.stores.redemptions.records import RedemptionModel
from chalicelib.stores.settings.records import SettingsModel
from chalicelib.stores.setup.ownership import OwnershipModel
from chalicelib.stores.tables import MODELS
from tests.stores_contract.builders import (
    a_closed_account,
    a_kept_invite,
    a_session,
    a_sign_in,
    a_user,
    an_account,
    an_entry,
)
from tests.stores_contract.redeeming import (
    a_claim,
    a_plex_id,
    a_renewal,
    add_invite,
    closed,
    edit_invite,
    given_up,
    hold,
    joined,
    settle,
    take,
)

NEW = "from_a_newer_version"
STAYS = {"S": "stays"}

Write = Callable[[], object]
Plan = tuple[dict[str, str], Write]
"""The key of an item, and a write of this version to it."""


@pytest.fixture
def ports(stack):
    return wiring.ports


@pytest.fixture
def now(ports):
    """A year ahead: nothing that is left behind is due for the stack's own sweep."""
    return ports.clock() + timedelta(days=365)


@dataclass
class Item:
    """One item, as DynamoDB has it."""

    model: Any
    key: dict[str, str]

    def _ask(self, operation: str, **arguments: Any) -> Any:
        key = {name: {"S": value} for name, value in self.key.items()}
        client: Any = wiring.ports.connection.client
        return client._make_api_call(operation, {"TableName": self.model.Meta.table_name, "Key": key, **arguments})

    def read(self) -> dict[str, Any]:
        found: dict[str, Any] = self._ask("GetItem", ConsistentRead=True)["Item"]
        return found

    def set(self, **values: dict[str, Any]) -> None:
        for name, value in values.items():
            about = {"ExpressionAttributeNames": {"#n": name}, "ExpressionAttributeValues": {":v": value}}
            self._ask("UpdateItem", UpdateExpression="SET #n = :v", **about)

    def set_in_json(self, name: str, **values: Any) -> None:
        self.set(**{name: {"S": json.dumps(json.loads(self.read()[name]["S"]) | values)}})

    def remove(self, name: str) -> None:
        self._ask("UpdateItem", UpdateExpression="REMOVE #n", ExpressionAttributeNames={"#n": name})


def a_claimed(ports, now):
    claim = a_claim(ports, add_invite(ports, now, usage_limit=3), now)
    ports.claims.claim(claim)
    return claim


def a_member(ports, now):
    """The claim of a person who joined."""
    claim = a_claimed(ports, now)
    joined(ports, claim, now)
    return claim


def with_a_password(ports):
    """A local account, and what is stored with its address."""
    user = an_account(ports, kind=Kind.LOCAL)
    Item(IdentityModel, {"id": f"email#{user.email}"}).set(password_hash={"S": "hash"})
    return user, ports.accounts.find_credential(user.email)[0]


def an_invite_is_edited(ports, now) -> Plan:
    invite = a_kept_invite(ports)
    return {"code": invite.code}, lambda: edit_invite(ports, invite, note="edited", features=Features(downloads=True))


def an_invite_is_redeemed(ports, now) -> Plan:
    invite = add_invite(ports, now)
    return {"code": invite.code}, lambda: ports.claims.claim(a_claim(ports, invite, now))


def an_invite_expires(ports, now) -> Plan:
    invite = add_invite(ports, now, expires_at=now + timedelta(seconds=1))
    return {"code": invite.code}, lambda: list(ports.invites.move_expired(now + timedelta(seconds=2), 10))


def a_use_is_given_back(ports, now) -> Plan:
    claim = a_claimed(ports, now)
    access = given_up(ports, claim, now)
    return {"code": claim.invite.code}, lambda: settle(ports, access, now)


def an_account_is_changed(ports, now) -> Plan:
    user = an_account(ports)
    changed = replace(user, permissions=frozenset({Permission.ADVANCED_INVITES}))
    return {"id": user.id}, lambda: ports.accounts.change(user, changed, an_entry(ports))


def an_account_is_renamed(ports, now) -> Plan:
    user = an_account(ports)
    return {"id": user.id}, lambda: ports.accounts.rename(user, replace(user, name="Renamed"), an_entry(ports))


def an_account_is_closed(ports, now) -> Plan:
    user = an_account(ports)
    closed = replace(user, state=AccountState.CLOSED)
    return {"id": user.id}, lambda: ports.accounts.change(user, closed, an_entry(ports))


def an_account_is_opened_again(ports, now) -> Plan:
    closed, tombstone = a_closed_account(ports, now)
    opened = replace(closed, state=AccountState.ACTIVE, epoch=closed.epoch + 1)
    return {"id": closed.id}, lambda: ports.accounts.open(opened, a_session(ports, opened), over=tombstone)


def an_account_is_renewed(ports, now) -> Plan:
    claim = a_member(ports, now)
    renewal = a_renewal(ports, claim, now)
    return {"id": claim.user.id}, lambda: ports.claims.claim(renewal)


def an_account_has_what_it_had_before_its_renewal(ports, now) -> Plan:
    claim = a_member(ports, now)
    renewal = a_renewal(ports, claim, now)
    ports.claims.claim(renewal)
    access = given_up(ports, renewal, now)
    return {"id": claim.user.id}, lambda: settle(ports, access, now)


def an_account_is_closed_as_its_joining_failed(ports, now) -> Plan:
    claim = a_claimed(ports, now)
    access = given_up(ports, claim, now)
    return {"id": claim.user.id}, lambda: settle(ports, access, now)


def an_account_is_linked(ports, now) -> Plan:
    user, entry = an_account(ports, kind=Kind.LOCAL), an_entry(ports)
    return {"id": user.id}, lambda: ports.claims.link(user, a_plex_id(), None, entry=entry)


def an_account_s_trial_ends(ports, now) -> Plan:
    user = an_account(ports, trial_ends_at=now)
    return {"id": user.id}, lambda: ports.accounts.end_trial(user, an_entry(ports))


def an_account_gets_another_password(ports, now) -> Plan:
    user, was = with_a_password(ports)
    return {"id": user.id}, lambda: ports.accounts.set_password(user, was, "another hash", an_entry(ports))


def an_account_signs_out_everywhere(ports, now) -> Plan:
    user = an_account(ports)
    return {"id": user.id}, lambda: ports.sessions.end_all(user.id)


def a_plex_id_is_observed(ports, now) -> Plan:
    user = an_account(ports)
    observed = Observed(user.plex_id or 0, has_access=True, email=None, at=now)
    return {"id": f"plex#{user.plex_id}"}, lambda: ports.accounts.note_observed(observed)


def a_plex_id_is_remembered(ports, now) -> Plan:
    user = an_account(ports)
    tombstone = Tombstone(user_id=user.id, why=Why.LEFT, closed_at=now)
    closed = replace(user, state=AccountState.CLOSED)
    change = ports.accounts.change
    return {"id": f"plex#{user.plex_id}"}, lambda: change(user, closed, an_entry(ports), tombstone=tombstone)


def a_plex_id_that_was_remembered_is_held_again(ports, now) -> Plan:
    closed, tombstone = a_closed_account(ports, now)
    newcomer = a_user(ports, plex_id=closed.plex_id)
    opened = ports.accounts.open
    return {"id": f"plex#{closed.plex_id}"}, lambda: opened(newcomer, a_session(ports, newcomer), over=tombstone)


def a_plex_id_is_linked_that_was_remembered(ports, now) -> Plan:
    closed, tombstone = a_closed_account(ports, now)
    local = an_account(ports, kind=Kind.LOCAL)
    link = ports.claims.link
    return {"id": f"plex#{closed.plex_id}"}, lambda: link(
        local, closed.plex_id, None, entry=an_entry(ports), over=tombstone
    )


def a_plex_id_that_is_remembered_has_nothing_any_more(ports, now) -> Plan:
    user, _ = a_closed_account(ports, now)
    return {"id": f"plex#{user.plex_id}"}, lambda: ports.accesses.end_without_access(user, now)


def a_plex_id_that_is_remembered_has_its_access_taken(ports, now) -> Plan:
    user, _ = closed(ports, a_member(ports, now), now)
    held = hold(ports, take(ports, user.id, now), Hold.CLOSED)
    return {"id": f"plex#{user.plex_id}"}, lambda: settle(ports, held, now)


def a_plex_id_is_remembered_as_its_joining_failed(ports, now) -> Plan:
    claim = a_claimed(ports, now)
    access = given_up(ports, claim, now)
    return {"id": f"plex#{claim.user.plex_id}"}, lambda: settle(ports, access, now)


def an_address_loses_its_password_as_plex_is_linked(ports, now) -> Plan:
    user, _ = with_a_password(ports)
    entry = an_entry(ports)
    return {"id": f"email#{user.email}"}, lambda: ports.claims.link(user, a_plex_id(), None, entry=entry)


def an_address_gets_another_password(ports, now) -> Plan:
    user, was = with_a_password(ports)
    set_password = ports.accounts.set_password
    return {"id": f"email#{user.email}"}, lambda: set_password(user, was, "another hash", an_entry(ports))


def an_address_gets_a_link_for_a_password(ports, now) -> Plan:
    user, _ = with_a_password(ports)
    reset = PasswordReset("token", now)
    return {"id": f"email#{user.email}"}, lambda: ports.accounts.offer_reset(user, reset, an_entry(ports))


def a_redemption_goes_on(ports, now) -> Plan:
    claim = a_claimed(ports, now)
    access = ports.accesses.get(claim.user.id)
    paused = access.doing(progress=replace(access.done.progress, paused=True))
    return {"id": claim.redemption.id}, lambda: ports.accesses.save(paused)


def a_redemption_fails(ports, now) -> Plan:
    claim = a_claimed(ports, now)
    access = given_up(ports, claim, now)
    return {"id": claim.redemption.id}, lambda: settle(ports, access, now)


def an_access_is_saved(ports, now) -> Plan:
    user_id = a_claimed(ports, now).user.id
    return {"user_id": user_id}, lambda: take(ports, user_id, now)


def an_access_is_counted_anew(ports, now) -> Plan:
    access = joined(ports, a_claimed(ports, now), now)
    at_home = access.saw_place(Place.MEMBER, now).seated
    return {"user_id": access.user_id}, lambda: ports.accesses.save_seated(at_home, seats_before=access.done.seats)


def an_access_is_told(ports, now) -> Plan:
    claim = a_claimed(ports, now)
    access = ports.accesses.get(claim.user.id)
    paused = access.doing(progress=replace(access.done.progress, paused=True))
    return {"user_id": claim.user.id}, lambda: ports.accesses.save(paused)


def an_access_is_decided(ports, now) -> Plan:
    access = joined(ports, a_claimed(ports, now), now)
    return {"user_id": access.user_id}, lambda: hold(ports, access, Hold.SUSPENDED)


def an_access_is_decided_with_an_entry(ports, now) -> Plan:
    access = joined(ports, a_claimed(ports, now), now)
    decided, entry = access.deciding(access.decided), an_entry(ports)
    return {"user_id": access.user_id}, lambda: ports.accesses.decide(decided, entry)


def an_access_is_accepted(ports, now) -> Plan:
    access = joined(ports, a_claimed(ports, now), now)
    accepted, entry = access.deciding(access.decided).renewed(now).settled(now), an_entry(ports)
    return {"user_id": access.user_id}, lambda: ports.accesses.accept(accepted, entry, seats_before=access.done.seats)


def an_access_is_renewed(ports, now) -> Plan:
    claim = a_member(ports, now)
    renewal = a_renewal(ports, claim, now)
    return {"user_id": claim.user.id}, lambda: ports.claims.claim(renewal)


def an_access_is_undone(ports, now) -> Plan:
    claim = a_claimed(ports, now)
    access = given_up(ports, claim, now)
    return {"user_id": claim.user.id}, lambda: settle(ports, access, now)


def an_access_is_settled(ports, now) -> Plan:
    claim = a_claimed(ports, now)
    return {"user_id": claim.user.id}, lambda: joined(ports, claim, now)


def an_access_is_sent_again(ports, now) -> Plan:
    user_id = a_claimed(ports, now).user.id
    return {"user_id": user_id}, lambda: ports.accesses.note_resent(user_id, now)


def a_stranger_is_noted_again(ports, now) -> Plan:
    share = Share("s1", 7, frozenset({"1"}), everything=False, accepted=True)
    stranger = Stranger(a_plex_id(), "Fred", share, Place.OUT)
    ports.accesses.note_stranger(stranger)
    key = {"user_id": f"plex#{stranger.plex_id}"}
    return key, lambda: ports.accesses.note_stranger(replace(stranger, name="Frederic"))


def another_look_is_asked_for(ports, now) -> Plan:
    latest = ports.looks.get() or ports.looks.save(Look(id="first", asked_at=ports.clock()))
    done = latest.asked_again("another", ports.clock()).finished(Outcome.COMPLETE, ports.clock())
    return {"id": "look"}, lambda: ports.looks.save(done)


def one_of_a_batch_is_decided(ports, now) -> Plan:
    batch = Batch(
        id=ports.new_id(),
        action=Action.RESTORE,
        edit=AccessEdit(),
        user_ids=("ann",),
        asked_by="mona",
        asked_at=ports.clock(),
    )
    ports.keep_batch(batch)
    return {"user_id": f"batch#{batch.id}"}, lambda: ports.note_result(Row(batch.id, "ann"), None)


def the_seats_of_others_are_counted(ports, now) -> Plan:
    def count():
        gate = ports.looks.gate()
        ports.looks.count_others(gate.others, gate.home_others, was=gate)

    count()
    return {"id": "gate"}, count


def a_pause_is_noted_again(ports, now) -> Plan:
    ports.accesses.save_pause(begin_pause(now, "1"))
    return {"id": "pause"}, lambda: ports.accesses.save_pause(begin_pause(now, "1").probed(now, "2"))


def the_settings_are_saved(ports, now) -> Plan:
    settings = ports.settings.get()
    changed = replace(settings, version=settings.version + 1)
    return {"id": "settings"}, lambda: ports.settings.save(changed, an_entry(ports), over=settings)


def the_server_is_chosen_again(ports, now) -> Plan:
    settings = ports.settings.get()
    changed = replace(settings, version=settings.version + 1)
    return {"id": "settings"}, lambda: ports.settings.choose_server(changed, an_entry(ports), over=settings)


def the_libraries_are_read(ports, now) -> Plan:
    settings = ports.settings.get()
    facts = settings.server, settings.libraries, settings.libraries_refresh
    return {"id": "settings"}, lambda: ports.settings.save_libraries(*facts, was=settings.server)


def how_far_the_migrations_are_is_noted(ports, now) -> Plan:
    progress = ports.schema.progress()
    return {"id": "settings"}, lambda: ports.schema.save(progress, was=progress)


def the_owner_signs_in_again(ports, now) -> Plan:
    ownership, _ = ports.ownership.get_with_settings()
    return {"id": "ownership"}, lambda: ports.ownership.renew(ownership, an_entry(ports))


def a_sign_in_leads_to_a_session(ports, now) -> Plan:
    sign_in, user = a_sign_in(ports), an_account(ports)
    return {"id": sign_in.id}, lambda: ports.sessions.complete(sign_in, a_session(ports, user), an_entry(ports))


def an_image_is_looked_at_again(ports, now) -> Plan:
    invite = a_kept_invite(ports)
    image = image_of(invite, "https://invites.example.org", Format.PNG, now)
    ports.qr_records.keep(image, invite)
    later = replace(image, expires_at=image.expires_at + timedelta(days=1))
    return {"code": invite.code, "object_key": image.object_key}, lambda: ports.qr_records.keep(later, invite)


def an_image_s_date_moves(ports, now) -> Plan:
    invite = a_kept_invite(ports)
    image = image_of(invite, "https://invites.example.org", Format.PNG, now)
    ports.qr_records.keep(image, invite)
    later = replace(image, expires_at=image.expires_at + timedelta(days=1))
    return {"code": invite.code, "object_key": image.object_key}, lambda: ports.image_records.move(later)


def another_invite_counts_for_the_quota(ports, now) -> Plan:
    invite = a_kept_invite(ports)
    return {"user_id": invite.created_by.id, "order": HEAD}, lambda: a_kept_invite(ports, created_by=invite.created_by)


def another_token_is_held(ports, now) -> Plan:
    key = ports.new_id()
    ports.tokens.hold(key, "token", expires_at=now)
    return {"key": key}, lambda: ports.tokens.hold(key, "another", expires_at=now)


def another_request_is_counted(ports, now) -> Plan:
    key = ports.new_id()
    ports.counters.add(key, 1, now)
    return {"id": key}, lambda: ports.counters.block(key, 1, now)


def _an_endpoint(ports, now):
    endpoint = Endpoint(
        id=ports.new_id()[:10],
        name="Trial",
        events=("trial.ended",),
        shown_url="https://…",
        owner=Person("jo", "Jo"),
        created_at=now,
        enabled=False,
    )
    ports.endpoints.add(endpoint, Secrets(url=b"url", secret=b"secret"), an_entry(ports))
    return endpoint, {"kind": "webhook", "id": endpoint.id}


def an_endpoint_is_changed(ports, now):
    endpoint, key = _an_endpoint(ports, now)
    renamed = replace(endpoint, name="Another", version=2)
    return key, lambda: ports.endpoints.save(renamed, an_entry(ports), over=endpoint)


def an_endpoint_is_woken(ports, now):
    endpoint, key = _an_endpoint(ports, now)
    return key, lambda: ports.endpoints.wake(endpoint.id, now)


def an_endpoint_is_worked_at(ports, now):
    endpoint, key = _an_endpoint(ports, now)
    turn = ports.endpoints.turn(endpoint.id)
    return key, lambda: ports.endpoints.take(turn, turn.work.begun(now))


def a_delivery_was_tried(ports, now):
    event = f"20270301120000000000-{ports.new_id()}"
    delivery = Delivery(endpoint="none", event=event, event_id="e", type="x", body="{}", since=now, due=now)
    ports.deliveries.add(delivery)
    tried = delivery.after(Attempt(now, 200, 5, ""))
    return {"endpoint": "none", "event": event}, lambda: ports.deliveries.save(tried)


WRITES: dict[Callable[..., Plan], Any] = {
    an_endpoint_is_changed: EndpointModel,
    an_endpoint_is_woken: EndpointModel,
    an_endpoint_is_worked_at: EndpointModel,
    a_delivery_was_tried: DeliveryModel,
    an_invite_is_edited: InviteModel,
    an_invite_is_redeemed: InviteModel,
    an_invite_expires: InviteModel,
    a_use_is_given_back: InviteModel,
    an_account_is_changed: UserModel,
    an_account_is_renamed: UserModel,
    an_account_is_closed: UserModel,
    an_account_is_opened_again: UserModel,
    an_account_is_renewed: UserModel,
    an_account_has_what_it_had_before_its_renewal: UserModel,
    an_account_is_closed_as_its_joining_failed: UserModel,
    an_account_is_linked: UserModel,
    an_account_s_trial_ends: UserModel,
    an_account_gets_another_password: UserModel,
    an_account_signs_out_everywhere: UserModel,
    a_plex_id_is_observed: IdentityModel,
    a_plex_id_is_remembered: IdentityModel,
    a_plex_id_that_was_remembered_is_held_again: IdentityModel,
    a_plex_id_is_linked_that_was_remembered: IdentityModel,
    a_plex_id_that_is_remembered_has_nothing_any_more: IdentityModel,
    a_plex_id_that_is_remembered_has_its_access_taken: IdentityModel,
    a_plex_id_is_remembered_as_its_joining_failed: IdentityModel,
    an_address_loses_its_password_as_plex_is_linked: IdentityModel,
    an_address_gets_another_password: IdentityModel,
    an_address_gets_a_link_for_a_password: IdentityModel,
    a_redemption_goes_on: RedemptionModel,
    a_redemption_fails: RedemptionModel,
    an_access_is_saved: AccessModel,
    an_access_is_counted_anew: AccessModel,
    an_access_is_told: AccessModel,
    an_access_is_decided: AccessModel,
    an_access_is_decided_with_an_entry: AccessModel,
    an_access_is_accepted: AccessModel,
    an_access_is_renewed: AccessModel,
    an_access_is_undone: AccessModel,
    an_access_is_settled: AccessModel,
    an_access_is_sent_again: AccessModel,
    a_stranger_is_noted_again: StrangerModel,
    one_of_a_batch_is_decided: BatchModel,
    the_seats_of_others_are_counted: GateModel,
    another_look_is_asked_for: LookModel,
    a_pause_is_noted_again: PauseModel,
    the_settings_are_saved: SettingsModel,
    the_server_is_chosen_again: SettingsModel,
    the_libraries_are_read: SettingsModel,
    how_far_the_migrations_are_is_noted: SettingsModel,
    the_owner_signs_in_again: OwnershipModel,
    a_sign_in_leads_to_a_session: SignInModel,
    an_image_is_looked_at_again: QrImageModel,
    an_image_s_date_moves: QrImageModel,
    another_invite_counts_for_the_quota: CreationsModel,
    another_token_is_held: HeldTokenModel,
    another_request_is_counted: RateLimitModel,
}
"""Every write to an item that may be there already, with the model of the item."""

WRITTEN_AS_IT_WAS = {
    the_seats_of_others_are_counted,
    the_libraries_are_read,
    how_far_the_migrations_are_is_noted,
    the_owner_signs_in_again,
}
"""The stack has one of each, which other tests read as well."""

WRITTEN_ONCE = {SessionModel, JournalModel, ExtensionRequestModel}
NAMED_BY_WHAT_THEY_COUNT = {CountModel}
"""Any attribute is known to it."""


def test_every_model_has_its_writes_in_the_table():
    assert set(WRITES.values()) | WRITTEN_ONCE | NAMED_BY_WHAT_THEY_COUNT == set(MODELS)


@pytest.mark.parametrize("write", WRITES, ids=lambda write: write.__name__)
def test_an_attribute_of_a_newer_version_stays(ports, now, write):
    key, do = write(ports, now)
    item = Item(WRITES[write], key)
    item.set(**{NEW: STAYS})
    before = item.read()
    try:
        do()
        after = item.read()
    finally:
        if key.get("id") in ("settings", "ownership", "look", "gate"):
            item.remove(NEW)
        if key.get("id") == "pause":
            ports.accesses.end_pause()
    assert after[NEW] == STAYS
    assert after != before or write in WRITTEN_AS_IT_WAS


@pytest.fixture
def user(ports):
    """An account with a permission that this version does not know."""
    user = an_account(ports, Permission.CREATE_INVITES)
    Item(UserModel, {"id": user.id}).set(permissions={"S": '["create_invites","rule_the_world"]'})
    return user


def permissions_of(user):
    return json.loads(Item(UserModel, {"id": user.id}).read()["permissions"]["S"])


def test_an_unknown_permission_allows_nothing_is_not_shown_and_stays(stack, ports, user):
    read = ports.accounts.get(user.id)
    assert read.may(Permission.CREATE_INVITES)
    assert not read.may(*set(Permission) - {Permission.CREATE_INVITES})
    shown = stack.admin.patch(f"/users/{user.id}", json={"permissions": ["view_invites"]})
    assert (shown.status_code, shown.json()["permissions"]) == (200, ["view_invites"])
    assert permissions_of(user) == ["rule_the_world", "view_invites"]
    assert user.id in [each["id"] for each in stack.admin.get("/users").json()["users"]]


def test_an_account_with_an_unknown_permission_can_be_closed(stack, ports, user):
    assert stack.admin.delete(f"/users/{user.id}").status_code == 204
    assert not ports.accounts.get(user.id).is_open


def test_an_account_in_an_unknown_state_opens_nothing_and_is_not_written_over(stack, ports, user):
    item = Item(UserModel, {"id": user.id})
    item.set(state={"S": "suspended"}, kind={"S": "robot"})
    before, read = item.read(), ports.accounts.get(user.id)
    assert (read.is_open, read.kind) == (False, Kind.PLEX)
    for becomes in (replace(read, permissions=frozenset()), replace(read, state=AccountState.ACTIVE)):
        with pytest.raises(StaleWrite):
            ports.accounts.change(read, becomes, an_entry(ports))
    assert stack.admin.get(f"/users/{user.id}").json()["state"] == "closed"
    assert stack.admin.patch(f"/users/{user.id}", json={"permissions": []}).status_code == 409
    assert item.read() == before


def test_a_sign_in_of_an_unknown_purpose_is_none(ports):
    sign_in = a_sign_in(ports)
    Item(SignInModel, {"id": sign_in.id}).set(purpose={"S": "prove_age"})
    assert ports.sessions.get_sign_in_with_settings(sign_in.id)[0] is None


@pytest.fixture
def redemption(ports, now):
    """One that a newer version stored in a state, with a step and for a reason that this one does not know."""
    redemption = a_claimed(ports, now).redemption
    item = Item(RedemptionModel, {"id": redemption.id})
    new = {"name": "badge", "state": "printing", "at": None}
    steps = [*json.loads(item.read()["progress"]["S"])["steps"], new]
    item.set_in_json("progress", state="resting", steps=steps, reason={"code": "Tired", "facts": {}}, mood="calm")
    item.set(state={"S": "resting"})
    return redemption


def test_a_redemption_that_is_not_known_in_full_is_shown(stack, ports, redemption):
    shown = stack.admin.get(f"/redemptions/{redemption.id}").json()
    assert (shown["state"], [step["name"] for step in shown["steps"]]) == ("pending", ["account", "share", "accept"])
    assert shown["reason"] == {"Code": "Tired", "Message": "This version of the site has no words for the reason."}
    (listed,) = stack.admin.get(f"/invites/{redemption.code}/redemptions").json()["redemptions"]
    assert listed == shown
    assert ports.redemptions.states([redemption.id]) == {redemption.id: State.PENDING}


@pytest.fixture(params=["decided", "done"])
def access(request, ports, now):
    """One of which a newer version stored a half with a value and a field that this one does not know."""
    access = joined(ports, a_claimed(ports, now), now)
    hold(ports, access, Hold.SUSPENDED)
    item = Item(AccessModel, {"user_id": access.user_id})
    newer = {"decided": {"hold": "on holiday"}, "done": {"mood": "calm"}}
    item.set_in_json(request.param, **newer[request.param])
    return access, request.param


def test_of_an_access_the_half_that_is_not_known_in_full_is_left_alone(ports, access, now):
    access, half = access
    item = Item(AccessModel, {"user_id": access.user_id})
    before, read = item.read(), ports.accesses.get(access.user_id)
    assert read.wanted is None
    assert not ports.use(Aligning).align(access.user_id, deadline=now + timedelta(minutes=1)).changed
    writes = (
        lambda: ports.accesses.save(read.nudged(now)),
        lambda: ports.accesses.decide(read.deciding(read.decided)),
    )
    for write in writes:
        with suppress(StaleWrite):
            write()
        assert item.read()[half] == before[half]


def test_a_choice_of_libraries_that_is_not_known_gives_nothing_and_stays(ports, now):
    invite = add_invite(ports, now)
    item = Item(InviteModel, {"code": invite.code})
    item.set(libraries={"S": '"newest"'}, status_hint={"S": "active"})
    read = ports.invites.get_even_deleted(invite.code)
    assert not read.can_give(ports.settings.get())
    edit_invite(ports, read, note="edited")
    assert (item.read()["libraries"], item.read()["note"]) == ({"S": '"newest"'}, {"S": "edited"})
    page = ports.invites.page(InviteSearch(creator_id=invite.created_by.id), after=None, limit=10, now=now)
    assert [each.code for each in page.items] == [invite.code]


def test_settings_that_are_not_known_stay_when_another_is_changed(stack, ports):
    item = Item(SettingsModel, {"id": "settings"})
    before = {name: item.read()[name] for name in ("enabled_libraries", "default_permissions")}
    newer = {"enabled_libraries": {"S": '"unwatched"'}, "default_permissions": {"S": '["rule_the_world","streamarr"]'}}
    item.set(**newer)
    try:
        assert ports.settings.get().enabled() == ()
        title = stack.admin.get("/settings").json()["application_title"]
        changed = stack.admin.patch("/settings", json={"application_title": f"{title}!"})
        assert (changed.status_code, changed.json()["default_permissions"]) == (200, ["streamarr"])
        assert {name: item.read()[name] for name in newer} == newer
        stack.admin.patch("/settings", json={"application_title": title, "default_permissions": ["streamarr"]})
        assert item.read()["default_permissions"] == newer["default_permissions"]
    finally:
        item.set(**before)


def test_an_access_with_what_a_newer_version_adds_and_that_says_nothing_goes_on(ports, now):
    access = joined(ports, a_claimed(ports, now), now)
    Item(AccessModel, {"user_id": access.user_id}).set_in_json("decided", ends_at=None)
    assert hold(ports, ports.accesses.get(access.user_id), Hold.SUSPENDED).decided.edition == access.decided.edition + 1


def test_entries_of_actions_that_are_not_known_are_listed(stack, ports):
    user = an_account(ports)
    ports.accounts.change(user, user, an_entry(ports, f"user#{user.id}", action="beamed up"))
    (entry,) = stack.admin.get("/audit", params={"subject": f"user#{user.id}"}).json()["entries"]
    assert entry["action"] == "beamed up"

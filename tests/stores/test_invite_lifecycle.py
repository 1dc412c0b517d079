"""An invite's whole life, in any order: the real use cases on the real stores beside a model of a few lines."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from chalicelib.common.refusals import (
    BadInput,
    InviteExpired,
    InviteNotActive,
    InviteNotFound,
    LimitBelowUses,
    NotAllowed,
)
from chalicelib.common.times import Unit
from chalicelib.invites.creating import CreatingInvites, InviteRequest
from chalicelib.invites.editing import EditingInvites
from chalicelib.invites.model import Status
from chalicelib.invites.options import Expiry, InviteOptions
from chalicelib.invites.searching import InviteSearch
from chalicelib.redemptions.history import ReadingInvites
from chalicelib.redemptions.offers import ReadingOffers
from testing.invite_builders import a_manager, an_inviter
from tests.stores_contract.redeeming import a_claim, given_up, settle

if TYPE_CHECKING:
    from chalicelib.redemptions.ports import Claim

HOUR = timedelta(hours=1)
LIMITS = st.sampled_from([1, 2, 3, None])


@dataclass
class Known:
    """What the model knows of an invite."""

    limit: int | None
    expires_at: datetime | None
    enabled: bool = True
    locked: bool = False
    uses: int = 0
    deleted: bool = False
    history: list[str] = field(default_factory=list)

    def status(self, now):
        if self.limit is not None and self.uses >= self.limit:
            return Status.REDEEMED
        if self.expires_at and self.expires_at <= now:
            return Status.EXPIRED
        return Status.ACTIVE if self.enabled else Status.INACTIVE


class InviteLife(RuleBasedStateMachine):
    invites, redemptions = Bundle("invites"), Bundle("redemptions")

    @initialize()
    def open(self):
        from chalicelib import wiring
        from chalicelib.stores.accounts.records import user_record

        self.ports, self.store = wiring.ports, wiring.ports.invites
        self.editing, self.offers = wiring.use(EditingInvites), wiring.use(ReadingOffers)
        self.now = wiring.now()
        sum(self.store.move_expired(self.now, 40))
        self.counted_before = self.counts()
        self.ruth = an_inviter("advanced_invites", id_=self.ports.new_id())
        user_record(self.ruth).save()  # claims ask whether she may still invite
        self.mona = a_manager(id_=self.ports.new_id())
        self.known: dict[str, Known] = {}
        self.claims: dict[str, Claim] = {}

    @rule(target=invites, limit=LIMITS, hours=st.none() | st.integers(1, 3))
    def create(self, limit, hours):
        chosen = {"usage_limit": limit, "expires_in": Expiry(1, Unit.DAYS) if hours else None, "note": "hello"}
        request = InviteRequest(options=options(**chosen))
        invite, _ = self.ports.use(CreatingInvites).create(request, by=self.ruth, now=self.tick())
        self.known[invite.code] = Known(limit, invite.expires_at)
        if hours:
            self.edit(invite.code, self.mona, expires_at=self.now + hours * HOUR)
        return invite.code

    @rule(code=invites, limit=LIMITS)
    def limit(self, code, limit):
        is_below = limit is not None and limit < self.known[code].uses
        if self.edit(code, self.ruth, LimitBelowUses if is_below else None, usage_limit=limit):
            self.known[code].limit = limit

    @rule(code=invites, hours=st.none() | st.integers(-1, 3))
    def expire_at(self, code, hours):
        at = None if hours is None else self.now + hours * HOUR
        is_over = hours is not None and hours <= 0 and at != self.known[code].expires_at
        if self.edit(code, self.ruth, BadInput if is_over else None, expires_at=at):
            self.known[code].expires_at = at

    @rule(code=invites, on=st.booleans(), by_a_manager=st.booleans())
    def switch(self, code, on, by_a_manager):
        known = self.known[code]
        is_refused = on and known.locked and not by_a_manager
        by = self.mona if by_a_manager else self.ruth
        if self.edit(code, by, NotAllowed if is_refused else None, enabled=on):
            known.enabled, known.locked = on, not on and (known.locked or by_a_manager)

    @rule(target=redemptions, code=invites)
    def redeem(self, code):
        known, now = self.known[code], self.tick()
        refusal = self.refusal_of(known)
        if refusal:
            with pytest.raises(refusal):
                self.offers.read(code, now=now)
            return multiple()
        redemption_id = self.claim(self.offers.read(code, now=now), now)
        known.uses += 1
        known.history.insert(0, redemption_id)
        return redemption_id

    @rule(redemption_id=consumes(redemptions))
    def fail(self, redemption_id):
        claim = self.claims.pop(redemption_id)
        settle(self.ports, given_up(self.ports, claim, self.tick()), self.now)
        self.known[claim.invite.code].uses -= 1

    @rule(code=invites, by_a_manager=st.booleans())
    def delete(self, code, by_a_manager):
        known = self.known[code]
        refusal = InviteNotFound if known.deleted else NotAllowed if known.uses and not by_a_manager else None
        by, now = self.mona if by_a_manager else self.ruth, self.tick()
        if refusal:
            with pytest.raises(refusal):
                self.editing.delete(code, by=by, now=now)
        else:
            self.editing.delete(code, by=by, now=now)
            known.deleted = True

    @rule(hours=st.integers(1, 2))
    def wait(self, hours):
        self.now += hours * HOUR

    @rule()
    def sweep(self):
        """As the schedule does, but only what is the test's: its clock is ahead of the stack's."""
        from chalicelib.stores.invites.lists import _move
        from chalicelib.stores.invites.records import InviteModel

        due = InviteModel.due.query("expiry", InviteModel.due_at <= self.now.timestamp())
        if ours := [record for record in due if record.code in self.known]:
            _move(self.ports.connection, ours)

    @invariant()
    def each_is_what_the_model_says(self):
        for code, known in self.known.items():
            invite, _ = self.store.get_with_settings(code)
            if known.deleted:
                assert invite is None
            else:
                assert invite
                facts = (invite.uses, invite.usage_limit, invite.expires_at, invite.enabled, invite.locked)
                assert facts == (known.uses, known.limit, known.expires_at, known.enabled, known.locked)
                assert invite.status(self.now) is known.status(self.now)

    @invariant()
    def lists_show_exactly_what_has_the_status_now(self):
        living = [code for code, known in reversed(self.known.items()) if not known.deleted]
        for status in (None, *Status):
            expected = [code for code in living if status in (None, self.known[code].status(self.now))]
            search = InviteSearch(status=status, creator_id=self.ruth.id)
            page = self.store.page(search, after=None, limit=100, now=self.now)
            assert ([invite.code for invite in page.items], page.next) == (expected, None)

    @invariant()
    def numbers_add_up(self):
        from chalicelib.stores.invites.records import InviteModel

        codes = [code for code, known in self.known.items() if not known.deleted]
        hints = [record.status_hint for record in InviteModel.batch_get(codes, consistent_read=True)]
        changed = {status: self.counts()[status] - self.counted_before[status] for status in Status}
        assert changed == {status: hints.count(status) for status in Status}

    def teardown(self):
        for code, known in getattr(self, "known", {}).items():
            history = self.ports.use(ReadingInvites).list_redemptions(code, by=self.mona, after=None, limit=100)
            assert [redemption.id for redemption in history.items] == known.history
            if not known.deleted:
                self.delete(code, by_a_manager=True)

    def edit(self, code, by, refusal=None, **changes):
        """Whether it was edited, as it should be unless it is deleted or to be refused."""
        edit, now = options(**changes), self.tick()
        if self.known[code].deleted:
            refusal = InviteNotFound
        if refusal:
            with pytest.raises(refusal):
                self.editing.edit(code, edit, by=by, now=now)
            return False
        self.editing.edit(code, edit, by=by, now=now)
        self.known[code].expires_at = changes.get("expires_at", self.known[code].expires_at)
        return True

    def refusal_of(self, known):
        if known.deleted:
            return InviteNotFound
        status = known.status(self.now)
        return {Status.ACTIVE: None, Status.EXPIRED: InviteExpired}.get(status, InviteNotActive)

    def claim(self, offer, now):
        claim = a_claim(self.ports, offer.invite, now)
        self.ports.claims.claim(claim)
        self.claims[claim.redemption.id] = claim
        return claim.redemption.id

    def counts(self):
        from chalicelib.stores.invites.counts import numbers

        return numbers(self.ports.connection, [])

    def tick(self):
        self.now += timedelta(seconds=1)
        return self.now


def options(**chosen):
    """What a request says that names these fields."""
    return InviteOptions(**chosen, named=frozenset(chosen))


def test_an_invite_s_life_in_any_order(stack):
    run_state_machine_as_test(
        InviteLife,
        settings=settings(
            max_examples=12,
            stateful_step_count=25,
            deadline=None,
            phases=[Phase.generate],  # shrinking takes minutes on real stores: run it by hand with Phase.shrink
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )

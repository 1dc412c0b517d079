"""Changing invites after they were made: what earlier redeemers were given stays theirs."""

from collections.abc import Callable
from datetime import datetime

from chalicelib.accounts.model import User
from chalicelib.common.people import Permission
from chalicelib.common.ports import NewId
from chalicelib.common.records import dataclass, replace
from chalicelib.common.refusals import InviteNotFound, NotAllowed
from chalicelib.common.retrying import until_written
from chalicelib.invites.journal import invite_entry
from chalicelib.invites.model import Invite, is_code
from chalicelib.invites.options import InviteOptions, option_facts
from chalicelib.invites.ports import Change, FollowImages, InviteStore, RemoveImages
from chalicelib.invites.widening import must_be_allowed_to_widen
from chalicelib.settings.model import Settings


@dataclass(frozen=True, slots=True)
class EditingInvites:
    invites: InviteStore
    follow_images: FollowImages
    remove_images: RemoveImages
    new_id: NewId

    def edit(self, code: str, options: InviteOptions, *, by: User, now: datetime) -> Invite:
        """Change an invite. Two edits at once do not undo each other; of one field, the later counts.

        Raises InviteNotFound, TryAgain, and what ``InviteOptions.apply`` and ``must_be_allowed_to_widen`` raise.
        """

        def decide(invite: Invite, settings: Settings) -> Change | None:
            _must_concern(invite, by)
            edited = options.apply(invite, by=by, settings=settings, now=now)
            must_be_allowed_to_widen(invite, edited, by=by, now=now)
            return None if option_facts(edited) == option_facts(invite) else self._changed(invite, edited, by, now)

        edited = self._write(code, decide)
        if options.named & {"expires_at", "expires_in"}:
            self.follow_images(edited, now)
        return edited

    def delete(self, code: str, *, by: User, now: datetime) -> None:
        """Delete an invite; its history stays. Raises InviteNotFound, NotAllowed, TryAgain."""

        def decide(invite: Invite, _: Settings) -> Change:
            _must_concern(invite, by)
            if invite.uses and not by.may(Permission.MANAGE_INVITES):
                raise NotAllowed("delete_redeemed")
            return self._changed(invite, replace(invite, deleted_at=now), by, now)

        self._write(code, decide)
        self.remove_images(code)

    def _changed(self, invite: Invite, edited: Invite, by: User, now: datetime) -> Change:
        becomes = replace(edited, updated_at=now, edition=invite.edition + 1)
        return becomes, invite_entry(self.new_id(), invite, becomes, by=by)

    def _write(self, code: str, decide: Callable[[Invite, Settings], Change | None]) -> Invite:
        if not is_code(code):
            raise InviteNotFound
        return until_written(lambda: self.invites.change(code, decide))


def _must_concern(invite: Invite, editor: User) -> None:
    if invite.created_by.id != editor.id:
        editor.must(Permission.MANAGE_INVITES)

"""The ports about invites, in memory."""

from dataclasses import replace

from chalicelib.accounts.ports import QuotaBasis
from chalicelib.common.ports import StaleWrite
from chalicelib.common.refusals import CodeTaken, InviteNotFound
from testing.invite_builders import SETTINGS


class Invites:
    """``interruptions`` happen one by one, each just before a write."""

    def __init__(self, *invites, settings=SETTINGS, users=(), interruptions=()):
        self.invites = {invite.code: invite for invite in invites}
        self.settings, self.users = settings, {user.id: user for user in users}
        self.interruptions = list(interruptions)
        self.entries, self.created = [], {}

    def groundwork(self, inviter_id):
        created = tuple(sorted(self.created.get(inviter_id, ()), reverse=True))
        return QuotaBasis(self.settings, self.users.get(inviter_id), created)

    def add(self, invite, entry, guard):
        self._interrupt()
        created = self.created.setdefault(invite.created_by.id, [])
        if guard and sum(at > guard.since for at in created) >= guard.limit:
            raise StaleWrite
        if invite.code in self.invites:
            raise CodeTaken(field="code")
        created.append(invite.created_at)
        self.invites[invite.code] = invite
        self.entries.append(entry)

    def change(self, code, decide):
        while True:
            before = self._living(code)
            decided = decide(before, self.settings)
            self._interrupt()
            if decided is None:
                return before
            if self._living(code) == before:
                self.invites[code], entry = decided
                self.entries.append(entry)
                return decided[0]

    def used(self, code):
        invite = self.invites[code]
        self.invites[code] = replace(invite, uses=invite.uses + 1)

    def _living(self, code):
        invite = self.invites.get(code)
        if invite is None or invite.deleted_at:
            raise InviteNotFound
        return invite

    def _interrupt(self):
        if self.interruptions:
            self.interruptions.pop(0)(self)


class Images:
    """ports.QrRecords without any record; remembers which codes were asked for."""

    def __init__(self):
        self.asked = []

    def of(self, code):
        self.asked.append(code)
        return []

"""Redeeming an invite with an e-mail address, a name and a password, without Plex."""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.domain.invites import is_code
from chalicelib.domain.redemptions import Redemption, claimed
from chalicelib.domain.refusals import (
    AlreadyHasAccess,
    BadInput,
    InviteNotActive,
    InviteNotFound,
    LocalSigninDisabled,
    TryAgain,
)
from chalicelib.domain.sessions import new_session, session_token
from chalicelib.domain.users import Kind, normal_email
from chalicelib.ports import (
    Claim,
    Claims,
    Contention,
    Credentials,
    Invites,
    NewId,
    OutOfDate,
    Passwords,
    ProvisionQueue,
    Sessions,
)
from chalicelib.usecases.redeeming import Offer, Redeemed, granted, newcomer, offered

SHORTEST_PASSWORD = 8
_LONGEST_NAME = 60
_TRIES_AGAINST_EDITS = 5
_CLICKED_TWICE_WITHIN = timedelta(minutes=5)
"""No longer, for it takes a password where nobody counts the wrong ones of an account."""
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who they say they are; ``email`` in its normal form."""

    email: str
    username: str
    password: str


def applicant(email: str, username: str, password: str) -> Applicant:
    """Raises BadInput naming the field."""
    email, username = normal_email(email), " ".join(username.split())
    if not _EMAIL.fullmatch(email):
        raise BadInput("This is not an e-mail address.", field="email")
    if not username or len(username) > _LONGEST_NAME or not username.isprintable():
        raise BadInput(f"A name has 1 to {_LONGEST_NAME} characters.", field="username")
    if len(password) < SHORTEST_PASSWORD:
        raise BadInput(f"A password has {SHORTEST_PASSWORD} characters or more.", field="password")
    return Applicant(email, username, password)


@dataclass(frozen=True, slots=True)
class JoiningLocally:
    invites: Invites
    claims: Claims
    credentials: Credentials
    passwords: Passwords
    sessions: Sessions
    queue: ProvisionQueue
    new_id: NewId

    def join(self, code: str, who: Applicant, now: datetime) -> Redeemed:
        """Redeem the invite for a new local account, in one transaction; twice, and it is the same redemption.

        Raises what ``redeeming.validate`` raises, LocalSigninDisabled, AlreadyHasAccess, UserNameTaken, TryAgain.
        """
        try:
            return self._join(code, who, now)
        except (AlreadyHasAccess, InviteNotActive):
            if earlier := self._clicked_before(code, who, now):
                return self._claimed_before(earlier, now)
            raise

    def _join(self, code: str, who: Applicant, now: datetime) -> Redeemed:
        offer, password_hash = self._offer(code, now), self.passwords.hash(who.password)
        for _ in range(_TRIES_AGAINST_EDITS):
            try:
                return self._claimed(offer, who, password_hash, now)
            except OutOfDate:
                offer = self._offer(code, now)
            except Contention as error:
                raise TryAgain from error
        raise TryAgain

    def _offer(self, code: str, now: datetime) -> Offer:
        if not is_code(code):
            raise InviteNotFound
        invite, settings = self.invites.get_with_settings(code)
        if not settings.local_signin_enabled:
            raise LocalSigninDisabled("Accounts without Plex are switched off. Please sign in with Plex.")
        return offered(invite, settings, now)

    def _claimed(self, offer: Offer, who: Applicant, password_hash: str, now: datetime) -> Redeemed:
        redemption_id = self.new_id()
        arrived = newcomer(self.new_id(), who.username, who.email, offer, redemption_id, now)
        user = replace(arrived, kind=Kind.LOCAL)
        redemption = claimed(
            redemption_id,
            code=offer.invite.code,
            user=user,
            creator_id=offer.invite.created_by.id,
            grant=granted(offer),
            now=now,
        )
        token = session_token(user.id, self.new_id())
        session = new_session(token, user_id=user.id, now=now, redemption_id=redemption_id)
        claim = Claim(
            invite=offer.invite, user=user, redemption=redemption, session=session, password_hash=password_hash
        )
        self.claims.claim(claim)
        if redemption.managed:
            self.queue.send(redemption_id)
        return Redeemed(token, redemption)

    def _clicked_before(self, code: str, who: Applicant, now: datetime) -> Redemption | None:
        """The redemption that this person's other click made moments ago, as their password shows."""
        user, redemption = self.claims.redemption_of_email(who.email) or (None, None)
        if user is None or redemption is None or redemption.code != code or user.name != who.username:
            return None
        if redemption.created_at < now - _CLICKED_TWICE_WITHIN:
            return None
        credential, _ = self.credentials.find(who.email)
        is_theirs = self.passwords.verify(who.password, credential.password_hash if credential else None)
        return redemption if is_theirs else None

    def _claimed_before(self, redemption: Redemption, now: datetime) -> Redeemed:
        if redemption.is_untouched:  # whoever claimed it may never have come to send its message
            self.queue.send(redemption.id)
        return self._welcome_back(redemption, now)

    def _welcome_back(self, redemption: Redemption, now: datetime) -> Redeemed:
        token = session_token(redemption.user.id, self.new_id())
        self.sessions.add(new_session(token, user_id=redemption.user.id, now=now, redemption_id=redemption.id))
        return Redeemed(token, redemption)

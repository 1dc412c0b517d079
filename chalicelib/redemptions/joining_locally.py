"""Redeeming an invite with an e-mail address, a name and a password, without Plex."""

from datetime import datetime, timedelta

from chalicelib.accounts.model import User
from chalicelib.accounts.passwords import check_password
from chalicelib.accounts.ports import AccountStore, HashPassword, VerifyPassword
from chalicelib.common.emails import parse_email
from chalicelib.common.names import is_plain_name
from chalicelib.common.ports import Clock, NewId, StaleWrite
from chalicelib.common.records import dataclass, replace
from chalicelib.common.refusals import AlreadyHasAccess, BadInput, InviteNotActive
from chalicelib.common.retrying import until_written
from chalicelib.plex.ports import WorkQueue
from chalicelib.redemptions.model import Redemption
from chalicelib.redemptions.offers import Newcomer, Offer, ReadingOffers
from chalicelib.redemptions.ports import Claims
from chalicelib.redemptions.returning import Redeemed, ReturningRedeemers

LONGEST_USER_NAME = 60
_CLICKED_TWICE_WITHIN = timedelta(minutes=5)
"""No longer, for it takes a password where the wrong ones of an account are not counted."""


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who they say they are; ``email`` in its normal form."""

    email: str
    username: str
    password: str


def parse_applicant(email: str, username: str, password: str) -> Applicant:
    """Raises BadInput naming the field."""
    address, username = parse_email(email), " ".join(username.split())
    if address is None:
        raise BadInput("email", field="email")
    if not username or len(username) > LONGEST_USER_NAME:
        raise BadInput("username", field="username", longest=LONGEST_USER_NAME)
    if not is_plain_name(username):
        raise BadInput("plain_name", field="username")
    check_password(password, field="password")
    return Applicant(address, username, password)


@dataclass(frozen=True, slots=True)
class JoiningLocally:
    offers: ReadingOffers
    claims: Claims
    accounts: AccountStore
    hash_password: HashPassword
    verify_password: VerifyPassword
    returning: ReturningRedeemers
    queue: WorkQueue
    new_id: NewId
    clock: Clock

    def join(self, code: str, who: Applicant, *, now: datetime) -> Redeemed:
        """Redeem the invite for a new local account, in one transaction; twice, and it is the same redemption.

        Raises what ``ReadingOffers.read_for_local`` raises, AlreadyHasAccess, UserNameTaken, TryAgain.
        """
        try:
            return self._join(code, who, now)
        except (AlreadyHasAccess, InviteNotActive):
            if earlier := self._clicked_before(code, who, now):
                user, redemption = earlier
                return self.returning.resume_locally(user, redemption, now=now)
            raise

    def _join(self, code: str, who: Applicant, now: datetime) -> Redeemed:
        offer, password_hash = self.offers.read_for_local(code, now=now), self.hash_password(who.password)
        try:
            return self._claim(offer, who, password_hash, now)
        except StaleWrite:
            return until_written(lambda: self._claim_again(code, who, password_hash))

    def _claim_again(self, code: str, who: Applicant, password_hash: str) -> Redeemed:
        now = self.clock()
        return self._claim(self.offers.read_for_local(code, now=now), who, password_hash, now)

    def _claim(self, offer: Offer, who: Applicant, password_hash: str, now: datetime) -> Redeemed:
        claim, token = offer.draw_up_claim(Newcomer(who.username, who.email), new_id=self.new_id, now=now)
        self.claims.claim(replace(claim, password_hash=password_hash))
        if claim.access.decided.identity.managed:
            self.queue.align(claim.user.id)
        return Redeemed(token, claim.redemption)

    def _clicked_before(self, code: str, who: Applicant, now: datetime) -> tuple[User, Redemption] | None:
        """The account and the redemption that this person's other click made moments ago, as their password shows."""
        user, redemption = self.claims.of_email(who.email) or (None, None)
        if user is None or redemption is None or redemption.code != code or user.name != who.username:
            return None
        if redemption.created_at < now - _CLICKED_TWICE_WITHIN:
            return None
        credential, _ = self.accounts.find_credential(who.email)
        is_theirs = self.verify_password(who.password, credential.password_hash if credential else None)
        return (user, redemption) if is_theirs else None

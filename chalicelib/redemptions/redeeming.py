"""From an opened link to a claimed account, with Plex, up to the message that has Plex share."""

from datetime import datetime

from chalicelib.access.nudging import Nudging
from chalicelib.access.ports import AccessStore
from chalicelib.accounts.following_plex import FollowingPlex
from chalicelib.accounts.model import Former, User
from chalicelib.accounts.observing import ObservingPlex
from chalicelib.accounts.plex_sign_ins import (
    StartedSignIn,
    approved_token,
    check_sign_in,
    find_account_with_servers,
    repeat_sign_in,
    start_sign_in,
)
from chalicelib.accounts.ports import AccountStore, SessionStore
from chalicelib.accounts.sessions import Purpose, SignIn
from chalicelib.accounts.tokens import HELD_FOR, HoldingTokens
from chalicelib.common.people import Permission
from chalicelib.common.ports import Clock, NewId, StaleWrite
from chalicelib.common.records import dataclass, replace
from chalicelib.common.refusals import AccountNotInvitable, AddressTaken, AlreadyHasAccess, Refusal, SignInNotFound
from chalicelib.common.retrying import until_written
from chalicelib.invites.model import Invite, invite_link
from chalicelib.plex.model import PlexAccount
from chalicelib.plex.ports import PlexPerson, WorkQueue
from chalicelib.redemptions.model import Redemption
from chalicelib.redemptions.offers import Newcomer, Offer, ReadingOffers, chosen_server, make_offer
from chalicelib.redemptions.ports import Claims, RedemptionStore
from chalicelib.redemptions.returning import Redeemed, ReturningRedeemers
from chalicelib.settings.model import Settings


@dataclass(frozen=True, slots=True)
class Person:
    """The person who signed in: their Plex account, its token, the servers that it can use, and what their browser
    keeps of the sign-in.
    """

    account: PlexAccount
    plex_token: str
    server_ids: frozenset[str]
    browser_secret: str
    holds_address: bool = True

    def without_address(self) -> "Person":
        """The same person, while another account has the address."""
        return replace(self, holds_address=False)


@dataclass(frozen=True, slots=True)
class Redeeming:
    offers: ReadingOffers
    accounts: AccountStore
    accesses: AccessStore
    claims: Claims
    redemptions: RedemptionStore
    sessions: SessionStore
    returning: ReturningRedeemers
    nudging: Nudging
    following_plex: FollowingPlex
    holding_tokens: HoldingTokens
    observing: ObservingPlex
    plex_person: PlexPerson
    queue: WorkQueue
    new_id: NewId
    clock: Clock

    def start(self, code: str, *, now: datetime) -> StartedSignIn:
        """Begin a Plex sign-in that only this browser, which keeps the secret, can complete.

        Raises what ``ReadingOffers.must_be_worth_a_sign_in`` raises, and PlexUnavailable.
        """
        settings = self.offers.must_be_worth_a_sign_in(code, now=now)
        return start_sign_in(
            Purpose.SIGN_UP,
            return_to=invite_link(settings, code),
            sessions=self.sessions,
            plex=self.plex_person,
            new_id=self.new_id,
            now=now,
            code=code,
        )

    def complete(self, code: str, sign_in_id: str, browser_secret: str, *, now: datetime) -> Redeemed | None:
        """Redeem the invite for the person who approved the PIN; None while it is not approved.

        The same sign-in completed again within moments leads to the same session, the same person in two tabs at once
        to one account and one redemption. A person whose account was closed gets it again. What the claim rests on
        counts as it is when it is written, after Plex was asked. Raises SignInNotFound, what ``ReadingOffers.read``
        raises, AlreadyHasAccess, AccessEnding, NotForYou, AccountNotInvitable, PlexUnavailable (nothing claimed),
        TryAgain.
        """
        found, invite, settings = self.claims.get_sign_in(sign_in_id, code)
        sign_in = check_sign_in(found, Purpose.SIGN_UP, browser_secret, now=now, code=code)
        if sign_in.user_id:
            return self._repeat(sign_in, browser_secret, now)
        plex_token = approved_token(sign_in, self.plex_person)
        if plex_token is None:
            return None
        with self.holding_tokens.given_up_if_refused(sign_in.id, plex_token, now=now):
            person = self._find_person(plex_token, browser_secret, settings)
            try:
                return self._redeem(person, sign_in, invite, settings)
            except StaleWrite:
                return until_written(lambda: self._redeem(person, *self._read_again(sign_in, code)))

    def _repeat(self, sign_in: SignIn, browser_secret: str, now: datetime) -> Redeemed:
        token, session, _ = repeat_sign_in(sign_in, browser_secret, sessions=self.sessions, now=now)
        if session.redemption_id is None:
            raise SignInNotFound
        return self.returning.repeat(token, self.redemptions.get(session.redemption_id))

    def _find_person(self, plex_token: str, browser_secret: str, settings: Settings) -> Person:
        owner_id = chosen_server(settings).owner_id
        account, server_ids = find_account_with_servers(plex_token, self.plex_person, owner_id=owner_id)
        if account.restricted:
            raise AccountNotInvitable
        return Person(account, plex_token, server_ids, browser_secret)

    def _redeem(self, person: Person, sign_in: SignIn, invite: Invite | None, settings: Settings) -> Redeemed:
        """The time that counts is the one right before writing: asking Plex takes a while."""
        now = self.clock()
        if sign_in.user_id:
            return self._repeat(sign_in, person.browser_secret, now)
        if chosen_server(settings).machine_id in person.server_ids:
            return self._come_back(person, sign_in, invite, settings, now)
        try:
            offer = make_offer(invite, settings, now=now)
        except Refusal:
            if own := self._find_own(person, sign_in):
                return self._lead_back(*own, person, sign_in, now)
            raise
        try:
            return self._claim(offer, sign_in, person, now)
        except AlreadyHasAccess:
            return self._come_back(person, sign_in, invite, settings, now)
        except AddressTaken:
            return self._share_address(offer, sign_in, person, now)

    def _share_address(self, offer: Offer, sign_in: SignIn, person: Person, now: datetime) -> Redeemed:
        """An address that no one verified keeps its person from nothing. One that an account with Plex has is the
        sign of a person with a new Plex account, or has another holder by now, as Plex shows when it is asked. No
        address opens the account of the owner, nor one that manages anything.
        """
        credential, _ = self.accounts.find_credential(person.account.email or "")
        holder = self.accounts.get(credential.user_id) if credential else None
        if holder is None:
            raise StaleWrite
        if holder.plex_id is None:
            return self._claim(offer, sign_in, person.without_address(), now)
        if holder.plex_id == offer.grant().owner_id or holder.may(Permission.MANAGE_USERS, Permission.MANAGE_INVITES):
            raise AddressTaken
        seen = self.observing.ask(holder.plex_id, now=now)
        if not seen.has_access:
            return self._claim(offer, sign_in, person, now, known=holder)
        if seen.email in (None, holder.email):
            raise AddressTaken
        self.following_plex.let_go_of_address(holder, now=now)
        return self._claim(offer, sign_in, person, now)

    def _come_back(
        self, person: Person, sign_in: SignIn, invite: Invite | None, settings: Settings, now: datetime
    ) -> Redeemed:
        former = self.claims.former_account(person.account.id)
        if former is None:
            return self._resume(person, sign_in, invite, settings, now)
        try:
            return self._claim(make_offer(invite, settings, now=now), sign_in, person, now, former)
        except AlreadyHasAccess as error:  # their other click was faster
            raise StaleWrite from error

    def _resume(
        self, person: Person, sign_in: SignIn, invite: Invite | None, settings: Settings, now: datetime
    ) -> Redeemed:
        """Those who redeemed this very invite are led back, and those for whom another is under way. An account alone
        is no access: it is renewed where its person's own servers lack this one.
        """
        server = chosen_server(settings)
        has_access = server.machine_id in person.server_ids or server.owner_id == person.account.id
        user, redemption = self.claims.of_plex_account(person.account.id) or (None, None)
        if user is None and not has_access:
            raise StaleWrite  # it was closed meanwhile
        if user and redemption and (redemption.code == sign_in.code or redemption.in_progress):
            return self._lead_back(user, redemption, person, sign_in, now)
        if user is None or has_access:
            raise AlreadyHasAccess
        user = self.following_plex.follow(user, person.account, now=now)
        return self._claim(make_offer(invite, settings, now=now), sign_in, person, now, known=user)

    def _find_own(self, person: Person, sign_in: SignIn) -> tuple[User, Redemption] | None:
        """The account and the redemption that this person has by this invite."""
        user, redemption = self.claims.of_plex_account(person.account.id) or (None, None)
        return (user, redemption) if user and redemption and redemption.code == sign_in.code else None

    def _lead_back(
        self, user: User, redemption: Redemption, person: Person, sign_in: SignIn, now: datetime
    ) -> Redeemed:
        if redemption.in_progress:  # the token that is held may be too old by now
            self.holding_tokens.hold(redemption.id, person.plex_token, now=now)
            self.nudging.nudge(user.id, now=now)
        else:
            self.holding_tokens.give_up(sign_in.id, person.plex_token, now=now)
        user = self.following_plex.follow(user, person.account, now=now)
        return self.returning.welcome(user, redemption, sign_in, person.browser_secret, now=now)

    def _claim(
        self,
        offer: Offer,
        sign_in: SignIn,
        person: Person,
        now: datetime,
        former: Former | None = None,
        known: User | None = None,
    ) -> Redeemed:
        """``known``: the account that is renewed."""
        account, earlier = person.account, known or (former.user if former and former.tombstone.reopens else None)
        newcomer = Newcomer(
            account.name,
            account.email,
            account.id,
            invited_as=account.email or account.name,
            holds_address=person.holds_address and account.confirmed,
        )
        claim, token = offer.draw_up_claim(
            newcomer,
            new_id=self.new_id,
            now=now,
            former=former,
            known=known,
            access=self.accesses.get(earlier.id) if earlier else None,
            token_for=lambda user_id: sign_in.token_for(user_id, person.browser_secret),
        )
        self.claims.claim(
            replace(
                claim,
                sign_in=sign_in,
                plex_token=person.plex_token,
                token_expires_at=now + HELD_FOR,
            )
        )
        self.queue.align(claim.user.id)
        return Redeemed(token, claim.redemption)

    def _read_again(self, sign_in: SignIn, code: str) -> tuple[SignIn, Invite | None, Settings]:
        again, invite, settings = self.claims.get_sign_in(sign_in.id, code)
        if again is None:
            raise SignInNotFound
        return again, invite, settings

"""The one transaction by which a person is let in, the one that takes it back, and the one that links Plex."""

from typing import TYPE_CHECKING

from pynamodb.connection import Connection

from chalicelib.access.model import Access
from chalicelib.access.seats import NO_SEATS, Room, Seats
from chalicelib.accounts.model import Former, Tombstone, User
from chalicelib.accounts.sessions import SignIn
from chalicelib.common.ports import StaleWrite
from chalicelib.common.refusals import AddressTaken, AlreadyHasAccess, InviteNotActive, SeatsTaken, UserNameTaken
from chalicelib.events.model import Entry
from chalicelib.invites.model import MAY_INVITE, Invite
from chalicelib.redemptions.journal import claimed_entry
from chalicelib.redemptions.model import Redemption
from chalicelib.redemptions.ports import Claim
from chalicelib.settings.model import Settings
from chalicelib.stores.access.records import put_next_decision
from chalicelib.stores.access.seats import SEAT, move_seats
from chalicelib.stores.accounts.held_tokens import Encrypt, HeldTokenModel, seal
from chalicelib.stores.accounts.identities import (
    EMAIL,
    PLEX_ID,
    USERNAME,
    email_identity,
    find_tombstone,
    hold_identity,
    plex_identity,
    put_account,
    renew_account,
)
from chalicelib.stores.accounts.records import (
    IdentityModel,
    SignInModel,
    UserModel,
    is_at_epoch,
    is_open_with_any,
    read_sign_in,
    read_user,
    session_record,
)
from chalicelib.stores.accounts.sessions import complete_sign_in
from chalicelib.stores.database.transactions import ConditionsFailed, Transaction, get_all
from chalicelib.stores.events.journal import entry_record
from chalicelib.stores.invites.records import InviteModel, read_living
from chalicelib.stores.invites.uses import take_a_use
from chalicelib.stores.redemptions.records import RedemptionModel, read_redemption, redemption_record, show_progress
from chalicelib.stores.settings.records import SettingsModel, read_settings
from chalicelib.stores.settings.settings import check_version

if TYPE_CHECKING:
    from pynamodb.expressions.update import Action


_INVITER = "inviter"


class DynamoClaims:
    """redemptions.ports.Claims. ``encrypt`` keeps an invitee's token for one redemption only."""

    def __init__(self, connection: Connection, encrypt: Encrypt) -> None:
        self._connection, self._encrypt = connection, encrypt

    def get_sign_in(self, sign_in_id: str, code: str) -> tuple[SignIn | None, Invite | None, Settings]:
        sign_in, invite, settings = get_all(
            self._connection, (SignInModel, sign_in_id), (InviteModel, code), (SettingsModel, SettingsModel.ID)
        )
        return read_sign_in(sign_in), read_living(invite), read_settings(settings)

    def claim(self, claim: Claim) -> None:
        transaction = Transaction(self._connection)
        take_a_use(transaction, claim.invite, claim.redemption)
        over = claim.access.decided.over
        if claim.renews:
            renew_account(transaction, claim.renews, claim.user, over=over)
        else:
            put_account(transaction, claim.user, password_hash=claim.password_hash, over=over)
        put_next_decision(transaction, claim.access)
        move_seats(transaction, claim.seats_before, claim.access.done.seats, claim.room)
        check_version(transaction, claim.settings_version)
        transaction.check(_INVITER, UserModel, claim.invite.created_by.id, is_open_with_any(*MAY_INVITE))
        self._put_redemption(transaction, claim)
        if claim.sign_in:
            complete_sign_in(transaction, claim.sign_in, claim.session)
        try:
            transaction.commit()
        except ConditionsFailed as error:
            if error.names == {SEAT}:
                raise SeatsTaken from error
            if not error.names - {SEAT} <= {PLEX_ID, EMAIL, USERNAME, _INVITER}:
                raise StaleWrite from error
            if _INVITER in error.names:
                raise InviteNotActive from error
            names = error.names - {SEAT}
            if names == {USERNAME}:
                raise UserNameTaken(field="username") from error
            if names == {EMAIL} and claim.user.plex_id is not None:
                raise AddressTaken from error
            raise AlreadyHasAccess from error

    def of_plex_account(self, plex_id: int) -> tuple[User, Redemption | None] | None:
        return self._redemption_under(plex_identity(plex_id))

    def of_email(self, email: str) -> tuple[User, Redemption | None] | None:
        return self._redemption_under(email_identity(email))

    def former_account(self, plex_id: int) -> Former | None:
        tombstone = find_tombstone(plex_id)
        return Former(self._user(tombstone.user_id), tombstone) if tombstone else None

    def link(
        self,
        user: User,
        plex_id: int,
        access: Access | None,
        *,
        entry: Entry,
        over: Tombstone | None = None,
        seats_before: Seats = NO_SEATS,
        room: Room | None = None,
    ) -> None:
        transaction = Transaction(self._connection)
        hold_identity(transaction, PLEX_ID, plex_identity(plex_id), user.id, over=over)
        is_still = is_at_epoch(user) & UserModel.plex_id.does_not_exist()
        linked: list[Action] = [UserModel.plex_id.set(plex_id), UserModel.epoch.set(user.epoch + 1)]
        transaction.update("user", UserModel(id=user.id), linked, is_still)
        if user.email:
            address = IdentityModel(id=email_identity(user.email))
            no_password: list[Action] = [IdentityModel.password_hash.remove(), IdentityModel.reset.remove()]
            transaction.update(EMAIL, address, no_password, IdentityModel.user_id == user.id)
        transaction.put("journal", entry_record(entry))
        if access:
            put_next_decision(transaction, access)
            show_progress(transaction, access)
            move_seats(transaction, seats_before, access.done.seats, room)
        try:
            transaction.commit()
        except ConditionsFailed as error:
            if error.names == {SEAT}:
                raise SeatsTaken from error
            raise (AlreadyHasAccess() if error.names == {PLEX_ID} else StaleWrite()) from error

    @staticmethod
    def _user(user_id: str) -> User:
        return read_user(UserModel.get(user_id, consistent_read=True))

    def _put_redemption(self, transaction: Transaction, claim: Claim) -> None:
        redemption = claim.redemption
        transaction.put("redemption", redemption_record(redemption), RedemptionModel.id.does_not_exist())
        transaction.put("journal", entry_record(claimed_entry(redemption), creator=redemption.creator_id))
        transaction.put("session", session_record(claim.session))
        if claim.plex_token is not None:
            sealed = [seal(self._encrypt, claim.plex_token, redemption.id)]
            held = HeldTokenModel(key=redemption.id, sealed=sealed, expires_at=claim.token_expires_at)
            transaction.put("token", held)

    def _redemption_under(self, identity_id: str) -> tuple[User, Redemption | None] | None:
        try:
            identity = IdentityModel.get(identity_id, consistent_read=True)
            user = self._user(identity.user_id)
        except (IdentityModel.DoesNotExist, UserModel.DoesNotExist):
            return None
        if identity.tombstone:
            return None
        if user.redemption_id is None:
            return user, None
        (found,) = get_all(self._connection, (RedemptionModel, user.redemption_id))
        return user, read_redemption(found) if found else None

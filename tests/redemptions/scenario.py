"""The product on fakes, set up and ready to be redeemed at; the test is the queue, the clock and the people."""

from datetime import timedelta
from typing import Any

from chalicelib.access.aligning import Aligned, Aligning, ResendingWork
from chalicelib.access.deciding.batches import WorkingOnBatches
from chalicelib.access.model import Access, Part
from chalicelib.access.progress import State
from chalicelib.accounts.managing import ManagingUsers
from chalicelib.accounts.model import User, new_user
from chalicelib.accounts.tokens import ForgettingTokens
from chalicelib.common.people import Permission, Person
from chalicelib.common.ports import RetryLater, StaleWrite
from chalicelib.common.records import replace
from chalicelib.invites.model import Invite
from chalicelib.plex.model import Features, Server
from chalicelib.redemptions.joining_locally import JoiningLocally, parse_applicant
from chalicelib.redemptions.model import Redemption
from chalicelib.redemptions.redeeming import Redeeming
from chalicelib.redemptions.returning import Redeemed
from chalicelib.settings.model import Settings
from chalicelib.setup.libraries import ReadingLibraries
from tests.fakes.crashes import Crashed, watch
from tests.fakes.plex import MOVIES, MUSIC, SERIES, Message
from tests.fakes.ports import FakePorts

RUTH = Person("ruth", "Ruth")
"""She creates the invites."""

PASSWORD = "correct horse"
FUNCTION_TIME = timedelta(seconds=60)
BACK_AFTER_FAILURE = timedelta(minutes=6)
"""When SQS brings back the message of a function that failed in a way that was not foreseen."""


class Scenario(FakePorts):
    """``messages``: what waits in the queue. ``moments``: of the functions' calls, to have them crash at one."""

    def __init__(self) -> None:
        super().__init__()
        self.messages, self.forgetting = self.queue.messages, self.queue.forgetting
        self.moments = watch(self)
        self.user(RUTH.id, Permission.CREATE_INVITES)
        server = self.plex.server
        self.database.settings = Settings(
            signup_enabled=True,
            local_signin_enabled=True,
            application_url="https://invites.example.org",
            server=Server(server.machine_id, server.name, server.owner_id),
            libraries=(MOVIES, SERIES, MUSIC),
            default_libraries=(MOVIES.id, MUSIC.id),
        )

    def change_settings(self, **changes: Any) -> None:
        self.database.settings = replace(self.database.settings, **changes)

    def invite(self, limit: int | None = 1, *, code: str = "", created_by: Person = RUTH, **facts: Any) -> Invite:
        """``downloads``, ``live_tv`` and ``plex_home`` are its features; the libraries are those by default."""
        features = {name: facts.pop(name) for name in ("downloads", "live_tv", "plex_home") if name in facts}
        invite = Invite(
            code=code or self.new_id(),
            created_by=created_by,
            created_at=self.now,
            updated_at=self.now,
            usage_limit=limit,
            features=Features(**features),
            **facts,
        )
        self.database.invites[invite.code] = invite
        return invite

    def user(self, name: str, *permissions: Permission, **facts: Any) -> User:
        """An account that is there."""
        user = new_user(name, name, None, permissions=frozenset(permissions), now=self.now, **facts)
        self.database.users[user.id] = user
        return user

    @property
    def newcomers(self) -> list[User]:
        """All accounts but the inviter's."""
        return [user for user in self.database.users.values() if user.id != RUTH.id]

    # What people do

    def sign_in(self, code: str, account_id: int) -> tuple[str, str]:
        """Up to and with the approval at Plex; gives the sign-in's id and the browser's secret."""
        started = self.use(Redeeming).start(code, now=self.now)
        self.plex.approve(started.pin.id, account_id)
        return started.sign_in.id, started.browser_secret

    def complete(self, code: str, sign_in: tuple[str, str]) -> Redeemed:
        redeemed = self.use(Redeeming).complete(code, *sign_in, now=self.now)
        assert redeemed
        return redeemed

    def redeem(self, invite: Invite | None = None, account_id: int | None = None, **features: Any) -> Redemption:
        """A person with Plex redeems an invite."""
        code = (invite or self.invite(**features)).code
        return self.complete(code, self.sign_in(code, account_id or self.plex.add_person(self.new_id()).id)).redemption

    def join(self, invite: Invite, *, name: str = "Tom", password: str = PASSWORD, email: str = "") -> Redeemed:
        who = parse_applicant(email or f"{name.lower().replace(' ', '.')}@example.org", name, password)
        return self.use(JoiningLocally).join(invite.code, who, now=self.now)

    def redeem_locally(self, *, name: str = "Tom", **features: Any) -> Redemption:
        return self.join(self.invite(**features), name=name).redemption

    def close_account(self, redemption: Redemption) -> None:
        """An admin closes the account."""
        admin = self.user("admin", Permission.ADMIN)
        self.use(ManagingUsers).close(redemption.user.id, by=admin, now=self.now)

    # What the queue and the schedule do

    def deliver(self) -> Any:
        """The message that is due first. Should the function fail or crash, the queue brings it back."""
        message = min(self.messages, key=lambda message: message.due_at)
        self.messages.remove(message)
        self.now = max(self.now, message.due_at)
        return self.try_to_work(message)

    def try_to_work(self, message: Message) -> Any:
        try:
            with self.moments.within():
                return self.work(message)
        except RetryLater as later:
            self._bring_back(message, timedelta(seconds=later.seconds))
        except (Crashed, StaleWrite):
            self._bring_back(message, BACK_AFTER_FAILURE)

    def work(self, message: Message) -> Any:
        if message.kind == "align":
            return self.align(message.id)
        if message.kind == "batch":
            return self.use(WorkingOnBatches).work(message.id, deadline=self.now + timedelta(seconds=60))
        return self.use(ReadingLibraries).read()

    def forget_tokens(self) -> None:
        """What is done apart, moments later."""
        for message in self.forgetting:
            self.use(ForgettingTokens).forget(message.id, only_expired=message.kind == "forget_expired_tokens")
        self.forgetting.clear()

    def align(self, user_id: str) -> Aligned:
        return self.use(Aligning).align(user_id, deadline=self.now + FUNCTION_TIME)

    def drain(self, *, twice: bool = False, most: int = 2000) -> None:
        """Deliver, and sweep, until nothing goes on by itself. ``twice``: each message comes twice."""
        for _ in range(most):
            if self.messages:
                if twice:
                    self.messages.append(min(self.messages, key=lambda message: message.due_at))
                    self.deliver()
                self.deliver()
            elif not self.sweep_when_due():
                return
        raise AssertionError("this never ends")

    def sweep_when_due(self) -> bool:
        """Let time pass until the sweep sends something again; whether there is anything at all."""
        due = [at for access in self.database.accesses.values() if (at := access.due_at)]
        if not due:
            return False
        self.now = max(self.now, min(due))
        assert not any(batch.failed for batch in self.use(ResendingWork).sweep(now=self.now))
        return True

    def _bring_back(self, message: Message, after: timedelta) -> None:
        self.messages.append(Message(message.kind, message.id, 0, self.now + after))

    # What came of it

    def current(self, redemption: Redemption) -> Redemption:
        return self.database.redemptions[redemption.id]

    def access(self, redemption: Redemption) -> Access:
        return self.database.accesses[redemption.user.id]

    def plex_id(self, redemption: Redemption) -> int | None:
        return self.access(redemption).plex_id

    def must_be_settled(self, redemption: Redemption) -> Redemption:
        """Access with an account, or neither; nothing in between, and the redemption says which."""
        self.forget_tokens()
        settled, access = self.current(redemption), self.access(redemption)
        assert settled.state in (State.DONE, State.FAILED)
        assert (access.is_settled, access.lease, access.done.begun) == (True, None, None)
        assert settled.id not in self.database.tokens
        theirs = [token for token in self.plex.tokens.values() if token.account_id == access.plex_id]
        assert not any(token.client.startswith("client ") for token in theirs)
        assert self.plex.home_invites == {}
        if settled.state is State.DONE:
            self._must_have_the_grant(settled, access)
        else:
            self._must_have_nothing(settled, access)
        return settled

    def must_have_left(self, redemption: Redemption) -> None:
        """Nothing is left of it on Plex, but for a managed profile, which has no libraries."""
        self.forget_tokens()
        access = self.access(redemption)
        assert access.is_settled
        assert self.plex.share_of(access.plex_id) is None
        kept = {access.plex_id} if access.decided.identity.managed else set()
        assert set(self.plex.home) <= {self.plex.owner.id} | kept
        assert self.plex.home_invites == {}
        assert redemption.id not in self.database.tokens

    def _must_have_the_grant(self, redemption: Redemption, access: Access) -> None:
        share, grant, user = self.plex.share_of(access.plex_id), redemption.grant, self._user(redemption)
        assert share
        assert share.library_ids == set(grant.section_ids)
        assert not share.everything
        assert (share.downloads, share.live_tv) == (grant.features.downloads, grant.features.live_tv)
        assert share.accepted
        assert (access.plex_id in self.plex.home) == grant.features.plex_home
        assert (user.is_open, redemption.reason) == (True, None)
        assert self.database.invites[redemption.code].uses == 1

    def _must_have_nothing(self, redemption: Redemption, access: Access) -> None:
        assert redemption.reason
        self._must_have_what_another_hand_shared(access)
        assert access.plex_id not in self.plex.home
        assert not self._user(redemption).is_open
        assert redemption.user.id not in self.database.identities.values()
        assert self.database.invites[redemption.code].uses == 0

    def _must_have_what_another_hand_shared(self, access: Access) -> None:
        share, entry = self.plex.share_of(access.plex_id), access.entry(Part.SHARE)
        found = entry.before if entry else None
        if share is None:
            assert found is None or not found.accepted
            return
        assert share.by_hand
        if found is None:
            return
        now = share.id, share.library_ids, share.downloads, share.live_tv, share.filters, share.everything
        assert now == (found.id, found.library_ids, found.downloads, found.live_tv, found.filters, now[-1])

    def _user(self, redemption: Redemption) -> User:
        return self.database.users[redemption.user.id]

from datetime import timedelta

import pytest

from chalicelib.accounts.ports import Held
from chalicelib.accounts.tokens import FORGOTTEN_AFTER, HELD_FOR, ForgettingTokens, HoldingTokens, NotSignedOut
from chalicelib.common.refusals import AlreadyHasAccess, PlexUnavailable, TryAgain
from chalicelib.plex.errors import TemporaryPlexError
from tests.fakes.ports import FakePorts


@pytest.fixture
def ports():
    return FakePorts()


@pytest.fixture
def maya(ports):
    return ports.plex.add_person("maya").id


def forget(ports, key="r1", *, only_expired=False):
    return ports.use(ForgettingTokens).forget(key, only_expired=only_expired)


def test_a_token_is_held_for_an_hour(ports):
    ports.use(HoldingTokens).hold("r1", "token", now=ports.now)
    assert ports.tokens.latest("r1", now=ports.now + HELD_FOR - timedelta(seconds=1)) == "token"
    assert ports.tokens.latest("r1", now=ports.now + HELD_FOR) is None
    assert ports.queue.forgetting == []


def test_a_token_that_is_given_up_is_forgotten_moments_later(ports):
    ports.use(HoldingTokens).give_up("s1", "token", now=ports.now)
    (message,) = ports.queue.forgetting
    assert (message.kind, message.id, message.delay) == ("forget_tokens", "s1", FORGOTTEN_AFTER)


def test_a_refusal_gives_the_token_up(ports):
    with pytest.raises(AlreadyHasAccess), ports.use(HoldingTokens).given_up_if_refused("s1", "t", now=ports.now):
        raise AlreadyHasAccess
    assert ports.tokens.all("s1")


@pytest.mark.parametrize("refusal", [TryAgain, PlexUnavailable])
def test_a_refusal_that_passes_keeps_it_for_the_next_try(ports, refusal):
    with pytest.raises(refusal), ports.use(HoldingTokens).given_up_if_refused("s1", "t", now=ports.now):
        raise refusal
    assert ports.tokens.all("s1") is None


def test_all_tokens_are_signed_out_and_deleted(ports, maya):
    tokens = [ports.plex.sign_in(maya, client) for client in ("phone", "laptop")]
    for token in tokens:
        ports.tokens.hold("r1", token, expires_at=ports.now)
    assert forget(ports) == 2
    assert ports.plex.tokens == {}
    assert ports.database.tokens == {}


def test_a_second_message_does_nothing(ports, maya):
    ports.tokens.hold("r1", ports.plex.sign_in(maya), expires_at=ports.now)
    assert [forget(ports), forget(ports)] == [1, 0]


def test_what_plex_does_not_answer_is_kept_and_tried_again(ports, maya):
    ports.tokens.hold("r1", ports.plex.sign_in(maya), expires_at=ports.now)
    ports.plex.fail("sign_out", TemporaryPlexError("no answer"))
    with pytest.raises(TemporaryPlexError):
        forget(ports)
    assert ports.database.tokens
    assert forget(ports) == 1


def test_a_token_that_came_meanwhile_is_signed_out_with_the_next_message(ports, maya):
    first, second = (ports.plex.sign_in(maya, client) for client in ("phone", "laptop"))
    ports.tokens.hold("r1", first, expires_at=ports.now)
    ports.plex.before_call = lambda: ports.tokens.hold("r1", second, expires_at=ports.now)
    assert forget(ports) == 1
    assert ports.tokens.all("r1").tokens == (first, second)
    ports.plex.before_call = lambda: None
    assert forget(ports) == 2


def test_tokens_that_cannot_be_decrypted_any_more_are_deleted_with_the_others_and_that_is_told_once(ports, maya):
    token = ports.plex.sign_in(maya)
    ports.database.tokens["r1"] = Held((token,), ports.now, undecryptable=2)
    with pytest.raises(NotSignedOut, match="2 of the tokens of r1"):
        forget(ports)
    assert ports.plex.tokens == {}
    assert forget(ports) == 0


@pytest.mark.parametrize(("minutes", "forgotten"), [(59, 0), (60, 1), (61, 1)])
def test_the_sweep_has_only_those_forgotten_that_are_too_old(ports, maya, minutes, forgotten):
    ports.use(HoldingTokens).hold("r1", ports.plex.sign_in(maya), now=ports.now)
    ports.later(minutes=minutes)
    assert forget(ports, only_expired=True) == forgotten

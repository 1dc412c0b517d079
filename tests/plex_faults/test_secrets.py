"""No token, the owner's or an invitee's, in anything that this package ever emitted: logs of every level, messages,
errors with their causes, answers. Runs last, after all the faults (tests/plex_faults/conftest.py).
"""

import base64
import re
from urllib.parse import quote

from local.plex import demo


def test_no_token_stands_in_anything_that_was_emitted(scenario):
    redeemer = scenario.sign_up()
    scenario.drain_queue()
    scenario.must_be_consistent(redeemer)
    everything = "\n".join([*scenario.logged, *scenario.emitted])
    tokens = {token for token in scenario.world.ever_issued if token}
    assert demo.OWNER.token in tokens
    assert "/api/v2/shared_servers" in everything, "nothing was listened to"
    assert redeemer.redemption_id in everything
    assert _found({redeemer.redemption_id}, everything), "the search finds nothing at all"
    encoded = {base64.b64encode(token.encode()).decode() for token in tokens}
    assert not _found(tokens | encoded | {quote(token) for token in tokens}, everything)


def _found(secrets, text):
    """Those that stand anywhere in the text; one pass, however many there are."""
    lengths = {len(secret) for secret in secrets}
    words = set(re.findall(f"[A-Za-z0-9_%+/=.-]{{{min(lengths)},}}", text))
    pieces = (word[at : at + length] for word in words for length in lengths for at in range(len(word) - length + 1))
    return secrets.intersection(pieces)

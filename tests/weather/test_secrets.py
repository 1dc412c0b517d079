"""No token, the owner's or anybody's, in anything that this suite ever emitted: logs at their most talkative, messages,
errors with their causes, answers. Runs last, after all the faults (tests/weather/conftest.py).
"""

import base64
from urllib.parse import quote

from local.plex import demo


def test_no_token_stands_in_anything_that_was_emitted(scene):
    someone = scene.signed_up()
    scene.drains()
    scene.must_be_true(someone)
    everything = "\n".join([*scene.logged, *scene.emitted])
    tokens = {token for token in scene.world.ever_issued if token}
    assert demo.OWNER.token in tokens
    assert "/api/v2/shared_servers" in everything, "nothing was listened to"
    assert someone.redemption_id in everything
    for token in tokens:
        for form in (token, quote(token), base64.b64encode(token.encode()).decode()):
            assert form not in everything

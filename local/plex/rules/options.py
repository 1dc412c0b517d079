"""How plex.tv behaves where it has behaved differently at different times."""

from dataclasses import dataclass


@dataclass
class Options:
    invites_visible_after_seconds: float = 0
    """How long the invitee's own calls do not see a new invite yet."""
    v2_shares_accepted_at_once: bool = False
    """A share made through v2 needs no accepting."""
    v1_invites_gone: bool = False
    """`/api/invites/*` answers 410."""
    v2_invites_status: int | None = None
    """With 404 or 410, the invitee's v2 endpoints (pending, accept) answer that."""
    unconfirmed_see_no_invites: bool = False
    """A person with an unverified address is shown no invites at all, instead of being refused when they accept."""
    cancel_leaves_share_row: bool = False
    """Cancelling an invite through v1 leaves a share behind, so that the next one says "already sharing"."""
    users_list_pending: bool = True
    """`/api/users/` lists people with a single share that is not accepted yet."""
    latency_seconds: float = 0
    """How long every call takes at least."""
    home_invites_answered_barely: bool = False
    """A Home invite is answered by a word, without a user in it."""
    users_list_home_invites: bool = True
    """`/api/users/` lists people who are invited into the Home; where not, `/api/invites/requested` alone does."""
    left_out: tuple[str, ...] = ()
    """Fields that v2's answers about the caller and their servers lack."""
    downloads_need_plex_pass: bool = False
    """Downloads are refused to an owner without Plex Pass."""
    pin_lifetime_seconds: int = 1800
    page_size: int | None = None
    """v1's lists come in pages of at most so many rows, from where `X-Plex-Container-Start` says."""
    pages_tell_totals: bool = True
    """Those pages say how many rows there are in all."""
    pages_shift_after: int | None = None
    """The first row is gone from so many pages on, as where a person leaves while the list is read."""
    pages_shift_times: int | None = None
    """How many pages are answered so; None: every one from there on."""
    filters_joined_by: str = "|"
    """What stands between the conditions of a filter where it is read: `|` or `&`."""
    filters_reversed: bool = False
    """Those conditions, and their values, come in the opposite order of how they were told."""
    filters_unquoted: bool = False
    """Their values come as they are: `G,PG` for `G%2CPG`."""
    filters_settle_seconds: float = 0
    """A change of filters has no effect within so long after the one before, as on a media server that is busy."""
    people_limit: int = 100
    """How many people an owner may share with, Home included."""
    home_limit: int = 15
    """How many people fit in a Home, admin included."""

"""Use cases are made from ports of the same names: the real ones (chalicelib/wiring.py) and the fakes."""

import ast
import importlib
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_type_hints

import pytest

import chalicelib
from chalicelib.common.records import field_names, is_record
from chalicelib.wiring import Ports, UseCases
from tests.fakes.ports import FakePorts

if TYPE_CHECKING:
    from chalicelib.access.deciding.batches import FindBatch, KeepBatch, NoteResult
    from chalicelib.access.ports import AccessStore, LookStore
    from chalicelib.accounts.ports import AccountStore, Counters, HashPassword, HeldTokens, SessionStore, VerifyPassword
    from chalicelib.common.ports import Chance, Clock, NewId
    from chalicelib.events.ports import DeliveryStore, EndpointStore, FindOwners, ReadJournal, WakeDeliver
    from chalicelib.invites.ports import FollowImages, InviteStore, RemoveImages
    from chalicelib.plex.ports import KeepOwnerToken, OwnerTokenVersion, PlexOwner, PlexPerson, WorkQueue
    from chalicelib.qr_codes.ports import ImageRecords, ImageStore, Render
    from chalicelib.redemptions.ports import Claims, RedemptionStore
    from chalicelib.settings.ports import RenderMarkdown, SettingsStore
    from chalicelib.setup.ports import OwnershipStore, ReadProgress, SaveProgress

ROOT = Path(chalicelib.__file__).parent
CORE = ("common", "plex", "events", "settings", "accounts", "invites", "qr_codes", "access", "setup", "redemptions")


def _core_names() -> dict[str, Any]:
    """What the core's modules define and import, by name; where two have the same name, that of a module of ports."""
    paths = [path for package in CORE for path in (ROOT / package).rglob("[a-z]*.py")]
    in_order = sorted(paths, key=lambda path: path.stem == "ports")
    names = (".".join(path.relative_to(ROOT).with_suffix("").parts) for path in in_order)
    modules = [importlib.import_module(f"chalicelib.{name}") for name in names]
    return {name: value for module in modules for name, value in vars(module).items()}


def _names_used() -> set[str]:
    """What ``use`` is called with anywhere in the product."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in ROOT.rglob("*.py")]
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args]
    asked = [call.args[0] for call in calls if getattr(call.func, "id", getattr(call.func, "attr", "")) == "use"]
    return {each.id for each in asked if isinstance(each, ast.Name) and each.id != "case"}


NAMES = _core_names()
USE_CASES = [NAMES[name] for name in sorted(_names_used())]


def _declared(name: str) -> Any:
    """The type that ``Ports`` declares for the attribute of that name; wiring imports it for type checkers alone."""
    found = getattr(Ports, name)
    if isinstance(found, property):
        return get_type_hints(found.fget, localns=NAMES)["return"]
    if isinstance(found, cached_property):
        return get_type_hints(found.func, localns=NAMES)["return"]
    hints = get_type_hints(found)
    given = hints.pop("return")
    return Callable[list(hints.values()), given]


def test_the_use_cases_are_found():
    assert len(USE_CASES) > 20
    assert all(is_record(case) and field_names(case) for case in USE_CASES)


@pytest.mark.parametrize("case", USE_CASES, ids=lambda case: case.__name__)
def test_a_use_case_names_ports_that_there_are_by_the_types_that_they_have(case):
    wanted = get_type_hints(case)
    names = field_names(case)
    assert {name: _declared(name) for name in names} == {name: wanted[name] for name in names}


@pytest.mark.parametrize("case", USE_CASES, ids=lambda case: case.__name__)
def test_a_use_case_can_be_made_from_the_fakes(case):
    assert isinstance(FakePorts().use(case), case)


def test_there_is_no_port_without_a_use_case():
    asked = {name for case in USE_CASES for name in field_names(case)}
    for_the_edge = {"connection", "dead_letters", "image_records", "journal_records", "work_queue"}
    for_the_edge |= {"decrypter", "delivery_decrypter", "encrypter", "journal", "owner_token", "schema"}
    offered = {name for name in vars(Ports) | vars(UseCases) if not name.startswith("_")} - {"use"}
    assert offered - for_the_edge == asked


def test_the_present_is_aware_and_in_utc():
    offset = Ports.clock().utcoffset()
    assert offset is not None
    assert not offset


def test_ids_are_unguessable_and_unique():
    ids = {Ports.new_id() for _ in range(100)}
    assert len(ids) == 100
    assert {len(each) for each in ids} == {32}
    assert all(each.isalnum() for each in ids)


def test_chance_is_from_0_to_1_and_choosing_takes_what_it_is_given():
    assert all(0 <= Ports.chance() < 1 for _ in range(100))
    assert {Ports.choose("ab") for _ in range(100)} == {"a", "b"}


if TYPE_CHECKING:  # mypy refuses a fake that is not what the port promises
    _fakes = FakePorts()
    _clock: Clock = _fakes.clock
    _new_id: NewId = _fakes.new_id
    _chance: Chance = _fakes.chance
    _choose: Callable[[str], str] = _fakes.choose
    _render: Render = _fakes.render
    _settings: SettingsStore = _fakes.settings
    _render_markdown: RenderMarkdown = _fakes.render_markdown
    _read_journal: ReadJournal = _fakes.read_journal
    _endpoints: EndpointStore = _fakes.endpoints
    _deliveries: DeliveryStore = _fakes.deliveries
    _find_owners: FindOwners = _fakes.find_owners
    _wake_deliver: WakeDeliver = _fakes.wake_deliver
    _accounts: AccountStore = _fakes.accounts
    _sessions: SessionStore = _fakes.sessions
    _counters: Counters = _fakes.counters
    _hash_password: HashPassword = _fakes.hash_password
    _verify_password: VerifyPassword = _fakes.verify_password
    _ownership: OwnershipStore = _fakes.ownership
    _invites: InviteStore = _fakes.invites
    _follow_images: FollowImages = _fakes.follow_images
    _remove_images: RemoveImages = _fakes.remove_images
    _claims: Claims = _fakes.claims
    _redemptions: RedemptionStore = _fakes.redemptions
    _accesses: AccessStore = _fakes.accesses
    _qr_records: ImageRecords = _fakes.qr_records
    _qr_images: ImageStore = _fakes.qr_images
    _read_progress: ReadProgress = _fakes.read_progress
    _save_progress: SaveProgress = _fakes.save_progress
    _looks: LookStore = _fakes.looks
    _keep_batch: KeepBatch = _fakes.keep_batch
    _find_batch: FindBatch = _fakes.find_batch
    _note_result: NoteResult = _fakes.note_result
    _queue: WorkQueue = _fakes.queue
    _plex_person: PlexPerson = _fakes.plex_person
    _tokens: HeldTokens = _fakes.tokens
    _plex_owner: PlexOwner = _fakes.plex_owner
    _keep_owner_token: KeepOwnerToken = _fakes.keep_owner_token
    _owner_token_version: OwnerTokenVersion = _fakes.owner_token_version

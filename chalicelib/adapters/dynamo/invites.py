from pynamodb.connection import Connection
from pynamodb.exceptions import PutError

from chalicelib.adapters.dynamo.mapping import invite_of, invite_record, settings_of
from chalicelib.adapters.dynamo.models import InviteModel, RedemptionModel, SettingsModel
from chalicelib.adapters.dynamo.transactions import get_all
from chalicelib.domain.invites import Invite
from chalicelib.domain.redemptions import Redemption
from chalicelib.domain.refusals import CodeTaken, InviteNotFound
from chalicelib.domain.settings import Settings

_HISTORY = 100


class DynamoInvites:
    """ports.Invites, and ports.SettingsStore, which most questions about invites need as well."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, invite: Invite) -> None:
        try:
            invite_record(invite).save(InviteModel.code.does_not_exist())
        except PutError as error:
            if error.cause_response_code == "ConditionalCheckFailedException":
                raise CodeTaken(field="code") from error
            raise

    def get(self, code: str) -> Invite:
        try:
            return invite_of(InviteModel.get(code, consistent_read=True))
        except InviteModel.DoesNotExist as error:
            raise InviteNotFound from error

    def get_with_settings(self, code: str) -> tuple[Invite | None, Settings]:
        invite, settings = get_all(self._connection, (InviteModel, code), (SettingsModel, SettingsModel.ID))
        return invite and invite_of(invite), settings_of(settings)

    def redemptions(self, code: str) -> list[Redemption]:
        records = RedemptionModel.by_code.query(code, scan_index_forward=False, limit=_HISTORY)
        return [record.record for record in records]


class DynamoSettings:
    def get(self) -> Settings:
        try:
            return settings_of(SettingsModel.get(SettingsModel.ID, consistent_read=True))
        except SettingsModel.DoesNotExist:
            return settings_of(None)

"""That Plex does not take the owner's token: one record beside the settings, while it lasts."""

from typing import ClassVar

from pynamodb.attributes import UnicodeAttribute
from pynamodb.models import Model

from chalicelib.adapters.dynamo.attributes import Typed
from chalicelib.domain.pauses import Pause


class PauseModel(Model):
    class Meta:
        table_name = "settings"

    ID: ClassVar[str] = "pause"

    id = UnicodeAttribute(hash_key=True)
    record = Typed[Pause](Pause)


class DynamoPauses:
    def current(self) -> Pause | None:
        try:
            return PauseModel.get(PauseModel.ID).record
        except PauseModel.DoesNotExist:
            return None

    def save(self, pause: Pause) -> None:
        PauseModel(id=PauseModel.ID, record=pause).save()

    def end(self) -> None:
        PauseModel(id=PauseModel.ID).delete()

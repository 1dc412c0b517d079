"""Images that nobody owns, as a crash between two steps can leave them."""

from datetime import datetime, timedelta

from chalicelib.ports import Clock, QrImages, QrRecords, StoredImage
from chalicelib.usecases.sweeping import Swept

LEFT_ALONE_FOR = timedelta(days=1)


def remove_orphans(*, images: QrImages, records: QrRecords, clock: Clock, until: datetime) -> Swept:
    """Delete the images without a record that are older than a day, page by page, until it is ``until``.

    The next call goes on where this one stopped. Repeatable, and safe twice at once.
    """
    swept = Swept("orphans")
    began_after = after = images.bookmark()
    for page in images.pages(after):
        if clock() >= until:
            images.set_bookmark(after)
            swept.unfinished = True
            return swept
        swept.done += _remove_among(page, images, records, clock() - LEFT_ALONE_FOR)
        after = page[-1].object_key
    if began_after:
        images.set_bookmark("")
    return swept


def _remove_among(page: list[StoredImage], images: QrImages, records: QrRecords, before: datetime) -> int:
    old = [image.object_key for image in page if image.modified_at < before]
    orphans = set(old) - records.among(old)
    for object_key in orphans:
        images.delete(object_key)
    return len(orphans)

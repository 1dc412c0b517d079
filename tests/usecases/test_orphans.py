from datetime import timedelta

from chalicelib.domain.qr_codes import Format, image_of
from chalicelib.usecases.orphans import remove_orphans
from tests.usecases.qr_fakes import NOW, FakeImages, FakeInvites, FakeRecords, an_invite

OLD = NOW - timedelta(days=2)


class Bucket:
    def __init__(self):
        self.invites = FakeInvites()
        self.records, self.images = FakeRecords(self.invites), FakeImages()

    def holds(self, number, *, owned=False, modified_at=OLD):
        invite = an_invite(code=f"Code{number:04}")
        self.invites.all[invite.code] = invite
        image = image_of(invite, "https://invites.example.org", Format.PNG, NOW)
        self.images.put(image.object_key, b"image", Format.PNG)
        self.images.modified_at[image.object_key] = modified_at
        if owned:
            self.records.keep(image, invite)
        return image.object_key

    def hunt(self, *, pages=99):
        looks = iter([NOW] * 2 * pages)
        return remove_orphans(
            images=self.images,
            records=self.records,
            clock=lambda: next(looks, NOW + timedelta(hours=1)),
            until=NOW + timedelta(minutes=1),
        )


def test_only_what_is_old_and_nobody_s_goes():
    bucket = Bucket()
    stays = {bucket.holds(1, owned=True), bucket.holds(2, modified_at=NOW - timedelta(hours=23))}
    for number in range(3, 9):
        bucket.holds(number)
    told = bucket.hunt()
    assert bucket.images.all.keys() == stays
    assert (told.done, told.unfinished) == (6, False)


def test_a_hunt_goes_on_where_its_time_ran_out():
    bucket = Bucket()
    keys = [bucket.holds(number) for number in range(10)]
    assert bucket.hunt(pages=2).unfinished
    assert sorted(bucket.images.all) == keys[4:]
    assert bucket.images.marked == keys[3]
    assert not bucket.hunt().unfinished
    assert not bucket.images.all


def test_after_the_end_it_begins_anew():
    bucket = Bucket()
    for number in range(10):
        bucket.holds(number)
    bucket.hunt(pages=2)
    bucket.hunt()
    early = bucket.holds(0)
    bucket.hunt()
    assert early not in bucket.images.all


def test_an_object_that_names_no_code_is_nobody_s():
    bucket = Bucket()
    bucket.images.put("qr/", b"", Format.PNG)
    bucket.images.modified_at["qr/"] = OLD
    assert bucket.hunt().done == 1

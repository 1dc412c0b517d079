"""Pages of lists, and what they cost."""

from dataclasses import dataclass

from chalicelib.stores.database.pages import page_of


@dataclass(frozen=True)
class Record:
    order: str


def records(count, fetched=None):
    for number in range(count):
        if fetched is not None:
            fetched.append(number)
        yield Record(f"{number:03}")


def page(count, *, limit=10, most_read=100, read=lambda record: record.order, fetched=None):
    return page_of(records(count, fetched), limit=limit, most_read=most_read, read=read)


def test_a_list_that_fits_has_no_next_page():
    assert page(10).items[-1] == "009"
    assert page(10).next is None


def test_a_longer_list_goes_on_after_the_last_one_shown():
    assert (len(page(11).items), page(11).next) == (10, "009")


def test_what_does_not_match_is_passed_over():
    even = page(100, limit=3, read=lambda record: record.order if int(record.order) % 2 == 0 else None)
    assert (even.items, even.next) == (("000", "002", "004"), "004")


def test_a_search_stops_after_so_many_reads_and_can_go_on():
    fetched: list[int] = []
    nothing = page(1000, most_read=50, read=lambda record: None, fetched=fetched)  # noqa: ARG005
    assert (nothing.items, nothing.next) == ((), "049")
    assert len(fetched) == 51

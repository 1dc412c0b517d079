"""What `make run` begins with."""

import pytest

from local.run import StackOptions, make_room


@pytest.fixture
def begin(tmp_path, capsys):
    """Makes room for a run; gives what was said, and whether what an earlier run left is there."""
    state = tmp_path / "state"

    def begun(*, keep: bool) -> tuple[str, bool]:
        make_room(StackOptions(port=0, state=state, keep=keep))
        left = (state / "data").exists()
        (state / "data").touch()
        return capsys.readouterr().out, left

    return begun


def test_each_run_starts_afresh(begin):
    assert begin(keep=False) == ("", False)
    assert begin(keep=False) == ("", False)


def test_what_is_to_be_kept_is_there_in_the_next_run(begin):
    begin(keep=True)
    assert begin(keep=True) == ("", True)


def test_keeping_after_a_run_that_was_not_kept_says_that_it_starts_empty(begin):
    begin(keep=False)
    said, left = begin(keep=True)
    assert not left
    assert said.startswith("Nothing was kept by an earlier run")


def test_a_run_that_is_not_kept_forgets_the_one_that_was(begin):
    begin(keep=True)
    assert begin(keep=False) == ("", False)
    said, _ = begin(keep=True)
    assert said

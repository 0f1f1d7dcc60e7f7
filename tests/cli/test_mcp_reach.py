"""What an assistant may read when nobody said."""

from pathlib import Path

import pytest

from editloop.cli.mcp_serving import working_folder


def test_the_working_folder_is_readable_unless_it_is_the_whole_disk_or_the_whole_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Desktop clients start servers in `/` or in the user's home."""
    monkeypatch.chdir(tmp_path)
    assert working_folder() == (tmp_path,)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert working_folder() == ()
    monkeypatch.chdir("/")
    assert working_folder() == ()

"""Where a command stages on this machine, only its user can enter."""

import pytest

from pipelines.storage import folders
from pipelines.storage.places import PlaceError


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def test_the_folder_for_staging_is_of_this_user_alone(temporary):
    folder = folders.of_this_machine()
    assert folder == folders.of_this_machine()
    (made,) = temporary.iterdir()
    assert (str(made), made.stat().st_mode & 0o777) == (folder, 0o700)


@pytest.mark.parametrize("kind", ["open to others", "link", "file"])
def test_what_another_could_have_put_there_is_told(temporary, kind):
    folder = temporary / folders.of_this_machine().rsplit("/", 1)[-1]
    folder.rmdir()
    if kind == "open to others":
        folder.mkdir()
        folder.chmod(0o755)
    elif kind == "link":
        (temporary / "elsewhere").mkdir(mode=0o700)
        folder.symlink_to(temporary / "elsewhere")
    else:
        folder.write_text("in the way")
    with pytest.raises(PlaceError, match=str(folder)):
        folders.of_this_machine()

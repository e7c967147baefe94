"""What killed processes leave in a folder for temporary files goes, the rest stays."""

import os
import time

from pipelines.files import remove_abandoned


def test_what_nobody_wrote_to_for_an_hour_is_removed(tmp_path):
    old = time.time() - 3700
    for name in ("spill-1/part", "spill-2/deep/part", "lonely"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    for path in sorted(tmp_path.rglob("*"), reverse=True):
        os.utime(path, (old, old))
    (tmp_path / "spill-2/deep/part").write_text("somebody works here")

    remove_abandoned(tmp_path)

    left = {p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*")}
    assert left == {"spill-2", "spill-2/deep", "spill-2/deep/part"}


def test_a_folder_that_is_not_there_is_nothing_to_do(tmp_path):
    remove_abandoned(tmp_path / "nowhere")


def test_a_link_is_removed_and_what_it_leads_to_stays(tmp_path):
    (tmp_path / "kept").write_text("x")
    (tmp_path / "tmp").mkdir()
    (tmp_path / "tmp/link").symlink_to(tmp_path / "kept")
    old = time.time() - 3700
    os.utime(tmp_path / "tmp/link", (old, old), follow_symlinks=False)

    remove_abandoned(tmp_path / "tmp")

    assert not (tmp_path / "tmp/link").is_symlink()
    assert (tmp_path / "kept").is_file()

"""`unitmill backup` and `restore`, as a person calls them."""

import json


def test_a_home_is_backed_up_and_restored_by_two_calls(call, tmp_path):
    call("init", "mine")
    landing = tmp_path / "mine/.unitmill/landing"
    landing.mkdir(parents=True)
    (landing / "origin.json").write_text(json.dumps({"exports": "x"}))

    backed = call("backup", "../b.tar", folder="mine")
    restored = call("restore", "b.tar", "--workspace", "again")

    assert backed.returncode == 0, backed.stderr
    assert "files," in backed.stdout
    assert "exports are not in it" in " ".join(backed.stdout.split())
    assert restored.returncode == 0, restored.stderr
    assert (tmp_path / "again/.unitmill/landing/origin.json").is_file()
    assert (tmp_path / "again/unitmill.toml").is_file()


def test_what_is_no_backup_is_refused_in_a_sentence(call, tmp_path):
    (tmp_path / "b.tar").write_text("no backup")

    nowhere = call("restore", "b.tar")
    refused = call("restore", "b.tar", "--home", "h")
    missing = call("restore", "c.tar", "--home", "h")

    assert (nowhere.returncode, refused.returncode, missing.returncode) == (2, 2, 1)
    assert "say where to: --home DIR" in nowhere.stderr
    assert "nothing was restored: b.tar is cut off or no backup" in refused.stderr
    assert "c.tar: No such file or directory" in missing.stderr
    assert not (tmp_path / "h").exists()

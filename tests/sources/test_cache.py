from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hullmark.sources.cache import Cache, default_folder

KEY = Cache.key("a")


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(str(tmp_path / "deep" / "cache"))


def entries(cache: Cache) -> list[str]:
    return sorted(os.listdir(cache.folder))


def test_what_is_put_is_got(cache: Cache) -> None:
    assert cache.get(KEY) is None
    for data in (b"", b"x", bytes(range(256)) * 1000):
        cache.put(KEY, data)
        assert cache.get(KEY) == data
    assert entries(cache) == [KEY]


def test_keys_tell_parts_apart() -> None:
    keys = {Cache.key(), Cache.key(""), Cache.key("ab"), Cache.key("a", "b"), Cache.key("", "ab"), Cache.key("ab", "")}

    assert len(keys) == 6
    assert Cache.key("ab") == Cache.key(b"ab")
    assert Cache.key("\udcff") != Cache.key("\udcfe")


def test_only_the_user_may_look(cache: Cache) -> None:
    cache.put(KEY, b"secret")

    assert os.stat(cache.folder).st_mode & 0o077 == 0
    assert os.stat(os.path.join(cache.folder, KEY)).st_mode & 0o077 == 0


@pytest.mark.parametrize("damage", [b"", b"short", b"y" * 40, None])
def test_a_damaged_entry_is_ignored_and_replaced(cache: Cache, damage: bytes | None) -> None:
    cache.put(KEY, b"content")
    file = Path(cache.folder, KEY)
    file.write_bytes(file.read_bytes()[:-1] + b"!" if damage is None else damage)

    assert cache.get(KEY) is None
    cache.put(KEY, b"content")
    assert cache.get(KEY) == b"content"


def test_an_entry_under_the_name_of_another_is_ignored(cache: Cache) -> None:
    cache.put(KEY, b"content")
    os.rename(os.path.join(cache.folder, KEY), os.path.join(cache.folder, Cache.key("b")))

    assert cache.get(Cache.key("b")) is None


def test_an_entry_that_is_a_folder_is_ignored(cache: Cache) -> None:
    Path(cache.folder, KEY).mkdir(parents=True)
    cache.put(KEY, b"content")

    assert cache.get(KEY) is None
    assert entries(cache) == [KEY]


@pytest.mark.parametrize("folder", ["/proc/none/cache", "{}/file/cache", "/dev/null"])
def test_a_folder_that_cannot_be_written_is_no_cache(tmp_path: Path, folder: str) -> None:
    (tmp_path / "file").write_text("")
    cache = Cache(folder.format(tmp_path))
    cache.put(KEY, b"content")

    assert cache.get(KEY) is None


def test_a_full_disk_is_no_error(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.put(Cache.key("b"), b"content")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    cache.put(KEY, b"content")

    assert cache.get(KEY) is None
    assert entries(cache) == [Cache.key("b")]


def test_the_folder_may_vanish_at_any_time(cache: Cache) -> None:
    cache.put(KEY, b"content")
    os.remove(os.path.join(cache.folder, KEY))
    os.rmdir(cache.folder)

    assert cache.get(KEY) is None
    cache.put(KEY, b"again")
    assert cache.get(KEY) == b"again"


def test_the_entries_unused_for_longest_go_first(tmp_path: Path) -> None:
    cache = Cache(str(tmp_path), limit=10 * 4096)
    for number in range(10):
        cache.put(Cache.key(str(number)), b"x" * 3000)
        os.utime(tmp_path / Cache.key(str(number)), (number, number))
    stranger = tmp_path / "notes.txt"
    stranger.write_text("mine")
    assert len(entries(cache)) == 11

    cache.get(Cache.key("0"))
    cache.put(KEY, b"x" * 3000)

    left = [n for n in range(10) if cache.get(Cache.key(str(n))) is not None]
    assert left == [0, 5, 6, 7, 8, 9]
    assert cache.get(KEY) is not None
    assert stranger.exists()


def test_the_size_is_bounded_across_runs(tmp_path: Path) -> None:
    for number in range(40):
        Cache(str(tmp_path), limit=10 * 4096).put(Cache.key(str(number)), b"x" * 5000)

    assert sum(1 for _ in tmp_path.iterdir()) <= 5


def test_what_is_larger_than_all_is_not_kept(tmp_path: Path) -> None:
    cache = Cache(str(tmp_path / "cache"), limit=100)
    cache.put(KEY, b"x" * 101)

    assert cache.get(KEY) is None
    assert not os.path.exists(cache.folder)


def test_what_died_half_written_is_cleared_away(tmp_path: Path) -> None:
    old, new = (tmp_path / f"{KEY}.{name}.new" for name in ("abc_1", "def_2"))
    for file in (old, new):
        file.write_bytes(b"x" * 5000)
    os.utime(old, (1, 1))
    cache = Cache(str(tmp_path), limit=3 * 4096)
    cache.put(KEY, b"x")

    assert not old.exists()
    assert new.exists()


WRITER = """
import sys
from hullmark.sources.cache import Cache
cache = Cache(sys.argv[1], limit=40 * 4096)
mine = sys.argv[2].encode() * 9000
for turn in range(150):
    key = Cache.key(str(turn % 30))
    cache.put(key, mine + key.encode())
    for other in range(0, 30, 7):
        key = Cache.key(str(other))
        found = cache.get(key)
        assert found is None or (found.endswith(key.encode()) and len(set(found[:9000])) == 1 and len(found) == 9064)
"""


def test_concurrent_writers_see_whole_entries(tmp_path: Path) -> None:
    runs = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path), name], stderr=subprocess.PIPE) for name in "abcd"
    ]
    for _ in range(20):
        for file in list(tmp_path.iterdir())[::3]:
            file.unlink(missing_ok=True)
        time.sleep(0.01)

    for each in runs:
        _, err = each.communicate(timeout=60)
        assert each.returncode == 0, err.decode()
    assert all(len(name) == 64 for name in os.listdir(tmp_path) if not name.endswith(".new"))


@pytest.mark.parametrize(
    ("named", "folder"),
    [("/x/y", "/x/y/hullmark"), ("relative", "/home/me/.cache/hullmark"), ("", "/home/me/.cache/hullmark")],
)
def test_the_folder_is_where_caches_go(monkeypatch: pytest.MonkeyPatch, named: str, folder: str) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    monkeypatch.setenv("XDG_CACHE_HOME", named)

    assert default_folder() == folder
    assert Cache().folder == folder

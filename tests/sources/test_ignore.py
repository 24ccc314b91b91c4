import pytest

from hullmark.sources.ignore import ignored, parse


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("*.json", "a.json", True),
        ("*.json", "deep/down/a.json", True),
        ("*.json", "a.yaml", False),
        ("/a.yaml", "a.yaml", True),
        ("/a.yaml", "deep/a.yaml", False),
        ("deep/a.yaml", "deep/a.yaml", True),
        ("deep/a.yaml", "very/deep/a.yaml", False),
        ("**/deep/a.yaml", "very/deep/a.yaml", True),
        ("**/deep/a.yaml", "deep/a.yaml", True),
        ("a/**/z", "a/z", True),
        ("a/**/z", "a/b/c/z", True),
        ("a/**", "a/b/c", True),
        ("a/**", "a", False),
        ("a/*", "a/b", True),
        ("a/*", "a/b/c", False),
        ("v?.yaml", "v1.yaml", True),
        ("v?.yaml", "v/.yaml", False),
        ("v[0-9].yaml", "v7.yaml", True),
        ("v[!0-9].yaml", "v7.yaml", False),
        ("v[!0-9].yaml", "vx.yaml", True),
        ("v[z-a].yaml", "vb.yaml", False),
        ("[", "[", True),
        ("a+b(c).yaml", "a+b(c).yaml", True),
        (r"\#odd.yaml", "#odd.yaml", True),
        (r"\!odd.yaml", "!odd.yaml", True),
        (r"a\*.yaml", "a*.yaml", True),
        (r"a\*.yaml", "ab.yaml", False),
        ("# comment", "# comment", False),
        ("tail.yaml   ", "tail.yaml", True),
        ("*a*b*", "xxaxxbxx", True),
        ("a*b*a", "abba", True),
        ("a*ba", "ababa", True),
    ],
)
def test_patterns_match_as_in_git(pattern: str, path: str, expected: bool) -> None:
    assert ignored(path, (parse(pattern),)) is expected


def test_a_trailing_slash_means_folders_only() -> None:
    ignore = parse("build/")

    assert ignored("build", (ignore,), folder=True)
    assert not ignored("build", (ignore,))


def test_the_last_pattern_that_matches_decides() -> None:
    ignore = parse("*.yaml\n!keep.yaml\n")

    assert ignored("drop.yaml", (ignore,))
    assert not ignored("keep.yaml", (ignore,))


def test_the_inner_file_decides_over_the_outer_one() -> None:
    ignores = parse("*.yaml"), parse("!keep.yaml", "inner/")

    assert ignored("keep.yaml", ignores)
    assert not ignored("inner/keep.yaml", ignores)


def test_many_stars_take_linear_time() -> None:
    # With backtracking this would not end in a lifetime.
    assert not ignored("a" * 250, (parse("*a" * 60 + "b"),))

from __future__ import annotations

import json

import pytest
from scanning import DEPLOYMENT, result

from hullmark.engine.baseline import read, write
from hullmark.model.errors import HullmarkError
from hullmark.text.source import Source


def parsed(text: str) -> frozenset[str]:
    return read(Source("baseline.json", text))


def test_what_was_written_is_known() -> None:
    before = result(DEPLOYMENT)
    after = result(f"# moved\n{DEPLOYMENT}", baseline=parsed(write(before.findings)))

    assert len(after.findings) == 7
    assert all(s.known and not s.gates for s in after.findings)
    assert after.gone == 0


def test_only_what_is_new_gates() -> None:
    old = DEPLOYMENT.replace("            privileged: true\n", "            privileged: false\n")
    after = result(DEPLOYMENT, baseline=parsed(write(result(old).findings)))

    new = [s for s in after.findings if not s.known]
    assert [(s.check, s.subject.container, s.gates) for s in new] == [("privileged-toy", "proxy", True)]


def test_what_is_gone_is_counted() -> None:
    baseline = parsed(write(result(DEPLOYMENT).findings))
    after = result(DEPLOYMENT.replace("privileged: true", "privileged: false"), baseline=baseline)

    assert after.gone == 2


def test_a_finding_that_is_waived_meanwhile_is_not_gone() -> None:
    waived = DEPLOYMENT.replace(
        "  namespace: prod\n",
        '  namespace: prod\n  annotations: {hullmark.dev/waive.privileged-toy: "ok; owner=me; expires=2027-01-31"}\n',
    )
    after = result(waived, baseline=parsed(write(result(DEPLOYMENT).findings)))

    assert (len(after.waived), after.gone) == (2, 0)


def test_without_a_baseline_nothing_is_known_or_gone() -> None:
    found = result(DEPLOYMENT)

    assert not any(s.known for s in found.findings)
    assert found.gone == 0


def test_the_text_is_one_sorted_line_a_finding() -> None:
    found = result({"b.yaml": DEPLOYMENT, "a.yaml": DEPLOYMENT.replace("chat", "bot")})
    text = write(found.findings)
    lines = [line for line in text.splitlines() if '"fingerprint"' in line]

    assert text == write(reversed(found.findings))
    assert lines == sorted(lines)
    assert len(lines) == len(found.findings)
    assert json.loads(text)["schema"] == "hullmark.baseline/v1"
    assert set(json.loads(lines[0].strip().rstrip(","))) == {
        "check", "kind", "namespace", "name", "container", "podset", "fingerprint"
    } - ({"podset"} if not found.findings[0].subject.podset else set())  # fmt: skip


def test_an_empty_baseline_is_one_too() -> None:
    assert parsed(write(())) == frozenset()


def test_a_finding_listed_twice_is_no_mistake() -> None:
    text = write(result(DEPLOYMENT).findings).replace(
        "[\n", '[\n    {"fingerprint": "ab"},\n    {"fingerprint": "ab"},\n'
    )

    assert len(parsed(text)) == 8


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the baseline is not JSON"),
        ('{"schema": "hullmark.baseline/v1",', "the baseline is not JSON"),
        ("[]", "is not of schema hullmark.baseline/v1"),
        ('{"schema": "hullmark.scan/v1", "findings": []}', "is not of schema"),
        ('{"schema": "hullmark.baseline/v1"}', "no list of findings"),
        ('{"schema": "hullmark.baseline/v1", "findings": null}', "no list of findings"),
        ('{"schema": "hullmark.baseline/v1", "findings": ["ab"]}', "no fingerprint"),
        ('{"schema": "hullmark.baseline/v1", "findings": [{"fingerprint": 7}]}', "no fingerprint"),
        ("[" * 100_000, "nested too deeply"),
    ],
    ids=lambda text: text[:30],
)
def test_what_is_no_baseline_is_refused(text: str, message: str) -> None:
    with pytest.raises(HullmarkError) as caught:
        parsed(text)

    assert message in caught.value.message
    assert caught.value.hint
    assert caught.value.place is not None


def test_a_mistake_in_json_is_shown_where_it_is() -> None:
    with pytest.raises(HullmarkError) as caught:
        parsed('{"schema":\n  oops}')

    assert caught.value.place is not None
    assert caught.value.place.start == (2, 3)

"""Hostile names, annotations and images on pages in a real browser: all of it is shown, none of it is run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.browser.conftest import Open
from tests.browser.writing import written

RUN = "window.hit = (window.hit || 0) + 1; alert(1)"
HOSTILE = [
    f"<script>{RUN}</script>",
    f"</script><script>{RUN}</script>",
    f"</style></title></textarea><img src=x onerror='{RUN}'>",
    f'"><svg onload="{RUN}">',
    f"' onfocus='{RUN}' autofocus x='",
    f'" style="background:url(https://evil.example/x)" onmouseover="{RUN}',
    "](https://evil.example) ![x](https://evil.example/x.png) [a](javascript:alert(1))",
    f"first\nsecond\n<img src=https://evil.example/x onerror={RUN}>",
    f"]]></svg><script>{RUN}</script><!-- -->",
    "${alert(1)} {{constructor.constructor('alert(1)')()}} \\u003cscript\\u003ealert(1)\\u003c/script\\u003e",
    "__proto__",
    "\u202egnp.exe \u2028 \u2029 \x7f",
]


def manifest(text: str, number: int) -> str:
    """A workload with its surroundings that carries a text wherever texts go."""
    container = {
        "name": text,
        "image": f"vllm/vllm-openai:{text}",
        "args": ["--model", f"org/{text}"],
        "ports": [{"containerPort": 8000, "name": text}],
        "env": [
            {"name": text, "value": f"http://peer.{text}/v1?x={text}"},
            {"name": "OPENAI_BASE_URL", "value": f"https://evil.example/{text}"},
        ],
        "envFrom": [{"secretRef": {"name": text}}, {"configMapRef": {"name": text}}],
        "securityContext": {"privileged": True},
    }
    backend = {"service": {"name": text, "port": {"number": 80}}}
    items = [
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {
                "name": f"{text}-{number}",
                "namespace": text,
                "annotations": {"hullmark.dev/owner": text, text: text},
                "labels": {text: text},
            },
            "spec": {
                "selector": {"matchLabels": {"app": text}},
                "template": {
                    "metadata": {"labels": {"app": text}},
                    "spec": {"serviceAccountName": text, "containers": [container]},
                },
            },
        },
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": text, "namespace": text},
            "spec": {"type": "LoadBalancer", "selector": {"app": text}, "ports": [{"port": 80, "targetPort": 8000}]},
        },
        {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "Ingress",
            "metadata": {"name": text, "namespace": text},
            "spec": {"rules": [{"host": text, "http": {"paths": [{"path": text, "backend": backend}]}}]},
        },
    ]
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": items})


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile") / "<img src=x onerror=alert(1)>"
    folder.mkdir()
    for number, text in enumerate(HOSTILE):
        (folder / f"{number}.json").write_text(manifest(text, number), "utf-8")
    return folder


OURS = {"map": 5, "report": 1}
"""The scripts of a page, with those that are data."""

FOREIGN = """() => [...document.querySelectorAll("*")].flatMap((one) => [
  ...one.getAttributeNames().filter((name) => name.startsWith("on")).map((name) => `${one.tagName} ${name}`),
  ...(["IMG", "IFRAME", "OBJECT", "EMBED", "LINK", "BASE", "FOREIGNOBJECT"].includes(one.tagName.toUpperCase()) ? [one.tagName] : []),
  ...(/^\\s*javascript:/i.test(one.getAttribute("href") || "") ? [one.outerHTML] : []),
])"""


@pytest.mark.parametrize("command", ["map", "report"])
def test_hostile_text_is_text(look: Open, hostile: Path, tmp_path: Path, command: str) -> None:
    page = look(written(command, hostile, tmp_path)).page
    for tile in page.locator(".view.shown .tile").all()[:60] if command == "map" else ():
        tile.dispatch_event("mouseover")
        tile.dispatch_event("focus")
        tile.dispatch_event("click")

    assert page.evaluate("window.hit") is None
    assert page.locator("script").count() == OURS[command]
    assert page.evaluate(FOREIGN) == []
    if command == "report":
        assert "<script>window.hit" in page.locator("body").inner_text()
    links = page.eval_on_selector_all("a[href]", "found => found.map((a) => a.getAttribute('href'))")
    assert all(link.startswith(("#", "https://atlas.mitre.org/", "https://attack.mitre.org/")) for link in links)


def test_every_hostile_component_has_its_details(look: Open, hostile: Path, tmp_path: Path) -> None:
    page = look(written("map", hostile, tmp_path)).page
    page.select_option("#view", "all")
    tile = page.locator(".view.shown .tile.card[data-role='online-inference']").first
    tile.dispatch_event("click")

    assert "privileged" in page.locator("aside").inner_text()


@pytest.mark.parametrize("number", range(len(HOSTILE)))
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_hostile_text_is_text_in_a_drawing(look: Open, tmp_path: Path, number: int, theme: str) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "app.json").write_text(manifest(HOSTILE[number], number), "utf-8")
    drawn = written("map", source, tmp_path, "--format", "svg", "--theme", theme).rename(tmp_path / "map.svg")
    page = look(drawn).page

    assert page.evaluate("document.documentElement.tagName") == "svg"
    assert page.locator("script").count() == 0
    assert page.evaluate(FOREIGN) == []


@pytest.mark.parametrize("command", ["map", "report"])
def test_the_policy_stops_what_would_slip_through(look: Open, hostile: Path, tmp_path: Path, command: str) -> None:
    """Even if markup got in: no script from elsewhere, no frame, no request, no form."""
    opened = look(written(command, hostile, tmp_path))
    policy = opened.page.locator("meta[http-equiv='Content-Security-Policy']").get_attribute("content") or ""
    parts = {part.split()[0]: part.split()[1:] for part in policy.split(";")}

    assert parts["default-src"] == ["'none'"]
    assert parts["base-uri"] == parts["form-action"] == ["'none'"]
    assert all(word.startswith("'sha256-") for word in parts["script-src"])
    answers: list[str] = []
    opened.page.on("response", lambda answer: answers.append(answer.url))
    opened.page.evaluate(
        """() => { const bad = document.createElement("div");
          bad.innerHTML = "<img src='https://evil.example/x' onerror='window.hit = 1'>";
          document.body.append(bad);
          const script = document.createElement("script"); script.textContent = "window.hit = 2"; document.body.append(script); }"""
    )
    opened.page.wait_for_timeout(100)
    assert opened.page.evaluate("window.hit") is None
    assert answers == []
    assert opened.troubles != []
    opened.troubles.clear()
    del opened.requests[1:]  # asked for and refused

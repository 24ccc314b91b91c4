"""Settings that several pods take from one ConfigMap: told once, and yet to each as if it were alone."""

from __future__ import annotations

import pytest
from drawing import deployment, draw, edges, pairs, service

MAP = """\
apiVersion: v1
kind: ConfigMap
metadata: {{name: settings{space}}}
data: {{{data}}}
"""


def of_map(data: str, space: str = "") -> str:
    return MAP.format(data=data, space=f", namespace: {space}" if space else "")


def user(name: str, more: str = "") -> str:
    return deployment(name, f"envFrom: [{{configMapRef: {{name: settings}}}}]{more}")


def test_all_who_take_it_call() -> None:
    graph = draw(of_map("API_URL: 'http://api:80'"), user("one"), user("two"), deployment("api"), service("api"))

    assert pairs(graph, "calls") == {("Deployment/one", "Service/api"), ("Deployment/two", "Service/api")}


def test_the_port_stands_in_a_variable_of_each_container() -> None:
    host = of_map("DB_HOST: postgres")
    one, two = (
        user(name, f"\n          env: [{{name: DB_PORT, value: '{port}'}}]")
        for name, port in (("one", 5432), ("two", 6432))
    )
    graph = draw(host, one, two)

    assert {s.rpartition("/")[2]: e.facts["port"] for (s, _), e in edges(graph, "calls").items()} == {
        "one": "5432",
        "two": "6432",
    }


@pytest.mark.parametrize(
    "maps",
    [
        [of_map("API_URL: 'http://api:80'", "a"), of_map("API_URL: 'http://api:80'", "b")],
        [of_map("API_URL: 'http://api:80'")],  # one that is in whichever namespace it is applied to
    ],
)
def test_one_name_means_the_service_of_each_namespace(maps: list[str]) -> None:
    pods = [
        user(name).replace(f"name: {name}}}", f"name: {name}, namespace: {space}}}", 1)
        for name, space in (("one", "a"), ("two", "b"))
    ]
    graph = draw(*maps, *pods)

    assert set(edges(graph, "calls")) == {
        ("workload/a/Deployment/one", "service/a/Service/api"),
        ("workload/b/Deployment/two", "service/b/Service/api"),
    }


def test_one_that_calls_only_itself_does_not_silence_the_others() -> None:
    graph = draw(of_map("API_URL: 'http://api:80'"), user("api"), user("other"), service("api"))

    assert pairs(graph, "calls") == {("Deployment/other", "Service/api")}

"""Whom reverse proxies send requests to, as their own configuration says."""

from __future__ import annotations

import time

import pytest
from drawing import deployment, draw, edges, lines

MOUNTED = "volumeMounts: [{name: c, mountPath: /etc/proxy}]"


def called(key: str, text: str, more: str = "") -> set[str]:
    body = "".join(f"    {line}\n" for line in text.strip("\n").splitlines())
    config = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c}}\ndata:\n  {key}: |\n{body}{more}"
    graph = draw(deployment("p", MOUNTED, "proxy:1", "volumes: [{name: c, configMap: {name: c}}]"), config)
    return {target.rpartition("/")[2] for source, target in edges(graph, "calls") if source.endswith("/p")}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("upstream a { server x:80; server y:80 backup; }\nserver { location / { proxy_pass http://a; } }", {"x", "y"}),
        (
            "upstream a {\n  server one;  # it\n  # server no:80;\n  server unix:/s;\n}\nserver { proxy_pass a; }",
            {"one"},
        ),
        ("location / { set $up http://x.ml.svc:80; proxy_pass $up; }", {"x"}),
        ("location / { set $h x; proxy_pass http://$h:80/; }", {"x"}),
        ("location / { set $h x; proxy_pass http://${h}:80/$uri; }", {"x"}),
        ("map $uri $pool { default x:80; /y y; }\nlocation / { proxy_pass http://$pool; }", {"x", "y"}),
        ("map $uri $pool { default x:80; }\nlocation / { proxy_pass http://z; }", {"z"}),
        ("location / { proxy_pass http://$http_host; }", set()),
        ("location / { set $h $http_host; proxy_pass http://$h; }", set()),
        ("location / { proxy_pass 'http://x:80'; proxy_redirect http://no/ /; add_header L http://no; }", {"x"}),
        ("location / { fastcgi_pass x:9000; }\nlocation /g { grpc_pass grpc://y:50051; }", {"x", "y"}),
        ("location / { proxy_pass http://x; }\nlocation /old { return 301 https://no.example.org/; }", {"x"}),
        ("access_log syslog:server=x:514,facility=local7; location / { proxy_pass http://y; }", {"x", "y"}),
        ("resolver x.kube-system.svc valid=5s; location / { proxy_pass http://127.0.0.1:80; }", {"x"}),
        ("location / { proxy_pass http://x", set()),
        ("} } location / { proxy_pass http://x; }", {"x"}),
    ],
)
def test_nginx(text: str, found: set[str]) -> None:
    assert called("nginx.conf", text) == found
    assert called("default.conf", text) == found


def test_groups_of_another_file_are_no_services() -> None:
    other = "  servers.conf: 'upstream a { server x:80; }'\n"

    assert called("site.conf", "location / { proxy_pass http://a; }", other) == {"x"}


def test_where_a_call_is_written() -> None:
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  n.conf: |\n    upstream a { server x:80; server y:80; }\n"
    text += "    set $h z;\n    proxy_pass http://$h:80;\n"
    graph = draw(text, deployment("p", MOUNTED, "p:1", "volumes: [{name: c, configMap: {name: c}}]"))
    found = {target[-1]: lines(edge) for (_, target), edge in edges(graph, "calls").items()}

    assert found == {"x": ["6:x:80"], "y": ["6:y:80"], "z": ["8:proxy_pass http://$h:80;"]}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("backend a\n  server s1 x:80 check\n  server s2 ipv4@y.ml.svc:80", {"x", "y"}),
        ("backend a\n  server-template s 3 x.ml.svc:80 check resolvers k", {"x"}),
        ("listen a\n  bind *:80\n  server s 127.0.0.1:80\n  # server s no:80", set()),
        ("global\n  log stdout format raw local0\n  log x:514 local0\nbackend b\n  server s $NO:80", {"x"}),
        ("backend a\n  redirect location https://no.example.org\n  server s /var/run/s.sock", set()),
        ("backend a\n  server s x:80\nresolvers r\n  nameserver d y.kube-system.svc:53", {"x", "y"}),
    ],
)
def test_haproxy(text: str, found: set[str]) -> None:
    assert called("haproxy.cfg", text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("example.com {\n  reverse_proxy /api/* x:80 y:80\n}", {"x", "y"}),
        ("example.com {\n  reverse_proxy x:80 {\n    health_uri /no\n  }\n}", {"x"}),
        (":80 {\n  reverse_proxy @m {\n    to h2c://x:80 y:80\n  }\n}", {"x", "y"}),
        (":80 {\n  reverse_proxy {\n    dynamic a x 80\n  }\n}", {"x"}),
        (":80 {\n  forward_auth x:80 {\n    uri /verify\n  }\n  php_fastcgi y:9000\n}", {"x", "y"}),
        (
            ":80 {\n  reverse_proxy {$UP}\n  reverse_proxy unix//s.sock :81 localhost:82\n  redir https://no.example.org\n}",
            set(),
        ),
    ],
)
def test_caddy(text: str, found: set[str]) -> None:
    assert called("Caddyfile", text) == found


def test_caddy_by_its_other_form() -> None:
    text = '{"apps": {"http": {"servers": {"s": {"routes": [{"handle": [{"upstreams": [{"dial": "x:80"}]}]}]}}}}}'

    assert called("caddy.json", text) == {"x"}


def test_files_of_other_programs_are_read_as_before() -> None:
    assert called("redis.conf", "replicaof x.ml.svc 6379\nlogfile ''") == {"x"}
    assert called("own.cfg", "[db]\nhost = x.ml.svc:80") == {"x"}


@pytest.mark.parametrize(
    "text",
    [
        "upstream a {" + "server x:80;" * 15_000 + "}",
        "proxy_pass " + '"\\"' * 60_000,
        "proxy_pass $a;" * 14_000,
        "{" * 190_000 + " proxy_pass x;",
        "map $a $b {" + "x y;" * 40_000 + "} proxy_pass http://$b$b$b$b;",
    ],
)
def test_long_configurations_cost_little(text: str) -> None:
    start = time.process_time()
    called("nginx.conf", text)

    assert time.process_time() - start < 4

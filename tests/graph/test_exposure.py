"""Exposure, routes, authentication and impact."""

from __future__ import annotations

import pytest
from graph_manifests import Scan, deployment

from hullmark.model.architecture import Architecture, Exposure, Importance
from hullmark.model.terms import Impact, Reach


def exposure(arch: Architecture) -> Exposure:
    return arch.exposure(arch.workloads[0])


def impact(arch: Architecture) -> Importance:
    return arch.impact(arch.workloads[0])


def service(spec: str = "", notes: str = "") -> str:
    return (
        f"---\n"
        f"apiVersion: v1\n"
        f"kind: Service\n"
        f"metadata: {{name: web, annotations: {{{notes}}}}}\n"
        f"spec: {{selector: {{app: web}}{spec}}}\n"
    )


def ingress(notes: str = "", spec: str = "") -> str:
    rule = (
        "rules: [{host: a.example, http: {paths: [{path: /v1, backend: {service: {name: web, port: {number: 80}}}}]}}]"
    )
    head = f"---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: i, annotations: {{{notes}}}}}"
    return f"{head}\nspec: {{{rule}{spec}}}\n"


WEB = deployment("web")
LB = ", type: LoadBalancer"
GATEWAY = (
    "---\n"
    "apiVersion: gateway.networking.k8s.io/v1\n"
    "kind: Gateway\n"
    "metadata: {name: g}\n"
    "spec: {gatewayClassName: eg, listeners: [{name: s, protocol: HTTPS}]}\n"
)
HTTPROUTE = (
    "---\n"
    "apiVersion: gateway.networking.k8s.io/v1\n"
    "kind: HTTPRoute\n"
    "metadata: {name: r}\n"
    "spec: {parentRefs: [{name: g}], rules: [{backendRefs: [{name: web}]}]}\n"
)


@pytest.mark.parametrize(
    ("text", "reach"),
    [
        ("", Reach.CLUSTER),
        (service(), Reach.CLUSTER),
        (service(LB), Reach.PUBLIC),
        (service(", type: NodePort"), Reach.PUBLIC),
        (service(", externalIPs: [1.2.3.4]"), Reach.PUBLIC),
        (service(LB, "networking.gke.io/load-balancer-type: Internal"), Reach.INTERNAL),
        (service(LB, "service.beta.kubernetes.io/azure-load-balancer-internal: 'true'"), Reach.INTERNAL),
        (service(LB, "service.beta.kubernetes.io/aws-load-balancer-type: external"), Reach.INTERNAL),
        (service(LB + ", loadBalancerSourceRanges: [10.0.0.0/8]"), Reach.INTERNAL),
        (service(LB + ", loadBalancerSourceRanges: [0.0.0.0/0]"), Reach.PUBLIC),
        (service() + ingress(), Reach.PUBLIC),
        (service() + ingress(spec=", ingressClassName: alb"), Reach.INTERNAL),
        (service() + ingress("alb.ingress.kubernetes.io/scheme: internet-facing"), Reach.PUBLIC),
        (service() + GATEWAY + HTTPROUTE, Reach.PUBLIC),
        (service() + GATEWAY.replace("eg,", "gke-l7-rilb,") + HTTPROUTE, Reach.INTERNAL),
        (service() + HTTPROUTE.replace("{name: g}", "{kind: Service, name: web}"), Reach.CLUSTER),
    ],
)
def test_reach(scan: Scan, text: str, reach: Reach) -> None:
    found = exposure(scan(a=WEB + text))

    assert found.reach is reach
    assert bool(found.path) is (text != "")


def test_the_path_proves_it(scan: Scan) -> None:
    found = exposure(scan(a=WEB + service() + ingress()))

    assert [h.text for h in found.path] == ["Ingress 'i'", "Service 'web'"]


def test_isolated_and_host_network(scan: Scan) -> None:
    deny = "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p}\nspec: {podSelector: {}}\n"

    assert exposure(scan(a=WEB + service() + deny)).reach is Reach.ISOLATED
    assert exposure(scan(a=deployment("web", spec="hostNetwork: true"))).reach is Reach.INTERNAL


def test_loopback_only_where_a_flag_says_so(scan: Scan) -> None:
    text = (
        "apiVersion: v1\n"
        "kind: Pod\n"
        "metadata: {name: p}\n"
        "spec: {containers: [{name: c, image: x/vllm-openai:v1, args: [--host, 127.0.0.1]}]}\n"
    )

    assert exposure(scan(a=text)).reach is Reach.LOOPBACK
    assert exposure(scan(a=text.replace("127.0.0.1", "10.0.0.1"))).reach is Reach.CLUSTER


TLS_OPTION = """---
apiVersion: traefik.io/v1alpha1
kind: TLSOption
metadata: {{name: mtls}}
spec: {{clientAuth: {{secretNames: [ca], clientAuthType: {}}}}}
"""
INGRESS_ROUTE = """---
apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata: {name: r}
spec:
  routes: [{match: Host(`a.example`), services: [{name: web, port: 80}]}]
  tls: {secretName: c, options: {name: mtls}}
"""
CLIENT_POLICY = """---
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: ClientTrafficPolicy
metadata: {{name: c}}
spec: {{targetRefs: [{{kind: Gateway, name: g}}], tls: {{clientValidation: {{{}}}}}}}
"""


@pytest.mark.parametrize(
    ("text", "authenticated", "unknown"),
    [
        (ingress(), "", False),
        (ingress("nginx.ingress.kubernetes.io/auth-url: 'https://a.example'"), "auth-url", False),
        (ingress("nginx.ingress.kubernetes.io/auth-type: basic"), "basic authentication", False),
        (ingress("alb.ingress.kubernetes.io/auth-type: none"), "", False),
        (ingress("konghq.com/plugins: missing"), "", True),
        (ingress("traefik.ingress.kubernetes.io/router.middlewares: default-x@kubernetescrd"), "", True),
        (
            ingress("konghq.com/plugins: k")
            + "---\napiVersion: configuration.konghq.com/v1\nkind: KongPlugin\nmetadata: {name: k}\nplugin: key-auth\n",
            "Kong key-auth",
            False,
        ),
        (ingress("haproxy-ingress.github.io/auth-tls-secret: a/ca"), "client certificates", False),
        (
            ingress(
                "haproxy-ingress.github.io/auth-tls-secret: a/ca, "
                "haproxy-ingress.github.io/auth-tls-verify-client: optional"
            ),
            "",
            False,
        ),
        (
            ingress("""alb.ingress.kubernetes.io/mutual-authentication: '[{"port": 443, "mode": "verify"}]'"""),
            "client certificates",
            False,
        ),
        (
            ingress("""alb.ingress.kubernetes.io/mutual-authentication: '[{"port": 443, "mode": "passthrough"}]'"""),
            "",
            False,
        ),
        (ingress("traefik.ingress.kubernetes.io/router.tls.options: default-mtls@kubernetescrd"), "", True),
        (
            ingress("traefik.ingress.kubernetes.io/router.tls.options: default-mtls@kubernetescrd")
            + TLS_OPTION.format("RequireAndVerifyClientCert"),
            "client certificates",
            False,
        ),
        (
            ingress("traefik.ingress.kubernetes.io/router.tls.options: default-mtls@kubernetescrd")
            + TLS_OPTION.format("VerifyClientCertIfGiven"),
            "",
            False,
        ),
        (INGRESS_ROUTE, "", True),
        (INGRESS_ROUTE + TLS_OPTION.format("RequireAndVerifyClientCert"), "client certificates", False),
        (GATEWAY + HTTPROUTE + CLIENT_POLICY.format("caCertificateRefs: [{name: ca}]"), "client certificates", False),
        (GATEWAY + HTTPROUTE + CLIENT_POLICY.format("optional: true, caCertificateRefs: [{name: ca}]"), "", False),
        (
            GATEWAY
            + HTTPROUTE
            + "---\napiVersion: gateway.envoyproxy.io/v1alpha1\nkind: SecurityPolicy\nmetadata: {name: s}\n"
            "spec: {targetRefs: [{kind: Gateway, name: g}], jwt: {}}\n",
            "SecurityPolicy 's'",
            False,
        ),
        (
            GATEWAY
            + HTTPROUTE
            + "---\napiVersion: gateway.envoyproxy.io/v1alpha1\nkind: SecurityPolicy\nmetadata: {name: s}\n"
            "spec: {targetRefs: [{kind: Gateway, name: g}], cors: {}}\n",
            "",
            False,
        ),
    ],
)
def test_authentication_in_front(scan: Scan, text: str, authenticated: str, unknown: bool) -> None:
    found = exposure(scan(a=WEB + service() + text))

    assert found.reach is Reach.PUBLIC
    assert (found.authenticated, bool(found.unknown)) == (authenticated, unknown)


def test_a_request_token_needs_both_policies_of_the_mesh(scan: Scan) -> None:
    head = "---\napiVersion: security.istio.io/v1\nkind: {}\nmetadata: {{name: m}}\nspec: {}\n"
    rules = head.format("AuthorizationPolicy", "{rules: [{from: [{source: {requestPrincipals: ['*']}}]}]}")
    tokens = head.format("RequestAuthentication", "{jwtRules: [{issuer: x}]}")

    assert not exposure(scan(a=WEB + service(LB) + rules)).authenticated
    assert exposure(scan(a=WEB + service(LB) + rules + tokens)).authenticated == "AuthorizationPolicy 'm'"


def test_what_authenticates_counts_inside_the_cluster_too(scan: Scan) -> None:
    deny = "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p}\nspec: {podSelector: {}}\n"
    head = "---\napiVersion: security.istio.io/v1\nkind: {}\nmetadata: {{name: m}}\nspec: {}\n"
    mesh = head.format("AuthorizationPolicy", "{rules: [{from: [{source: {requestPrincipals: ['*']}}]}]}")
    mesh += head.format("RequestAuthentication", "{jwtRules: [{issuer: x}]}")

    alone, isolated = exposure(scan(a=WEB + mesh)), exposure(scan(a=WEB + service() + deny + mesh))
    assert (alone.reach, alone.authenticated) == (Reach.CLUSTER, "AuthorizationPolicy 'm'")
    assert (isolated.reach, isolated.authenticated) == (Reach.ISOLATED, "AuthorizationPolicy 'm'")


def test_virtual_service_counts_only_at_a_gateway(scan: Scan) -> None:
    text = (
        "---\n"
        "apiVersion: networking.istio.io/v1\n"
        "kind: VirtualService\n"
        "metadata: {name: v}\n"
        "spec: {gateways: [g], hosts: [a.example], http: [{route: [{destination: {host: web}}]}]}\n"
    )

    assert exposure(scan(a=WEB + service() + text)).reach is Reach.PUBLIC
    assert exposure(scan(a=WEB + service() + text.replace("[g]", "[mesh]"))).reach is Reach.CLUSTER


def test_inference_pool(scan: Scan) -> None:
    pool = "---\napiVersion: {}\nkind: InferencePool\nmetadata: {{name: web}}\nspec: {{selector: {}}}\n"
    route = HTTPROUTE.replace("{name: web}", "{kind: InferencePool, name: web}")
    new = pool.format("inference.networking.k8s.io/v1", "{matchLabels: {app: web}}")
    old = pool.format("inference.networking.x-k8s.io/v1alpha2", "{app: web}")

    assert exposure(scan(a=WEB + new + route)).reach is Reach.PUBLIC
    assert exposure(scan(a=WEB + old + route)).reach is Reach.PUBLIC


def test_kserve_visibility(scan: Scan) -> None:
    text = (
        "apiVersion: serving.kserve.io/v1beta1\n"
        "kind: InferenceService\n"
        "metadata: {{name: s, labels: {{{}}}}}\n"
        "spec: {{predictor: {{model: {{modelFormat: {{name: sklearn}}, storageUri: 'gs://b/m'}}}}}}\n"
    )

    assert exposure(scan(a=text.format(""))).reach is Reach.PUBLIC
    assert exposure(scan(a=text.format("networking.kserve.io/visibility: cluster-local"))).reach is Reach.CLUSTER


@pytest.mark.parametrize(
    ("kind", "notes", "spec", "reach"),
    [
        ("kaito.sh/v1beta1 Workspace", "kaito.sh/enablelb: 'True'", "", Reach.PUBLIC),
        ("kaito.sh/v1beta1 Workspace", "kaito.sh/enablelb: 'true'", "", Reach.CLUSTER),
        ("kaito.sh/v1alpha1 RAGEngine", "kaito.sh/enablelb: 'True'", "", Reach.PUBLIC),
        ("milvus.io/v1beta1 Milvus", "", "components: {proxy: {serviceType: LoadBalancer}}", Reach.PUBLIC),
        ("milvus.io/v1beta1 Milvus", "", "components: {standalone: {serviceType: ClusterIP}}", Reach.CLUSTER),
        (
            "milvus.io/v1beta1 Milvus",
            "",
            "components: {proxy: {serviceType: LoadBalancer, "
            "serviceAnnotations: {networking.gke.io/load-balancer-type: Internal}}}",
            Reach.INTERNAL,
        ),
        ("milvus.io/v1beta1 Milvus", "", "components: {standalone: {ingress: {hosts: [a.example]}}}", Reach.PUBLIC),
    ],
)
def test_what_operators_publish(scan: Scan, kind: str, notes: str, spec: str, reach: Reach) -> None:
    api, _, name = kind.partition(" ")
    body = "inference: {preset: {name: m}}\n" if name == "Workspace" else f"spec: {{{spec}}}\n"
    arch = scan(a=f"apiVersion: {api}\nkind: {name}\nmetadata: {{name: x, annotations: {{{notes}}}}}\n{body}")

    assert exposure(arch).reach is reach


def test_impact_has_reasons(scan: Scan) -> None:
    assert impact(scan(a=WEB)) == Importance(Impact.LOW, ())
    assert impact(scan(a=WEB + service(LB))).reasons == ("public without authentication",)
    noted = deployment("web", metadata=", annotations: {hullmark.dev/data-class: restricted}")
    (reason,) = impact(scan(a=noted)).because
    assert (reason.impact, reason.text) == (Impact.HIGH, "declared data class restricted")


def test_dependants(scan: Scan) -> None:
    caller = deployment("ui").replace(
        "image: registry.example/ui:1", "image: x, env: [{name: API, value: 'http://web:8000/v1'}]"
    )
    arch = scan(a=WEB + service() + caller)

    assert [w.name for w in arch.dependants(arch.workloads[0])] == ["ui"]
    assert "1 workload depends on it" in impact(arch).reasons


_LITELLM = """
apiVersion: v1
kind: Pod
metadata: {{name: g, labels: {{app: g}}}}
spec:
  containers:
    - {{name: g, image: "ghcr.io/berriai/litellm:v1.77.0", env: [{}], volumeMounts: [{{name: c, mountPath: /etc/litellm}}]}}
  volumes: [{{name: c, configMap: {{name: litellm}}}}]
---
apiVersion: v1
kind: Service
metadata: {{name: g}}
spec: {{type: LoadBalancer, selector: {{app: g}}, ports: [{{port: 4000}}]}}
"""
_CONFIG = """---
apiVersion: v1
kind: ConfigMap
metadata: {{name: litellm}}
data:
  config.yaml: |
    general_settings:
      {}
"""
_BY_CONFIG = "the master_key of its configuration"
_KEY = "{name: PROXY_KEY, valueFrom: {secretKeyRef: {name: s, key: k}}}"


@pytest.mark.parametrize(
    ("variables", "setting", "authenticated", "unknown"),
    [
        ("", "master_key: sk-9f2c", _BY_CONFIG, False),
        ("", "master_key: sk-1234", "", False),
        ("{name: PROXY_KEY, value: sk-1234}", "master_key: os.environ/PROXY_KEY", "", False),
        ("{name: LITELLM_MASTER_KEY, value: sk-1234}", "drop_params: true", "", False),
        ("{name: LITELLM_MASTER_KEY, value: sk-9f2c}", "drop_params: true", "LITELLM_MASTER_KEY", False),
        (_KEY, "master_key: os.environ/PROXY_KEY", _BY_CONFIG, False),
        ("", "master_key: os.environ/PROXY_KEY", "", False),
        ("", "# master_key: sk-1234", "", False),
        ("", "master_key: null", "", False),
        ("", None, "", True),
    ],
)
def test_litellm_reads_its_key_from_a_mounted_file(
    scan: Scan, variables: str, setting: str | None, authenticated: str, unknown: bool
) -> None:
    text = _LITELLM.format(variables) + ("" if setting is None else _CONFIG.format(setting))

    found = exposure(scan(a=text))

    assert (found.reach, found.authenticated, bool(found.unknown)) == (Reach.PUBLIC, authenticated, unknown)


_KEYLESS = "{name: LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY, value: 'true'}"


@pytest.mark.parametrize(
    ("tag", "variables", "setting", "authenticated", "unknown"),
    [
        ("v1.103.11-stable", "", "drop_params: true", "", False),
        ("main-v1.83.7-stable", "", "drop_params: true", "", False),
        ("v1.104.0", "", "drop_params: true", "the master key without which it does not start", False),
        ("main-v2.0.1", "", "drop_params: true", "the master key without which it does not start", False),
        ("v1.104.0", "", "master_key: sk-1234", "the master key without which it does not start", False),
        ("v1.104.0", _KEYLESS, "master_key: sk-1234", "", False),
        ("main-stable", "", "master_key: 'sk-1234'", "", True),
        ("v1.104.0", _KEYLESS, "drop_params: true", "", False),
        ("v1.104.0", "", "dangerously_permit_weak_or_unset_master_key: true", "", False),
        ("v1.104.0", "", "dangerously_permit_weak_or_unset_master_key: false", "the master key without which it does not start", False),
        ("main-stable", "", "drop_params: true", "", True),
        ("main-stable", "", "master_key: sk-1", _BY_CONFIG, False),
        ("v1.104.0", "", None, "", True),
    ],
)  # fmt: skip
def test_litellm_starts_without_a_key_only_in_old_releases_or_when_told_to(
    scan: Scan, tag: str, variables: str, setting: str | None, authenticated: str, unknown: bool
) -> None:
    text = _LITELLM.format(variables) + ("" if setting is None else _CONFIG.format(setting))

    found = exposure(scan(a=text.replace("v1.77.0", tag)))

    assert (found.authenticated, bool(found.unknown)) == (authenticated, unknown)


ALIAS = """---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: front}
spec: {type: ExternalName, externalName: NAME, ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: model, namespace: back}
spec: {selector: {app: model}, ports: [{port: 80}]}
"""


@pytest.mark.parametrize(
    ("name", "reach"),
    [
        ("model.back.svc.cluster.local", Reach.PUBLIC),
        ("Model.back.svc.", Reach.PUBLIC),
        ("model.other.svc.cluster.local", Reach.CLUSTER),
        ("model.example.com", Reach.CLUSTER),
        ("web.front.svc.cluster.local", Reach.CLUSTER),
    ],
)
def test_a_name_of_another_service_leads_to_what_that_one_selects(scan: Scan, name: str, reach: Reach) -> None:
    front = ingress().replace("{name: i,", "{name: i, namespace: front,")
    arch = scan(a=deployment("model", "back") + ALIAS.replace("NAME", name) + front)

    assert exposure(arch).reach is reach

"""A generated estate for the benchmarks of the graph: teams with model servers, gateways, databases and policies.

One team is a namespace with ten workloads, five Services, two network policies of which one denies by default, an
Ingress, accounts with roles, secrets, configuration and claims; workloads call each other's Services, inside the
namespace and in others. The numbers grow with the number of teams and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator

WORKLOADS, SERVICES, POLICIES = 10, 5, 2
"""What one team brings."""

_HEAD = """\
apiVersion: v1
kind: Namespace
metadata: {{name: {ns}, labels: {{team: {ns}, tier: t{tier}}}}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: default-deny, namespace: {ns}}}
spec: {{podSelector: {{}}, policyTypes: [Ingress]}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: within, namespace: {ns}}}
spec:
  podSelector: {{matchLabels: {{team: {ns}}}}}
  ingress:
    - from:
        - podSelector: {{}}
        - namespaceSelector: {{matchLabels: {{kubernetes.io/metadata.name: {other}}}}}
          podSelector: {{matchLabels: {{app: app-0}}}}
      ports: [{{protocol: TCP, port: 8000}}]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {{name: web, namespace: {ns}}}
spec:
  rules:
    - host: {ns}.example.com
      http: {{paths: [{{path: /, pathType: Prefix, backend: {{service: {{name: app-0, port: {{number: 80}}}}}}}}]}}
---
apiVersion: v1
kind: ConfigMap
metadata: {{name: settings, namespace: {ns}}}
data:
  MODEL_URL: http://app-1.{ns}.svc.cluster.local:80/v1
  gateway.yaml: |
    model_list:
      - model_name: chat
        litellm_params: {{model: openai/chat, api_base: "http://app-1:80/v1"}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {{name: weights, namespace: {ns}}}
spec: {{accessModes: [ReadWriteMany], resources: {{requests: {{storage: 10Gi}}}}}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {{name: reader, namespace: {ns}}}
rules: [{{apiGroups: [""], resources: [secrets], verbs: [get, list]}}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {{name: reader, namespace: {ns}}}
roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}}
subjects: [{{kind: ServiceAccount, name: runner, namespace: {ns}}}]
---
apiVersion: v1
kind: ServiceAccount
metadata: {{name: runner, namespace: {ns}}}
"""

_WORKLOAD = """\
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: app-{i}, namespace: {ns}}}
spec:
  selector: {{matchLabels: {{app: app-{i}}}}}
  template:
    metadata: {{labels: {{app: app-{i}, team: {ns}}}}}
    spec:
      serviceAccountName: runner
      containers:
        - name: main
          image: {image}
          args: [--model, "org/model-{i}", --upstream=http://app-{next}:80]
          envFrom: [{{configMapRef: {{name: settings}}}}]
          env:
            - {{name: PEER, value: "http://app-{peer}.{other}.svc:80"}}
            - {{name: DATABASE_URL, value: "postgresql://u:p@app-4.{ns}:5432/app"}}
            - {{name: OPENAI_BASE_URL, value: "https://api.openai.com/v1"}}
            - name: TOKEN
              valueFrom: {{secretKeyRef: {{name: token, key: value}}}}
          ports: [{{name: http, containerPort: 8000}}]
          volumeMounts: [{{name: weights, mountPath: /models}}, {{name: settings, mountPath: /etc/app}}]
      volumes:
        - {{name: weights, persistentVolumeClaim: {{claimName: weights}}}}
        - {{name: settings, configMap: {{name: settings}}}}
"""

_SERVICE = """\
---
apiVersion: v1
kind: Service
metadata: {{name: app-{i}, namespace: {ns}}}
spec:
  selector: {{app: app-{i}}}
  ports: [{{name: http, port: 80, targetPort: http}}]
"""


_IMAGES = {1: "vllm/vllm-openai:v0.11.0", 2: "vllm/vllm-openai:v0.11.0", 4: "postgres:16"}
_CARELESS = {
    **_IMAGES,
    0: "ghcr.io/open-webui/open-webui:v0.6.34",
    3: "quay.io/jupyter/scipy-notebook:2025-11-03",
    5: "ghcr.io/berriai/litellm:v1.79.0",
    6: "langchain/langgraph-api:3.12",
}
"""What the workloads of a team run; others run programs of its own."""


def teams(count: int, *, careless: bool = False) -> Iterator[tuple[str, str]]:
    """The file name and text of every team; a careless one has a public interface, a notebook and an agent too."""
    images = _CARELESS if careless else _IMAGES
    for number in range(count):
        ns, other = f"team-{number}", f"team-{(number + 1) % count}"
        parts = [_HEAD.format(ns=ns, other=other, tier=number % 3)]
        for i in range(WORKLOADS):
            image = images.get(i, "registry.example/app:1")
            peer, following = (i + 1) % SERVICES, (i + 1) % SERVICES
            parts.append(_WORKLOAD.format(ns=ns, other=other, i=i, image=image, peer=peer, next=following))
        parts.extend(_SERVICE.format(ns=ns, i=i) for i in range(SERVICES))
        yield f"{ns}.yaml", "".join(parts)

"""Secrets, configuration and volumes that pods are given."""

from __future__ import annotations

from drawing import deployment, draw, edges, lines, one, pairs

APP = "workload/-/Deployment/app"
SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {name: token}\ntype: Opaque\n"


def test_secrets_and_configuration_as_variables() -> None:
    text = deployment(
        "app",
        "env: [{name: T, valueFrom: {secretKeyRef: {name: token, key: t}}}, {name: M, valueFrom: {configMapKeyRef: {name: set, key: m}}}]"
        "\n          envFrom: [{secretRef: {name: all}}, {configMapRef: {name: more}}]",
        spec="imagePullSecrets: [{name: pull}]",
    )
    graph = draw(text, SECRET)
    found = edges(graph, "reads")

    assert {t for s, t in found if s == APP} == {
        "secret/-/Secret/token",
        "config/-/ConfigMap/set",
        "secret/-/Secret/all",
        "config/-/ConfigMap/more",
        "secret/-/Secret/pull",
    }
    edge = found[APP, "secret/-/Secret/token"]
    assert (lines(edge), edge.evidence[0].text) == (["13:token"], "variable 'T' of container 'main'")
    assert one(graph, "Secret/token").declared
    assert not one(graph, "Secret/all").declared


def test_secrets_and_configuration_as_files() -> None:
    text = deployment(
        "app",
        "volumeMounts: [{name: s, mountPath: /etc/s}, {name: p, mountPath: /etc/p}]",
        spec="volumes: [{name: s, secret: {secretName: token}}, {name: c, configMap: {name: set}},"
        " {name: p, projected: {sources: [{secret: {name: in}}, {configMap: {name: out}}]}}]",
    )
    found = edges(draw(text), "mounts")

    assert {t for _, t in found} == {
        "secret/-/Secret/token",
        "config/-/ConfigMap/set",
        "secret/-/Secret/in",
        "config/-/ConfigMap/out",
    }
    edge = found[APP, "secret/-/Secret/token"]
    assert (lines(edge), edge.evidence[0].text) == (["9:token"], "volume 's' at '/etc/s' of container 'main'")
    assert "no container mounts" in found[APP, "config/-/ConfigMap/set"].evidence[0].text


CLAIM = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data}\nspec: {accessModes: [ReadWriteMany], storageClassName: nfs}\n"


def mounted(more: str = "", volume: str = "") -> str:
    return deployment(
        "app",
        f"volumeMounts: [{{name: d, mountPath: /data{more}}}]",
        spec=f"volumes: [{{name: d, persistentVolumeClaim: {{claimName: data{volume}}}}}]",
    )


def test_a_claim_is_read_and_may_be_written() -> None:
    graph = draw(mounted(), CLAIM)
    store = "data-store/-/PersistentVolumeClaim/data"

    assert lines(edges(graph, "mounts")[APP, store]) == ["13:/data", "9:data"]
    assert edges(graph, "reads")[APP, store].certain
    assert not edges(graph, "writes")[APP, store].certain
    facts = one(graph, "PersistentVolumeClaim/data").facts
    assert (facts["access-modes"], facts["storage-class"], facts["sharing"]) == ("ReadWriteMany", "nfs", "owned")


def test_a_claim_that_cannot_be_written() -> None:
    for text in (mounted(", readOnly: true"), mounted(volume=", readOnly: true")):
        graph = draw(text, CLAIM)
        assert edges(graph, "writes") == {}
        assert next(iter(edges(graph, "mounts").values())).facts["read-only"] == "yes"
    assert edges(draw(mounted(), CLAIM.replace("ReadWriteMany", "ReadOnlyMany")), "writes") == {}


def test_claims_from_templates_directories_shares_and_buckets() -> None:
    text = """
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  selector: {matchLabels: {app: db}}
  volumeClaimTemplates: [{metadata: {name: data}, spec: {accessModes: [ReadWriteOnce]}}]
  template:
    metadata: {labels: {app: db}}
    spec:
      containers:
        - name: main
          image: x:1
          volumeMounts:
            - {name: data, mountPath: /data}
            - {name: host, mountPath: /host}
            - {name: share, mountPath: /share}
            - {name: bucket, mountPath: /bucket, readOnly: true}
            - {name: tmp, mountPath: /tmp}
      volumes:
        - {name: host, hostPath: {path: /var/lib/models}}
        - {name: share, nfs: {server: nas.lan, path: /models}}
        - {name: bucket, csi: {driver: gcsfuse.csi.storage.gke.io, volumeAttributes: {bucketName: weights}}}
        - {name: tmp, emptyDir: {}}
"""
    found = edges(draw(text), "mounts")

    assert {t for _, t in found} == {
        "data-store/-/PersistentVolumeClaim/data-db",
        "data-store/host-path/var/lib/models",
        "data-store/nfs/nas.lan/models",
        "data-store/bucket/gs/weights",
    }


def test_a_template_comes_before_a_claim_of_the_same_volume() -> None:
    pods = "spec: {containers: [{name: c, image: 'x:1', volumeMounts: [{name: d, mountPath: /d}]}], volumes: [VOLUME]}"
    named = pods.replace("VOLUME", "{name: d, persistentVolumeClaim: {claimName: other}}")
    template = "volumeClaimTemplates: [{metadata: {name: d}, spec: {accessModes: [ReadWriteOnce]}}]"
    text = f"""
apiVersion: apps/v1
kind: StatefulSet
metadata: {{name: db}}
spec: {{selector: {{matchLabels: {{a: b}}}}, {template}, template: {{metadata: {{labels: {{a: b}}}}, {named}}}}}
"""
    [edge] = edges(draw(text), "mounts").values()

    assert edge.target == "data-store/-/PersistentVolumeClaim/d-db"
    assert [v.text for v in edge.evidence] == ["mounted at '/d' of container 'c'"]
    assert one(draw(text), "d-db").facts["template"] == "one for each pod"


def test_the_steps_of_a_workflow_share_what_is_made_from_its_template() -> None:
    text = """
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {name: flow}
spec:
  volumeClaimTemplates: [{metadata: {name: work}, spec: {accessModes: [ReadWriteOnce]}}]
  templates:
  - {name: a, container: {image: 'x:1', volumeMounts: [{name: work, mountPath: /w}]}}
  - {name: b, container: {image: 'x:1', volumeMounts: [{name: work, mountPath: /w}]}}
"""
    graph = draw(text)

    assert len(edges(graph, "mounts")) == 2
    assert one(graph, "work-flow").facts["template"] == "one for each run"


def test_what_lies_behind_a_claim() -> None:
    volume = "apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: pv}\nspec: {hostPath: {path: /mnt/m}}\n"
    graph = draw(mounted(), CLAIM.replace("spec: {", "spec: {volumeName: pv, "), volume)

    assert ("PersistentVolumeClaim/data", "data-store/host-path/mnt/m") in pairs(graph, "depends-on")


def test_what_operators_give_to_the_pods_they_make() -> None:
    text = """
apiVersion: apps.nvidia.com/v1alpha1
kind: NIMService
metadata: {name: nim}
spec:
  image: {repository: nvcr.io/nim/meta/llama-3.1-8b-instruct, tag: '1', pullSecrets: [ngc-secret]}
  authSecret: ngc-api
  storage: {pvc: {name: cache}}
"""
    graph = draw(text)

    assert {(s, t) for s, t in pairs(graph, "reads") if t.startswith("Secret")} == {
        ("NIMService/nim", "Secret/ngc-secret"),
        ("NIMService/nim", "Secret/ngc-api"),
    }
    assert ("NIMService/nim", "PersistentVolumeClaim/cache") in pairs(graph, "mounts")


def test_who_makes_a_secret() -> None:
    text = """
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: hub}
spec: {secretStoreRef: {kind: ClusterSecretStore, name: vault}, target: {name: token}}
"""
    graph = draw(text, deployment("app", "envFrom: [{secretRef: {name: token}}]"))
    secret = one(graph, "Secret/token")

    assert secret.declared
    assert secret.facts["made-by"] == "ExternalSecret 'hub'"
    assert ("Secret/token", "ClusterSecretStore/vault") in pairs(graph, "depends-on")


def test_where_a_nim_keeps_its_models() -> None:
    text = """
apiVersion: apps.nvidia.com/v1alpha1
kind: NIMCache
metadata: {name: keep}
spec:
  source: {ngc: {modelPuller: 'nvcr.io/nim/meta/llama:1', pullSecret: p, authSecret: a}}
  storage: {pvc: {create: true, size: 50Gi, volumeAccessMode: ReadWriteMany}}
---
apiVersion: apps.nvidia.com/v1alpha1
kind: NIMService
metadata: {name: llm}
spec:
  image: {repository: nvcr.io/nim/meta/llama, tag: '1'}
  storage: {readOnly: true, nimCache: {name: keep}}
---
apiVersion: apps.nvidia.com/v1alpha1
kind: NIMPipeline
metadata: {name: rag}
spec:
  services:
    - {name: embed, spec: {image: {repository: nvcr.io/nim/e, tag: '1'}, storage: {pvc: {create: true}}}}
    - {name: other, spec: {image: {repository: nvcr.io/nim/o, tag: '1'}, storage: {nimCache: {name: keep}}}}
"""
    graph = draw(text)
    used = {
        ("NIMCache/keep", "PersistentVolumeClaim/keep-pvc"),
        ("NIMService/llm", "PersistentVolumeClaim/keep-pvc"),
        ("NIMPipeline/rag/embed", "PersistentVolumeClaim/embed-pvc"),
        ("NIMPipeline/rag/other", "PersistentVolumeClaim/keep-pvc"),
    }

    assert pairs(graph, "mounts") == used
    assert {p for p in pairs(graph, "reads") if "Claim" in p[1]} == used
    assert pairs(graph, "writes") == used - {("NIMService/llm", "PersistentVolumeClaim/keep-pvc")}
    assert one(graph, "keep-pvc").facts["sharing"] == "shared"


def test_a_claim_in_a_field_is_read_and_may_be_written() -> None:
    text = """
apiVersion: apps.nvidia.com/v1alpha1
kind: NemoGuardrail
metadata: {name: rails}
spec:
  image: {repository: nvcr.io/nvidia/nemo-microservices/guardrails, tag: '1'}
  configStore: {pvc: {name: rules, create: true}}
"""
    graph = draw(text)
    pair = ("NemoGuardrail/rails", "PersistentVolumeClaim/rules")

    assert all(pair in pairs(graph, kind) for kind in ("mounts", "reads", "writes"))

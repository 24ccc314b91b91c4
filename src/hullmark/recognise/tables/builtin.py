"""Kubernetes' own workload kinds, and those that are shaped like them.

https://kubernetes.io/docs/concepts/workloads/ and the API references of the projects named in the groups.
"""

from __future__ import annotations

from hullmark.recognise import knative
from hullmark.recognise.kinds import CLUSTER_DECIDES, ONE, Count, Kind, Pods, Table

_POD = Pods(carrier="", template="", replicas=ONE)
_JOB_PODS = {"job-name": "{name}", "batch.kubernetes.io/job-name": "{name}"}
_JOB = Kind((Pods(replicas=Count("parallelism"), labels=_JOB_PODS),), lifetime="task")
_CRON_JOB = Kind((Pods("spec.jobTemplate.spec", replicas=Count("parallelism")),), lifetime="task")
_DAEMON_SET = Kind((Pods(replicas=CLUSTER_DECIDES),), lifetime="daemon")
_PROBED = frozenset({"readiness-probe"})
_REVISIONS = Pods(replicas=knative.replicas, assemble=knative.revision)
_SERVICE = {"serving.knative.dev/service": "{name}", "serving.knative.dev/configuration": "{name}"}
_ADVANCED_CRON_JOB = Kind(
    (
        Pods("spec.template.jobTemplate.spec", replicas=Count("parallelism")),
        Pods("spec.template.broadcastJobTemplate.spec", replicas=CLUSTER_DECIDES),
    ),
    lifetime="task",
)

KINDS: Table = {
    "Pod": Kind((_POD,)),
    "PodTemplate": Kind((Pods("", replicas=CLUSTER_DECIDES),), template=True),
    "ReplicationController": Kind(),
    "Deployment.apps": Kind(),
    "StatefulSet.apps": Kind(),
    "ReplicaSet.apps": Kind(),
    "DaemonSet.apps": _DAEMON_SET,
    "Deployment.extensions": Kind(),
    "ReplicaSet.extensions": Kind(),
    "DaemonSet.extensions": _DAEMON_SET,
    "Job.batch": _JOB,
    "CronJob.batch": _CRON_JOB,
    "DeploymentConfig.apps.openshift.io": Kind((Pods(labels={"deploymentconfig": "{name}"}),)),
    "Rollout.argoproj.io": Kind(),
    "Service.serving.knative.dev": Kind((_REVISIONS._replace(labels=_SERVICE),), injected=_PROBED),
    "Configuration.serving.knative.dev": Kind(
        (_REVISIONS._replace(labels={"serving.knative.dev/configuration": "{name}"}),), injected=_PROBED
    ),
    "Revision.serving.knative.dev": Kind((Pods("", replicas=CLUSTER_DECIDES, assemble=knative.revision),)),
    "CloneSet.apps.kruise.io": Kind(),
    "StatefulSet.apps.kruise.io": Kind(),
    "DaemonSet.apps.kruise.io": _DAEMON_SET,
    "BroadcastJob.apps.kruise.io": Kind((Pods(replicas=CLUSTER_DECIDES),), lifetime="task"),
    "AdvancedCronJob.apps.kruise.io": _ADVANCED_CRON_JOB,
}
"""Deployments and their likes."""

"""Placement as kube-scheduler does it: its filters, default scores, preemption and words, over an indexed cluster.

`reading` turns Kubernetes objects into `shape.Shape` and `shape.Node`, `cluster.Cluster` holds what is placed where,
`decide` finds, ranks and explains nodes for a pod, `preempt` and `gang` do what their names say. Rules are those of
kube-scheduler v1.34 (https://github.com/kubernetes/kubernetes/tree/v1.34.1/pkg/scheduler/framework/plugins); where an
older version differs, `profile.Profile` says so. ``bench/scheduler_fidelity.py`` replays decisions of a real one.
"""

"""Small manifests of every family, and what is to be recognised in them: data for ``test_kinds``.

A case is a name, a manifest in which ``POD`` stands for a PodSpec with one container, and a line for each pod set:
its name, how many pods (wanted, least, most; ``?`` for unknown), its containers, and labels the operator adds.
"""

from __future__ import annotations

POD = "{containers: [{name: c, image: i}]}"

CASES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("Pod.v1", "spec: POD", ("- 1 1 1 c",)),
    ("PodTemplate.v1", "template: {spec: POD}", ("- ? ? ? c",)),
    ("ReplicationController.v1", "spec: {replicas: 2, template: {spec: POD}}", ("- 2 2 2 c",)),
    ("Deployment.apps/v1", "spec: {replicas: 0, selector: {}, template: {spec: POD}}", ("- 0 0 0 c",)),
    ("StatefulSet.apps/v1", "spec: {replicas: 2.0, selector: {}, template: {spec: POD}}", ("- 2 2 2 c",)),
    ("DaemonSet.apps/v1", "spec: {selector: {}, template: {spec: POD}}", ("- ? ? ? c",)),
    ("Job.batch/v1", "spec: {parallelism: 3, template: {spec: POD}}", ("- 3 3 3 c job-name=x",)),
    ("CronJob.batch/v1", "spec: {jobTemplate: {spec: {template: {spec: POD}}}}", ("- 1 1 1 c",)),
    ("DeploymentConfig.apps.openshift.io/v1", "spec: {template: {spec: POD}}", ("- 1 1 1 c deploymentconfig=x",)),
    ("Rollout.argoproj.io/v1alpha1", "spec: {replicas: 4, template: {spec: POD}}", ("- 4 4 4 c",)),
    (
        "Service.serving.knative.dev/v1",
        "spec: {template: {metadata: {annotations: {autoscaling.knative.dev/min-scale: '2', "
        "autoscaling.knative.dev/maxScale: '5'}}, spec: POD}}",
        ("- 2 2 5 c serving.knative.dev/service=x",),
    ),
    ("Service.serving.knative.dev/v1", "spec: {template: {spec: POD}}", ("- 1 0 ? c",)),
    (
        "InferenceService.serving.kserve.io/v1beta1",
        "spec: {predictor: {maxReplicas: 3, model: {storageUri: 's3://m'}, containers: [{name: log, image: l}], "
        "workerSpec: {pipelineParallelSize: 4, containers: [{name: w}]}}, transformer: POD, "
        "canary: [{predictor: {sklearn: {storageUri: 's3://n'}}}]}",
        (
            "predictor 1 1 3 kserve-container,log serving.kserve.io/inferenceservice=x",
            "worker 3 3 3 w",
            "transformer 1 1 ? c component=transformer",
            "canary 1 1 ? kserve-container",
        ),
    ),
    (
        "InferenceService.serving.kubeflow.org/v1alpha2",
        "spec: {default: {predictor: {custom: {container: {name: own, image: i}}}}}",
        ("predictor 1 1 ? own",),
    ),
    ("ServingRuntime.serving.kserve.io/v1alpha1", "spec: POD", ("- ? ? ? c",)),
    (
        "LLMInferenceService.serving.kserve.io/v1alpha2",
        "spec: {replicas: 2, parallelism: {data: 8, dataLocal: 2}, template: POD, worker: POD, "
        "prefill: {replicas: 3}, router: {scheduler: {template: POD}}}",
        (
            "main 2 2 2 c kserve.io/component=workload",
            "worker 6 6 6 c",
            "prefill 3 3 3 main",
            "scheduler 1 1 1 c app.kubernetes.io/component=llminferenceservice-router-scheduler",
        ),
    ),
    (
        "RayCluster.ray.io/v1",
        "spec: {headGroupSpec: {template: {spec: POD}}, workerGroupSpecs: "
        "[{groupName: gpu, replicas: 1, minReplicas: 2, maxReplicas: 4, numOfHosts: 2, template: {spec: POD}}]}",
        ("head 1 1 1 c ray.io/cluster=x ray.io/node-type=head", "gpu 4 4 4 c ray.io/group=gpu ray.io/node-type=worker"),
    ),
    (
        "RayCluster.ray.io/v1",
        "spec: {enableInTreeAutoscaling: true, workerGroupSpecs: [{groupName: g, replicas: 1, template: {spec: POD}}]}",
        ("g 1 0 ? c",),
    ),
    (
        "RayService.ray.io/v1",
        "spec: {rayClusterConfig: {headGroupSpec: {template: {spec: POD}}}}",
        ("head 1 1 1 c ray.io/originated-from-cr-name=x",),
    ),
    (
        "RayJob.ray.io/v1",
        "spec: {rayClusterSpec: {headGroupSpec: {template: {spec: POD}}}, submitterPodTemplate: {spec: POD}}",
        ("head 1 1 1 c", "submitter 1 1 1 c"),
    ),
    (
        "RayCronJob.ray.io/v1",
        "spec: {jobTemplate: {rayClusterSpec: {headGroupSpec: {template: {spec: POD}}}}}",
        ("head 1 1 1 c",),
    ),
    (
        "LeaderWorkerSet.leaderworkerset.x-k8s.io/v1",
        "spec: {replicas: 2, leaderWorkerTemplate: {size: 4, leaderTemplate: {spec: POD}, workerTemplate: {spec: POD}}}",
        ("leader 2 2 2 c leaderworkerset.sigs.k8s.io/name=x", "worker 6 6 6 c"),
    ),
    (
        "LeaderWorkerSet.leaderworkerset.x-k8s.io/v1",
        "spec: {replicas: 2, leaderWorkerTemplate: {size: 4, workerTemplate: {spec: POD}}}",
        ("worker 8 8 8 c",),
    ),
    (
        "PyTorchJob.kubeflow.org/v1",
        "spec: {pytorchReplicaSpecs: {Master: {template: {spec: POD}}, Worker: {replicas: 3, template: {spec: POD}}}}",
        ("Master 1 1 1 c training.kubeflow.org/job-name=x", "Worker 3 3 3 c"),
    ),
    (
        "MPIJob.kubeflow.org/v2beta1",
        "spec: {mpiReplicaSpecs: {Launcher: {template: {spec: POD}}}}",
        ("Launcher 1 1 1 c",),
    ),
    (
        "JobSet.jobset.x-k8s.io/v1alpha2",
        "spec: {replicatedJobs: [{name: w, replicas: 2, template: {spec: {parallelism: 3, template: {spec: POD}}}}]}",
        ("w 6 6 6 c jobset.sigs.k8s.io/jobset-name=x jobset.sigs.k8s.io/replicatedjob-name=w",),
    ),
    ("Job.batch.volcano.sh/v1alpha1", "spec: {tasks: [{name: t, replicas: 2, template: {spec: POD}}]}", ("t 2 2 2 c",)),
    (
        "HyperPodPyTorchJob.sagemaker.amazonaws.com/v1",
        "spec: {replicaSpecs: [{name: pods, replicas: 8, template: {spec: POD}}]}",
        ("pods 8 8 8 c",),
    ),
    (
        "NodeSet.slinky.slurm.net/v1beta1",
        "spec: {replicas: 2, slurmd: {image: s}, template: {spec: {nodeSelector: {a: b}}}}",
        ("- 2 2 2 slurmd",),
    ),
    ("Notebook.kubeflow.org/v1", "spec: {template: {spec: POD}}", ("- 1 1 1 c notebook-name=x",)),
    (
        "NIMService.apps.nvidia.com/v1alpha1",
        "spec: {image: {repository: nvcr.io/nim/m, tag: '1'}, replicas: 2, multiNode: {parallelism: {pipeline: 2}}, "
        "sidecarContainers: [{name: s, image: s}]}",
        ("- 4 4 4 nim,s",),
    ),
    (
        "NIMService.apps.nvidia.com/v1alpha1",
        "spec: {image: {repository: r}, scale: {enabled: true, hpa: {minReplicas: 2, maxReplicas: 5}}}",
        ("- 1 2 5 nim",),
    ),
    (
        "NIMPipeline.apps.nvidia.com/v1alpha1",
        "spec: {services: [{name: a, enabled: true, spec: {image: {repository: r}, replicas: 3}}, "
        "{name: off, enabled: false, spec: {}}]}",
        ("a 3 3 3 nim",),
    ),
    (
        "NIMCache.apps.nvidia.com/v1alpha1",
        "spec: {source: {ngc: {modelPuller: 'nvcr.io/nim/m:1'}}}",
        ("- 1 1 1 nim-cache",),
    ),
    (
        "DynamoGraphDeployment.nvidia.com/v1alpha1",
        "spec: {services: {Frontend: {componentType: frontend, extraPodSpec: {mainContainer: {image: f}}}, "
        "Worker: {replicas: 2, multinode: {nodeCount: 2}, resources: {limits: {gpu: '1'}}, "
        "extraPodSpec: {mainContainer: {image: w}}}}}",
        ("Frontend 1 1 1 main", "Worker 4 4 4 main"),
    ),
    (
        "DynamoGraphDeployment.nvidia.com/v1beta1",
        "spec: {components: [{name: d, type: decode, replicas: 2, podTemplate: {spec: POD}}]}",
        ("d 2 2 2 c",),
    ),
    (
        "VLLMRuntime.production-stack.vllm.ai/v1alpha1",
        "spec: {deploymentConfig: {replicas: 2, image: {registry: docker.io, name: 'vllm/vllm-openai:v1'}}}",
        ("- 2 2 2 vllm",),
    ),
    ("Model.kubeai.org/v1", "spec: {url: 'hf://a/b', minReplicas: 1, env: {A: b}}", ("- 1 1 ? server model=x",)),
    ("Server.mlops.seldon.io/v1alpha1", "spec: {replicas: 2, podSpec: POD}", ("- 2 2 2 c",)),
    (
        "SeldonDeployment.machinelearning.seldon.io/v1",
        "spec: {predictors: [{componentSpecs: [{spec: POD}]}]}",
        ("- 1 1 1 c seldon-deployment-id=x",),
    ),
    ("Agent.kagent.dev/v1alpha2", "spec: {byo: {deployment: {image: a, cmd: run, replicas: 2}}}", ("- 2 2 2 kagent",)),
    (
        "MCPServer.toolhive.stacklok.dev/v1beta1",
        "spec: {image: m, podTemplateSpec: {spec: {containers: [{name: mcp, resources: {}}, {name: s, image: s}]}}}",
        ("- 1 1 1 mcp,s",),
    ),
    ("SandboxTemplate.extensions.agents.x-k8s.io/v1beta1", "spec: {podTemplate: {spec: POD}}", ("- ? ? ? c",)),
    (
        "Workflow.argoproj.io/v1alpha1",
        "spec: {templates: [{name: a, container: {image: i}, sidecars: [{name: s}]}, {name: b, dag: {tasks: []}}, "
        "{name: c, containerSet: {containers: [{name: one}, {name: two}]}}]}",
        ("a 1 1 1 main,s workflows.argoproj.io/workflow=x", "c 1 1 1 one,two"),
    ),
    (
        "CronWorkflow.argoproj.io/v1alpha1",
        "spec: {workflowSpec: {templates: [{name: a, script: {image: i, source: s}}]}}",
        ("a 1 1 1 main",),
    ),
    ("TaskRun.tekton.dev/v1", "spec: {taskSpec: {steps: [{name: a, image: i}, {name: b}]}}", ("- 1 1 1 a,b",)),
    (
        "SparkApplication.sparkoperator.k8s.io/v1beta2",
        "spec: {image: s, driver: {cores: 1}, executor: {instances: 3, memory: 512m}}",
        ("driver 1 1 1 spark-kubernetes-driver spark-role=driver", "executor 3 3 3 spark-kubernetes-executor"),
    ),
    (
        "SparkApplication.sparkoperator.k8s.io/v1beta2",
        "spec: {dynamicAllocation: {enabled: true, minExecutors: 1, maxExecutors: 9}, executor: {instances: 2}}",
        ("executor 2 1 9 spark-kubernetes-executor",),
    ),
    (
        "DaskCluster.kubernetes.dask.org/v1",
        "spec: {worker: {replicas: 3, spec: POD}, scheduler: {spec: POD}}",
        ("scheduler 1 1 1 c dask.org/component=scheduler", "worker 3 3 3 c"),
    ),
    (
        "FederatedLearningJob.sedna.io/v1alpha1",
        "spec: {aggregationWorker: {template: {spec: POD}}, trainingWorkers: [{template: {spec: POD}}]}",
        ("aggregationWorker 1 1 1 c", "trainingWorkers 1 1 1 c"),
    ),
    (
        "YurtAppSet.apps.openyurt.io/v1beta1",
        "spec: {workload: {workloadTemplate: {deploymentTemplate: {spec: {replicas: 2, template: {spec: POD}}}}}}",
        ("deployment 2 2 2 c",),
    ),
    ("Configuration.akri.sh/v0", "spec: {brokerSpec: {brokerPodSpec: POD}}", ("broker ? ? ? c",)),
    ("Workspace.kaito.sh/v1beta1", "resource: {count: 2}\ninference: {template: {spec: POD}}", ("- 2 2 2 c",)),
    ("Milvus.milvus.io/v1beta1", "spec: {}", ()),
    ("Experiment.kubeflow.org/v1beta1", "spec: {}", ()),
)

// Recorder puts clusters before a real kube-scheduler and writes down what it decides.
//
// It reads clusters as JSON lines (nodes, services, namespaces, owners, pdbs and pods in order) and writes them back with
// where each pod was placed, the message of those that fit nowhere, and, if asked, total scores or preemptions. The
// scheduler runs in this process against client-go's fake clientset; every pod is bound before the next one is asked for.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"sort"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	v1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	utilfeature "k8s.io/apiserver/pkg/util/feature"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/client-go/tools/events"
	"k8s.io/klog/v2"
	"k8s.io/kubernetes/pkg/scheduler"
	"k8s.io/kubernetes/pkg/scheduler/framework"
	"k8s.io/kubernetes/pkg/scheduler/profile"
)

type cluster struct {
	Nodes      []*v1.Node                      `json:"nodes"`
	Services   []*v1.Service                   `json:"services"`
	Namespaces []*v1.Namespace                 `json:"namespaces"`
	Owners     []json.RawMessage               `json:"owners"`
	Budgets    []*policyv1.PodDisruptionBudget `json:"pdbs"`
	Pods       []*v1.Pod                       `json:"pods"`
}

type preemption struct {
	Node    string   `json:"node"`
	Victims []string `json:"victims"`
	Message string   `json:"message"`
}

type answers struct {
	placed    []*string
	messages  []string
	scores    []map[string]int64
	preempted []*preemption
}

type recorder struct {
	ctx     context.Context
	client  *fake.Clientset
	factory informers.SharedInformerFactory
	sched   *scheduler.Scheduler
	fw      framework.Framework
	bound   int
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func until(done func() bool) {
	for start := time.Now(); !done(); time.Sleep(50 * time.Microsecond) {
		if time.Since(start) > 10*time.Second {
			panic("the scheduler's cache does not follow")
		}
	}
}

func (c *cluster) objects() []runtime.Object {
	var found []runtime.Object
	for _, o := range c.Nodes {
		found = append(found, o)
	}
	for _, o := range c.Services {
		found = append(found, o)
	}
	for _, o := range c.Namespaces {
		found = append(found, o)
	}
	for _, o := range c.Budgets {
		found = append(found, o)
	}
	for _, raw := range c.Owners {
		var meta metav1.TypeMeta
		must(0, json.Unmarshal(raw, &meta))
		var owner runtime.Object
		switch meta.Kind {
		case "ReplicaSet":
			owner = &appsv1.ReplicaSet{}
		case "StatefulSet":
			owner = &appsv1.StatefulSet{}
		default:
			owner = &v1.ReplicationController{}
		}
		must(0, json.Unmarshal(raw, owner))
		found = append(found, owner)
	}
	return found
}

func start(ctx context.Context, c *cluster) *recorder {
	client := fake.NewClientset(c.objects()...)
	factory := scheduler.NewInformerFactory(client, 0)
	broadcaster := events.NewBroadcaster(&events.EventSinkImpl{Interface: client.EventsV1()})
	everything := int32(100)
	sched := must(scheduler.New(ctx, client, factory, nil, profile.NewRecorderFactory(broadcaster),
		scheduler.WithPercentageOfNodesToScore(&everything)))
	factory.Start(ctx.Done())
	factory.WaitForCacheSync(ctx.Done())
	must(0, sched.WaitForHandlersSync(ctx))
	until(func() bool { return sched.Cache.NodeCount() == len(c.Nodes) })
	return &recorder{ctx, client, factory, sched, sched.Profiles["default-scheduler"], 0}
}

func (r *recorder) bind(pod *v1.Pod, node string) {
	placed := pod.DeepCopy()
	placed.Spec.NodeName = node
	must(r.client.CoreV1().Pods(pod.Namespace).Create(r.ctx, placed, metav1.CreateOptions{}))
	r.bound++
	r.follow()
}

func (r *recorder) follow() {
	until(func() bool { return must(r.sched.Cache.PodCount()) == r.bound })
}

func (r *recorder) totals(pod *v1.Pod) map[string]int64 {
	state := framework.NewCycleState()
	infos := must(r.fw.SnapshotSharedLister().NodeInfos().List())
	if _, status, _ := r.fw.RunPreFilterPlugins(r.ctx, state, pod); !status.IsSuccess() {
		return nil
	}
	feasible := infos[:0:0]
	for _, info := range infos {
		if r.fw.RunFilterPlugins(r.ctx, state, pod, info).IsSuccess() {
			feasible = append(feasible, info)
		}
	}
	r.fw.RunPreScorePlugins(r.ctx, state, pod, feasible)
	scores, status := r.fw.RunScorePlugins(r.ctx, state, pod, feasible)
	if !status.IsSuccess() {
		panic(status.Message())
	}
	found := map[string]int64{}
	for _, score := range scores {
		found[score.Name] = score.TotalScore
	}
	return found
}

func (r *recorder) names() map[string]bool {
	found := map[string]bool{}
	for _, pod := range must(r.client.CoreV1().Pods("").List(r.ctx, metav1.ListOptions{})).Items {
		found[pod.Namespace+"/"+pod.Name] = true
	}
	return found
}

func (r *recorder) preempt(state *framework.CycleState, pod *v1.Pod, err *framework.FitError) *preemption {
	pods := r.client.CoreV1().Pods(pod.Namespace)
	known := func() bool {
		_, err := r.factory.Core().V1().Pods().Lister().Pods(pod.Namespace).Get(pod.Name)
		return err == nil
	}
	before := r.names()
	must(pods.Create(r.ctx, pod.DeepCopy(), metav1.CreateOptions{}))
	until(known)
	result, status := r.fw.RunPostFilterPlugins(r.ctx, state, pod, err.Diagnosis.NodeToStatus)
	found := &preemption{Message: status.Message(), Victims: []string{}}
	if result != nil && result.NominatingInfo != nil {
		found.Node = result.NominatedNodeName
	}
	must(0, pods.Delete(r.ctx, pod.Name, metav1.DeleteOptions{}))
	until(func() bool { return !known() })
	r.fw.DeleteNominatedPodIfExists(pod)
	after := r.names()
	for name := range before {
		if !after[name] {
			found.Victims = append(found.Victims, name)
			r.bound--
		}
	}
	sort.Strings(found.Victims)
	r.follow()
	if found.Node != "" {
		r.bind(pod, found.Node)
	}
	return found
}

func (r *recorder) ask(number int, pod *v1.Pod, mode string, into *answers) {
	pod.UID = types.UID(fmt.Sprintf("%s-%d", pod.Name, number))
	pod.Spec.SchedulerName = "default-scheduler"
	since := metav1.NewTime(time.Unix(1_700_000_000+int64(number), 0))
	pod.Status.StartTime = &since
	state := framework.NewCycleState()
	state.Write(framework.PodsToActivateKey, framework.NewPodsToActivate())
	result, err := r.sched.SchedulePod(r.ctx, r.fw, state, pod)
	var node *string
	var message string
	var totals map[string]int64
	var preempted *preemption
	if err == nil {
		node = &result.SuggestedHost
		if mode == "scores" {
			totals = r.totals(pod)
		}
		r.bind(pod, result.SuggestedHost)
	} else {
		message = err.Error()
		if fit, ok := err.(*framework.FitError); ok && mode == "preempt" {
			preempted = r.preempt(state, pod, fit)
		}
	}
	into.placed = append(into.placed, node)
	into.messages = append(into.messages, message)
	into.scores = append(into.scores, totals)
	into.preempted = append(into.preempted, preempted)
}

func record(line []byte, mode string) map[string]any {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	asked, written := &cluster{}, map[string]any{}
	must(0, json.Unmarshal(line, asked))
	must(0, json.Unmarshal(line, &written))
	r, found := start(ctx, asked), &answers{}
	for number, pod := range asked.Pods {
		r.ask(number, pod, mode, found)
	}
	written["placed"], written["messages"] = found.placed, found.messages
	switch mode {
	case "scores":
		written["scores"] = found.scores
	case "preempt":
		written["preempted"] = found.preempted
	}
	return written
}

func main() {
	must(0, utilfeature.DefaultMutableFeatureGate.Set("SchedulerAsyncPreemption=false"))
	klog.LogToStderr(false)
	mode := ""
	if len(os.Args) > 1 {
		mode = os.Args[1]
	}
	reader, writer := bufio.NewReaderSize(os.Stdin, 1<<26), bufio.NewWriter(os.Stdout)
	defer writer.Flush()
	for {
		line, err := reader.ReadBytes('\n')
		if len(line) > 2 {
			writer.Write(append(must(json.Marshal(record(line, mode))), '\n'))
		}
		if err != nil {
			return
		}
	}
}

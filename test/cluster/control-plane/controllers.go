package main

import (
	"context"
	"os/signal"
	"syscall"
	"time"
	_ "time/tzdata" // CronJobs may name time zones

	v1 "k8s.io/api/core/v1"
	quota "k8s.io/apiserver/pkg/quota/v1/generic"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/metadata/metadatainformer"
	"k8s.io/client-go/restmapper"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/util/flowcontrol"
	"k8s.io/controller-manager/pkg/informerfactory"
	"k8s.io/klog/v2"
	"k8s.io/kubernetes/pkg/controller"
	"k8s.io/kubernetes/pkg/controller/cronjob"
	"k8s.io/kubernetes/pkg/controller/daemon"
	"k8s.io/kubernetes/pkg/controller/deployment"
	"k8s.io/kubernetes/pkg/controller/endpointslice"
	"k8s.io/kubernetes/pkg/controller/garbagecollector"
	"k8s.io/kubernetes/pkg/controller/job"
	"k8s.io/kubernetes/pkg/controller/namespace"
	"k8s.io/kubernetes/pkg/controller/replicaset"
	"k8s.io/kubernetes/pkg/controller/resourcequota"
	"k8s.io/kubernetes/pkg/controller/serviceaccount"
	"k8s.io/kubernetes/pkg/controller/statefulset"
	"k8s.io/kubernetes/pkg/controller/ttlafterfinished"
	quotainstall "k8s.io/kubernetes/pkg/quota/v1/install"
)

const (
	// Informers list again after this long; no test lasts so long.
	resync = 12 * time.Hour
	// Objects that a controller works on at a time.
	workers = 10
	// How often the controllers look for new kinds (custom resources). The stock one: 30 s.
	discovery = 10 * time.Second
)

// machinery is what the controllers share: clients, and informers that watch each kind once.
type machinery struct {
	ctx       context.Context
	client    *kubernetes.Clientset
	metadata  metadata.Interface
	informers informers.SharedInformerFactory
	any       metadatainformer.SharedInformerFactory
	started   chan struct{}
}

func runControllers(kubeconfig string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return err
	}
	config.QPS, config.Burst, config.UserAgent = 1000, 2000, "kube-controller-manager"
	client, md := kubernetes.NewForConfigOrDie(config), metadata.NewForConfigOrDie(config)
	m := machinery{
		ctx: ctx, client: client, metadata: md, started: make(chan struct{}),
		informers: informers.NewSharedInformerFactory(client, resync),
		any:       metadatainformer.NewSharedInformerFactory(md, resync),
	}
	for _, start := range []func() error{m.workloads, m.jobs, m.namespaces, m.garbage, m.quota} {
		if err := start(); err != nil {
			return err
		}
	}
	m.informers.Start(ctx.Done())
	m.any.Start(ctx.Done())
	close(m.started)
	<-ctx.Done()
	return nil
}

func (m machinery) workloads() error {
	core, apps := m.informers.Core().V1(), m.informers.Apps().V1()
	deployments, err := deployment.NewDeploymentController(m.ctx, apps.Deployments(), apps.ReplicaSets(), core.Pods(), m.client)
	if err != nil {
		return err
	}
	daemons, err := daemon.NewDaemonSetsController(m.ctx, apps.DaemonSets(), apps.ControllerRevisions(), core.Pods(), core.Nodes(), m.client, flowcontrol.NewBackOff(time.Second, 15*time.Minute))
	if err != nil {
		return err
	}
	replicas := replicaset.NewReplicaSetController(m.ctx, apps.ReplicaSets(), core.Pods(), m.client, replicaset.BurstReplicas)
	stateful := statefulset.NewStatefulSetController(m.ctx, core.Pods(), apps.StatefulSets(), core.PersistentVolumeClaims(), apps.ControllerRevisions(), m.client)
	go deployments.Run(m.ctx, workers)
	go replicas.Run(m.ctx, workers)
	go stateful.Run(m.ctx, workers)
	go daemons.Run(m.ctx, workers)
	return nil
}

func (m machinery) jobs() error {
	core, batch := m.informers.Core().V1(), m.informers.Batch().V1()
	jobs, err := job.NewController(m.ctx, m.client, core.Pods(), batch.Jobs(), nil, nil)
	if err != nil {
		return err
	}
	crons, err := cronjob.NewControllerV2(m.ctx, batch.Jobs(), batch.CronJobs(), m.client)
	if err != nil {
		return err
	}
	go jobs.Run(m.ctx, workers)
	go crons.Run(m.ctx, workers)
	go ttlafterfinished.New(m.ctx, batch.Jobs(), m.client).Run(m.ctx, workers)
	return nil
}

func (m machinery) namespaces() error {
	core, kinds := m.informers.Core().V1(), m.client.Discovery().ServerPreferredNamespacedResources
	accounts, err := serviceaccount.NewServiceAccountsController(klog.FromContext(m.ctx), core.ServiceAccounts(), core.Namespaces(), m.client, serviceaccount.DefaultServiceAccountsControllerOptions())
	if err != nil {
		return err
	}
	go accounts.Run(m.ctx, 1)
	go namespace.NewNamespaceController(m.ctx, m.client, m.metadata, kinds, core.Namespaces(), 5*time.Minute, v1.FinalizerKubernetes).Run(m.ctx, workers)
	go endpointslice.NewController(m.ctx, core.Pods(), core.Services(), core.Nodes(), m.informers.Discovery().V1().EndpointSlices(), 100, m.client, 0).Run(m.ctx, workers)
	return nil
}

func (m machinery) garbage() error {
	mapper := restmapper.NewDeferredDiscoveryRESTMapper(memory.NewMemCacheClient(m.client.Discovery()))
	graph := garbagecollector.NewDependencyGraphBuilder(m.ctx, m.metadata, mapper, garbagecollector.DefaultIgnoredResources(), m.both(), m.started)
	collector, err := garbagecollector.NewComposedGarbageCollector(m.ctx, m.client, m.metadata, mapper, graph)
	if err != nil {
		return err
	}
	go collector.Run(m.ctx, workers, discovery)
	go collector.Sync(m.ctx, m.client.Discovery(), discovery)
	return nil
}

func (m machinery) quota() error {
	evaluators, err := quotainstall.NewQuotaConfigurationForControllers(quota.ListerFuncForResourceFunc(m.informers.ForResource), m.informers)
	if err != nil {
		return err
	}
	kinds := m.client.Discovery().ServerPreferredNamespacedResources
	quotas, err := resourcequota.NewController(m.ctx, &resourcequota.ControllerOptions{
		QuotaClient: m.client.CoreV1(), ResourceQuotaInformer: m.informers.Core().V1().ResourceQuotas(),
		ResyncPeriod: controller.StaticResyncPeriodFunc(5 * time.Minute), ReplenishmentResyncPeriod: controller.StaticResyncPeriodFunc(resync),
		InformerFactory: m.both(), InformersStarted: m.started, DiscoveryFunc: kinds,
		IgnoredResourcesFunc: evaluators.IgnoredResources, Registry: quota.NewRegistry(evaluators.Evaluators()),
		UpdateFilter: quotainstall.DefaultUpdateFilter(),
	})
	if err != nil {
		return err
	}
	go quotas.Run(m.ctx, workers)
	go quotas.Sync(m.ctx, kinds, discovery)
	return nil
}

func (m machinery) both() informerfactory.InformerFactory {
	return informerfactory.NewInformerFactory(m.informers, m.any)
}

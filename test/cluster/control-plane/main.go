// One program that is a small but real Kubernetes control plane, for tests: each part runs as a process of its own.
//
//	control-plane etcd [flags of etcd]
//	control-plane apiserver [flags of kube-apiserver]
//	control-plane controllers KUBECONFIG
//
// The controllers are wired by hand instead of taking the stock controller manager, whose other parts (cloud, volumes,
// autoscaling) make half of the build.
package main

import (
	"fmt"
	"io"
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
)

func main() {
	if len(os.Args) < 2 {
		fail("usage: control-plane etcd|apiserver|controllers …")
	}
	go endWithInput()
	part, rest := os.Args[1], os.Args[2:]
	switch part {
	case "etcd":
		etcdmain.Main(append([]string{"etcd"}, rest...))
	case "apiserver":
		command := apiserver.NewAPIServerCommand()
		command.SetArgs(rest)
		os.Exit(cli.Run(command))
	case "controllers":
		if len(rest) != 1 {
			fail("usage: control-plane controllers KUBECONFIG")
		}
		if err := runControllers(rest[0]); err != nil {
			fail(err.Error())
		}
	default:
		fail("there is no part " + part)
	}
}

// endWithInput ends the process when whoever started it has gone.
func endWithInput() {
	_, _ = io.Copy(io.Discard, os.Stdin)
	os.Exit(0)
}

func fail(why string) {
	fmt.Fprintln(os.Stderr, why)
	os.Exit(2)
}

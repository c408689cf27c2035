import type { Case, Verdict } from '../case.ts';
import { quota } from './objects.ts';

const failed = (reason: string): Verdict => ({ status: 'FAILED', reason });

/** The early signs of failure, or else the deadline. */
export const failures: readonly Case[] = [
  {
    name: 'missing',
    to: '2.0.0-missing',
    expect: { ...failed('ImagePullBackOff'), within: 15, evidence: ['not found'] },
  },
  {
    name: 'unauthorized',
    to: '2.0.0-unauthorized',
    expect: { ...failed('ImagePullBackOff'), within: 15, evidence: ['401 Unauthorized'] },
  },
  {
    name: 'invalid',
    to: '2.0.0-invalid',
    expect: failed('InvalidImageName'),
  },
  {
    name: 'crash',
    to: '2.0.0-crash',
    expect: { ...failed('CrashLoopBackOff'), evidence: ['FATAL: cannot open database'] },
  },
  { name: 'oom', to: '2.0.0-oom', expect: { ...failed('OOMKilled'), evidence: ['exit code 137'] } },
  { name: 'config', to: '2.0.0-config', expect: { ...failed('CreateContainerConfigError'), after: 35, within: 50 } },
  {
    name: 'not-ready',
    spec: { progressDeadlineSeconds: 8 },
    to: '2.0.0-notready',
    expect: { ...failed('ProgressDeadlineExceeded'), after: 6, evidence: ['GET /ready 500', 'Readiness probe failed'] },
  },
  {
    name: 'unschedulable',
    spec: { progressDeadlineSeconds: 8 },
    to: '2.0.0-unschedulable',
    expect: { ...failed('ProgressDeadlineExceeded'), evidence: ['Insufficient cpu'] },
  },
  {
    name: 'not-mounted',
    spec: { progressDeadlineSeconds: 8 },
    to: '2.0.0-mount',
    expect: { ...failed('ProgressDeadlineExceeded'), evidence: ['FailedMount'] },
  },
  {
    name: 'quota',
    objects: [quota({ pods: '0' })],
    broken: true,
    to: '2.0.0',
    expect: { ...failed('ReplicaFailure'), evidence: ['exceeded quota'] },
  },
  {
    name: 'quota-without-room',
    objects: [quota({ pods: '2' })],
    spec: { strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } },
    to: '2.0.0',
    expect: { ...failed('ReplicaFailure'), evidence: ['exceeded quota'] },
  },
  {
    name: 'quota-of-statefulset',
    kind: 'statefulset',
    from: null,
    objects: [quota({ pods: '0' })],
    to: '2.0.0',
    expect: { ...failed('ReplicaFailure'), evidence: ['exceeded quota'] },
  },
  {
    name: 'quota-of-daemonset',
    kind: 'daemonset',
    from: null,
    objects: [quota({ pods: '0' })],
    to: '2.0.0',
    expect: { ...failed('ReplicaFailure'), evidence: ['exceeded quota'] },
  },
  {
    name: 'quota-of-job',
    kind: 'job',
    from: null,
    objects: [quota({ pods: '0' })],
    to: '2.0.0',
    expect: { ...failed('ReplicaFailure'), evidence: ['exceeded quota'] },
  },
  { name: 'statefulset-crash', kind: 'statefulset', to: '2.0.0-crash', expect: failed('CrashLoopBackOff') },
  { name: 'daemonset-missing', kind: 'daemonset', to: '2.0.0-missing', expect: failed('ImagePullBackOff') },
  {
    name: 'job-crash',
    kind: 'job',
    spec: { backoffLimit: 0 },
    to: '2.0.0-crash',
    expect: { ...failed('JobFailed'), evidence: ['FATAL: cannot open database'] },
  },
  { name: 'job-missing', kind: 'job', to: '2.0.0-missing', expect: failed('ImagePullBackOff') },
  {
    name: 'init-crash',
    pod: { initContainers: [{ name: 'migrate', image: 'registry.example/migrate:1.0.0' }] },
    to: '2.0.0',
    pipeline: (scene, tag) =>
      scene.deployPod(tag, { initContainers: [{ name: 'migrate', image: 'registry.example/migrate:2.0.0-crash' }] }),
    expect: { ...failed('CrashLoopBackOff'), evidence: ['"container":"migrate"'] },
  },
  {
    name: 'sidecar-crash',
    pod: {
      initContainers: [{ name: 'proxy', image: 'registry.example/proxy:1.0.0', restartPolicy: 'Always' }],
    },
    to: '2.0.0',
    pipeline: (scene, tag) =>
      scene.deployPod(tag, { initContainers: [{ name: 'proxy', image: 'registry.example/proxy:2.0.0-crash' }] }),
    expect: { ...failed('CrashLoopBackOff'), evidence: ['"container":"proxy"'] },
  },
  {
    name: 'dies-without-probe',
    container: { readinessProbe: null },
    to: '2.0.0-dies',
    expect: { ...failed('CrashLoopBackOff'), evidence: ['the license has expired'], kubectl: 'either' },
  },
];

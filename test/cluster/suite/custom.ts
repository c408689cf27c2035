import type { Case } from '../case.ts';
import { abortingArgo, argo, certManager, knative } from '../custom-controllers.ts';

/** It has no image: its spec is what is deployed. */
const certificate: Pick<Case, 'kind' | 'item' | 'service'> = {
  kind: 'certificate',
  item: { docker_artifact_type: 'kustomize' },
  service: { container: undefined, image: undefined },
};

/** Custom resources, by their definitions and their statuses: the test writes what their controllers would. */
export const custom: readonly Case[] = [
  {
    name: 'argo-rollout',
    kind: 'rollout',
    controller: argo,
    to: '2.0.0',
    expect: { status: 'SUCCESS', reason: 'Verified', says: /2 of 2 replicas/ },
  },
  {
    name: 'argo-with-bad-image',
    kind: 'rollout',
    controller: argo,
    to: '2.0.0-missing',
    expect: { status: 'FAILED', reason: 'ImagePullBackOff', within: 15 },
  },
  {
    name: 'argo-aborted',
    kind: 'rollout',
    controller: abortingArgo,
    to: '2.0.0',
    expect: { status: 'FAILED', reason: 'RolloutAborted', evidence: ['error-rate'], within: 15 },
  },
  {
    name: 'knative-revision',
    kind: 'knative-service',
    controller: knative(true),
    to: '2.0.0',
    expect: { status: 'SUCCESS', reason: 'Verified' },
  },
  {
    name: 'knative-failed',
    kind: 'knative-service',
    controller: knative(false),
    to: '2.0.0',
    expect: { status: 'FAILED', reason: 'RevisionFailed', evidence: ['Unable to fetch image'], within: 20 },
  },
  {
    name: 'certificate-issued',
    ...certificate,
    controller: certManager(true),
    to: '2.0.0',
    expect: { status: 'SUCCESS', reason: 'Verified', leaves: null, warns: [/was not compared/] },
  },
  {
    name: 'certificate-denied',
    ...certificate,
    controller: certManager(false),
    to: '2.0.0',
    expect: { status: 'FAILED', reason: 'CertificateNotIssued', leaves: null, within: 15 },
  },
];

import { expect, test } from 'vitest';
import { trimmedObject } from '../../lib/adapters/trimmed-object.ts';
import type { JsonObject } from '../../lib/domain/json.ts';

const probe = { httpGet: { path: '/ready' } };
const kept = { name: 'app', image: 'reg/app:1', readinessProbe: probe, restartPolicy: 'Always' };
const container = {
  ...kept,
  env: [{ name: 'TOKEN', value: 'x' }],
  envFrom: [],
  volumeMounts: [],
  command: ['x'],
  args: ['y'],
};
const spec = {
  nodeName: 'n',
  containers: [container],
  initContainers: [container],
  volumes: [{ name: 'v' }],
  affinity: {},
};
const leanSpec = { nodeName: 'n', containers: [kept], initContainers: [kept] };
const state = { name: 'app', ready: true, restartCount: 1, imageID: 'reg/app@sha256:1', state: { running: {} } };
const status = { phase: 'Running', containerStatuses: [{ ...state, resources: {}, volumeMounts: [] }], conditions: [] };

test.each<[kind: string, object: JsonObject, trimmed: JsonObject]>([
  ['Pod', { spec, status }, { spec: leanSpec, status: { ...status, containerStatuses: [state] } }],
  ['ReplicaSet', { spec: { template: { spec } } }, { spec: { template: { spec: leanSpec } } }],
  [
    'ControllerRevision',
    { data: { spec: { template: { spec } } } },
    { data: { spec: { template: { spec: leanSpec } } } },
  ],
  // A change to the environment alone also begins another rollout.
  ['Deployment', { spec: { template: { spec } } }, { spec: { template: { spec } } }],
  ['Widget', { spec, data: spec, status }, { spec, data: spec, status }],
  ['Pod', { spec: 'odd', status: { containerStatuses: [1] } }, { spec: 'odd', status: { containerStatuses: [1] } }],
])('a %s keeps what a verdict looks at', (kind, object, trimmed) => {
  const metadata = { name: 'app', uid: 'u', labels: { a: 'b' }, annotations: { revision: '1' } };
  const applied = { 'kubectl.kubernetes.io/last-applied-configuration': '{}', revision: '1' };
  expect(
    trimmedObject({ kind, ...object, metadata: { ...metadata, annotations: applied, managedFields: [{}] } }),
  ).toEqual({ kind, ...trimmed, metadata });
});

test('keeps those managers of a workload that have set an image, and of their fields the images', () => {
  const image = { 'k:{"name":"app"}': { 'f:image': {} } };
  const ofImage = { 'f:spec': { 'f:template': { 'f:spec': { 'f:containers': image } } } };
  const whole = { 'f:spec': { 'f:replicas': {}, 'f:template': { 'f:spec': { 'f:containers': image, 'f:x': {} } } } };
  const managedFields = [
    { manager: 'kubectl-set', fieldsV1: whole },
    { manager: 'kube-controller-manager', subresource: 'status', fieldsV1: { 'f:status': { 'f:replicas': {} } } },
  ];
  const trimmed = (kind: string) => trimmedObject({ kind, metadata: { name: 'app', managedFields } }).metadata;
  expect(trimmed('Deployment')).toEqual({
    name: 'app',
    managedFields: [{ manager: 'kubectl-set', fieldsV1: ofImage }],
  });
  expect(trimmed('Pod')).toEqual({ name: 'app' });
});

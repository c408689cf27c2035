import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../lib/domain/json.ts';
import { summaries } from '../../../lib/domain/rollout/condition-words.ts';
import { objectFinding } from '../../../lib/domain/rollout/standard-objects.ts';

/** Objects of other kinds: verdicts by convention, and by the rows for standard objects. */

const is = (type: string, status = 'True', more: JsonObject = {}): JsonObject => ({ type, status, ...more });
const ready = is('Ready');
const widget = (status: JsonObject, more: JsonObject = {}): JsonObject => ({
  ...{ apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w', generation: 3 }, status },
  ...more,
});
const of = (apiVersion: string, kind: string, status: JsonObject, more: JsonObject = {}): JsonObject =>
  widget(status, { apiVersion, kind, ...more });
const with_ = (...conditions: readonly JsonObject[]) => widget({ conditions });
const annotated = (name: string, value: string) =>
  widget({ conditions: [ready] }, { metadata: { name: 'w', annotations: { [name]: value } } });
const hpa = (...conditions: readonly JsonObject[]) => of('autoscaling/v2', 'HorizontalPodAutoscaler', { conditions });
const able = [is('AbleToScale'), is('ScalingActive')];

const rows: readonly (readonly [what: string, object: JsonObject, said: string])[] = [
  ['is ready', with_(ready), 'healthy ConditionsTrue'],
  ['is available', with_(is('Available')), 'healthy ConditionsTrue'],
  ['has a scaler without work', with_(ready, is('Active', 'False')), 'healthy ConditionsTrue'],
  ['denies something bad', with_(ready, is('ValidateFailed', 'False')), 'healthy ConditionsTrue'],
  ['has a phase that means done', widget({ conditions: [ready], phase: 'Running' }), 'healthy ConditionsTrue'],
  ['is not ready', with_(is('Ready', 'False')), 'waiting ConditionNotTrue'],
  ['has an unknown readiness', with_(is('Ready', 'Unknown')), 'waiting ConditionNotTrue'],
  ['has a condition without a status', with_({ type: 'Ready' }), 'waiting ConditionNotTrue'],
  ['is ready for an unknown reason', with_(is('Ready', 'True', { reason: 'LastError' })), 'waiting ConditionNotTrue'],
  ['has a part that is not ready', with_(ready, is('StoreReady', 'False')), 'waiting ConditionNotTrue'],
  ['has an unknown condition', with_(ready, is('Backup', 'False')), 'waiting ConditionNotTrue'],
  [
    'has a parent that rejects it',
    widget({ conditions: [ready], parents: [{ conditions: [is('Accepted', 'False')] }] }),
    'waiting ConditionNotTrue',
  ],
  ['stalls', with_(ready, is('Stalled')), 'failing ConditionFailed'],
  ['failed', with_(is('Failed')), 'failing ConditionFailed'],
  ['is in progress', with_(ready, is('Reconciling')), 'waiting Reconciling'],
  ['is being upgraded', with_(ready, is('UpgradeInProgress')), 'waiting Reconciling'],
  [
    'is done, by a reason',
    with_(is('Available'), is('Progressing', 'True', { reason: 'NewReplicaSetAvailable' })),
    'healthy ConditionsTrue',
  ],
  ['names a failure', with_(ready, is('BackupFailed')), 'waiting ConditionNamesFailure'],
  ['names an error', widget({ conditions: [ready], failureMessage: 'no host' }), 'waiting StatusNamesError'],
  [
    'names no error',
    widget({ conditions: [ready], error: '', errors: [], lastError: false }),
    'healthy ConditionsTrue',
  ],
  ['failed by its phase', widget({ conditions: [is('Ready', 'False')], phase: 'Failed' }), 'failing PhaseFailed'],
  ['has an unknown phase', widget({ conditions: [ready], phase: 'Failing over' }), 'waiting PhaseNotDone'],
  [
    'has a part in progress',
    widget({ conditions: [ready], parts: [{ state: 'ok' }, { inner: { phase: 'pending' } }] }),
    'waiting PartNotDone',
  ],
  [
    'had a part in progress',
    widget({ conditions: [ready], history: [{ phase: 'pending' }], parts: [{ conditions: [is('Ready')] }] }),
    'healthy ConditionsTrue',
  ],
  ['was not seen', widget({ conditions: [ready], observedGeneration: 2 }), 'waiting GenerationNotObserved'],
  ['was not seen, in text', widget({ conditions: [ready], observedGeneration: '2' }), 'waiting GenerationNotObserved'],
  ['was ready before', with_(is('Ready', 'True', { observedGeneration: 2 })), 'waiting GenerationNotObserved'],
  ['was seen, by a hash', widget({ conditions: [ready], observedGeneration: 'c45557fd9' }), 'healthy ConditionsTrue'],
  ['is suspended', widget({ conditions: [ready] }, { spec: { suspend: true } }), 'waiting Suspended'],
  ['says that it is paused', with_(ready, is('Paused')), 'waiting Suspended'],
  ['is paused by an annotation', annotated('keda.sh/paused', 'true'), 'waiting Suspended'],
  ['is unmanaged by an annotation', annotated('cnpg.io/reconciliation', 'disabled'), 'waiting Suspended'],
  ['is not paused by an annotation', annotated('keda.sh/paused', 'false'), 'healthy ConditionsTrue'],
  [
    'lacks replicas',
    widget({ conditions: [ready], readyReplicas: 1 }, { spec: { replicas: 2 } }),
    'waiting ReplicasNotReady',
  ],
  [
    'lacks replicas in its own counters',
    widget({ conditions: [ready], replicas: 2, unavailableReplicas: 1 }),
    'waiting ReplicasNotReady',
  ],
  ['has no status', widget({}), 'waiting StatusAwaited'],
  ['has none of the conditions', widget({ color: 'blue' }), 'waiting NoRule'],
  [
    'is in a group with a weak Ready condition',
    of('promoter.argoproj.io/v1alpha1', 'PullRequest', { conditions: [ready] }),
    'waiting NoRule',
  ],
  ['is a bound claim', of('v1', 'PersistentVolumeClaim', { phase: 'Bound' }), 'healthy PhaseDone'],
  ['is a claim', of('v1', 'PersistentVolumeClaim', {}), 'waiting PhaseNotDone'],
  ['is a lost claim', of('v1', 'PersistentVolumeClaim', { phase: 'Lost' }), 'failing PhaseFailed'],
  ['is a Service', of('v1', 'Service', {}), 'healthy Exists'],
  [
    'is a Service without its address',
    of('v1', 'Service', {}, { spec: { type: 'LoadBalancer' } }),
    'waiting AddressAwaited',
  ],
  [
    'is an Ingress with an address',
    of('networking.k8s.io/v1', 'Ingress', { loadBalancer: { ingress: [{ ip: '1.2.3.4' }] } }),
    'healthy AddressAssigned',
  ],
  ['is a Service of Knative', of('serving.knative.dev/v1', 'Service', {}), 'waiting StatusAwaited'],
  ['is an autoscaler', hpa(...able), 'healthy ConditionsTrue'],
  [
    'is an autoscaler at its limit',
    hpa(...able, is('ScalingLimited', 'True', { reason: 'TooManyReplicas' })),
    'healthy ConditionsTrue',
  ],
  ['is an autoscaler that is limited', hpa(...able, is('ScalingLimited')), 'waiting ConditionNotTrue'],
  [
    'is an autoscaler without a target',
    hpa(is('AbleToScale', 'False', { reason: 'FailedGetScale' })),
    'failing ConditionFailed',
  ],
  ['is an autoscaler without conditions', hpa(), 'waiting StatusAwaited'],
  [
    'is an autoscaler of the first version',
    of(
      'autoscaling/v1',
      'HorizontalPodAutoscaler',
      {},
      {
        metadata: { annotations: { 'autoscaling.alpha.kubernetes.io/conditions': JSON.stringify(able) } },
      },
    ),
    'healthy ConditionsTrue',
  ],
  [
    'is an autoscaler with a broken annotation',
    of(
      'autoscaling/v1',
      'HorizontalPodAutoscaler',
      {},
      {
        metadata: { annotations: { 'autoscaling.alpha.kubernetes.io/conditions': '[' } },
      },
    ),
    'waiting StatusAwaited',
  ],
  [
    'is a ReplicaSet',
    of('apps/v1', 'ReplicaSet', { observedGeneration: 3, readyReplicas: 1, availableReplicas: 1 }),
    'healthy ReplicasReady',
  ],
  [
    'is a ReplicaSet without counters',
    of('apps/v1', 'ReplicaSet', { readyReplicas: 1 }),
    'waiting GenerationNotObserved',
  ],
  [
    'is a ReplicaSet whose pods are refused',
    of('apps/v1', 'ReplicaSet', {
      observedGeneration: 3,
      readyReplicas: 1,
      availableReplicas: 1,
      conditions: [is('ReplicaFailure')],
    }),
    'waiting ConditionNamesFailure',
  ],
  ['is a budget', of('policy/v1', 'PodDisruptionBudget', { observedGeneration: 3 }), 'waiting StatusAwaited'],
  [
    'is a budget that is used up',
    of('policy/v1', 'PodDisruptionBudget', { observedGeneration: 3, conditions: [is('DisruptionAllowed', 'False')] }),
    'waiting ConditionNotTrue',
  ],
  [
    'is a definition',
    of('apiextensions.k8s.io/v1', 'CustomResourceDefinition', { conditions: [is('NamesAccepted'), is('Established')] }),
    'healthy ConditionsTrue',
  ],
  [
    'is a definition with taken names',
    of('apiextensions.k8s.io/v1', 'CustomResourceDefinition', { conditions: [is('NamesAccepted', 'False')] }),
    'failing ConditionFailed',
  ],
  [
    'is a definition in progress',
    of('apiextensions.k8s.io/v1', 'CustomResourceDefinition', { conditions: [is('Established', 'False')] }),
    'waiting ConditionNotTrue',
  ],
  [
    'is a budget that is met',
    of('policy/v1', 'PodDisruptionBudget', { observedGeneration: 3, conditions: [is('DisruptionAllowed')] }),
    'healthy BudgetObserved',
  ],
  ['runs on its fallback', with_(ready, is('Fallback')), 'waiting ConditionNamesFailure'],
  ['has a part in trouble', widget({ conditions: [ready], store: { health: 'HEALTH_ERR' } }), 'waiting PartNotDone'],
  [
    'is machines',
    of('cluster.x-k8s.io/v1beta1', 'MachineDeployment', {
      phase: 'Running',
      replicas: 1,
      updatedReplicas: 1,
      readyReplicas: 1,
    }),
    'healthy PhaseDone',
  ],
  [
    'is machines, none of them ready',
    of('cluster.x-k8s.io/v1beta1', 'MachineDeployment', { phase: 'Running', replicas: 1, updatedReplicas: 1 }),
    'waiting ReplicasNotReady',
  ],
  [
    'is machines that failed',
    of('cluster.x-k8s.io/v1beta1', 'MachineDeployment', { phase: 'Failed' }),
    'failing PhaseFailed',
  ],
  [
    'is a secret that was fetched again',
    of(
      'external-secrets.io/v1',
      'ExternalSecret',
      {
        conditions: [is('Ready', 'True', { lastTransitionTime: '2026-01-01T00:00:00Z' })],
        refreshTime: '2026-01-01T00:00:01Z',
      },
      { spec: { refreshPolicy: 'OnChange' } },
    ),
    'waiting ConditionStale',
  ],
  ['is a secret', of('external-secrets.io/v1', 'ExternalSecret', { conditions: [ready] }), 'healthy ConditionsTrue'],
  ['is a canary', of('flagger.app/v1beta1', 'Canary', { phase: 'Succeeded' }), 'healthy PhaseDone'],
  ['is a snapshot', of('snapshot.storage.k8s.io/v1', 'VolumeSnapshot', { readyToUse: true }), 'healthy StatusReady'],
  [
    'is a snapshot in progress',
    of('snapshot.storage.k8s.io/v1', 'VolumeSnapshot', { readyToUse: false }),
    'waiting StatusNotReady',
  ],
];

it.each(rows)('one that %s', (_, object, said) => {
  const { verdict, reason, message } = objectFinding(object);
  expect(`${verdict} ${reason}`, message).toBe(said);
  expect(message).not.toBe('');
});

it('can be judged by the resource in the catalogue if the kind is unknown', () => {
  const claim = { api_version: 'v1', plural: 'persistentvolumeclaims' };
  expect(objectFinding({ kind: '', status: { phase: 'Bound' } }, claim).verdict).toBe('healthy');
});

describe('any other content of an object', () => {
  const types = fc.constantFrom(
    ...summaries,
    'StoreReady',
    'Synced',
    'Failed',
    'Paused',
    'Reconciling',
    'Active',
    'Odd',
  );
  const condition = fc.record({
    type: types,
    status: fc.constantFrom('True', 'True', 'True', 'True', 'False', 'Unknown'),
  });
  const objects = fc.record({
    conditions: fc.array(condition, { maxLength: 3 }),
    ...{
      phase: fc.constantFrom('Running', 'Ready', 'Failed', 'Odd'),
      observedGeneration: fc.integer({ min: 2, max: 4 }),
    },
  });
  const judged = fc.property(objects, ({ conditions, ...status }) => {
    const { verdict } = objectFinding(widget({ ...status, conditions }));
    const isSummary = ({ type }: { readonly type: string }) => summaries.includes(type);
    const isTrue = ({ status: said }: { readonly status: string }) => said === 'True';
    const speaksAgainst =
      status.observedGeneration < 3 ||
      !conditions.some(isSummary) ||
      conditions.some((one) => isSummary(one) && !isTrue(one)) ||
      conditions.some((one) => ['Failed', 'Paused', 'Reconciling'].includes(one.type) && isTrue(one));
    return !(speaksAgainst && verdict === 'healthy');
  });

  it('is never healthy with a condition against it, or for an unseen spec', () =>
    fc.assert(judged, { numRuns: 3_000 }));
});

import type { JsonObject } from '../json.ts';
import type { CustomResource } from '../plan/plan.ts';
import { conditionsOf, conventionFinding, describe, noRule } from './conventions.ts';
import { firstShort } from './counts.ts';
import { type Finding, failing, healthy, waiting } from './judgement.ts';
import { conditionOf, desiredReplicas, listAt, numberAt, stringAt, valueAt } from './kubernetes-object.ts';

/**
 * Objects whose conditions have no summary but whose meaning is known: `group/resource` and a small rule. Conventional
 * objections come first (a failed condition, an unobserved generation). A new one is a row.
 */
const rules: Readonly<Record<string, (object: JsonObject) => Finding>> = {
  '/persistentvolumeclaims': phases({ done: ['Bound'], failed: ['Lost'] }),
  '/services': (object) =>
    stringAt(object, 'spec', 'type') === 'LoadBalancer' ? address(object) : healthy('Exists', 'the Service exists'),
  'networking.k8s.io/ingresses': address,
  'extensions/ingresses': address,
  'autoscaling/horizontalpodautoscalers': autoscaler,
  'apps/replicasets': replicas,
  '/replicationcontrollers': replicas,
  'policy/poddisruptionbudgets': disruptionBudget,
  'apiextensions.k8s.io/customresourcedefinitions': definition,
  'argoproj.io/analysisruns': phases({ done: ['Successful'], failed: ['Failed', 'Error'] }),
  'argoproj.io/experiments': phases({ done: ['Successful'], failed: ['Failed', 'Error'] }),
  'argoproj.io/workflows': phases({ done: ['Succeeded'], failed: ['Failed', 'Error'] }),
  'flagger.app/canaries': phases({ done: ['Initialized', 'Succeeded'], failed: ['Failed'] }),
  'cluster.x-k8s.io/machinedeployments': machines,
  'external-secrets.io/externalsecrets': secret,
  'snapshot.storage.k8s.io/volumesnapshots': flag('readyToUse'),
};

/** Groups whose Ready only says that a controller looked, and nothing about the object's content. */
const reconciledOnly: ReadonlySet<string> = new Set(['promoter.argoproj.io']);

/** The finding for an object of another kind: by its row, or else by the conventions alone. */
export function objectFinding(object: JsonObject, resource = guessResource(object)): Finding {
  const { api_version, plural } = resource;
  const group = api_version.includes('/') ? api_version.split('/', 1).join() : '';
  const key = `${group}/${plural}`;
  const byConvention = conventionFinding(object);
  if (reconciledOnly.has(group) && byConvention.verdict === 'healthy') return noRule(object);
  const ofRow = Object.hasOwn(rules, key) ? rules[key]?.(object) : undefined;
  if (ofRow === undefined) return byConvention;
  return ofRow.verdict !== 'failing' && isAgainst(byConvention) ? byConvention : ofRow;
}

/** Guesses a kind's resource like apimachinery (UnsafeGuessKindToResource). */
function guessResource(object: JsonObject): CustomResource {
  const kind = (stringAt(object, 'kind') ?? '').toLowerCase();
  const plural = kind.endsWith('s') ? `${kind}es` : kind.endsWith('y') ? `${kind.slice(0, -1)}ies` : `${kind}s`;
  return { api_version: stringAt(object, 'apiVersion') ?? '', plural };
}

/** A row knows what its kind's conditions mean. It does not overrule other objections. */
const isAgainst = ({ verdict, reason }: Finding): boolean =>
  verdict === 'failing' || !['NoRule', 'StatusAwaited', 'ConditionsTrue', 'ConditionNotTrue'].includes(reason);

function phases({ done, failed }: { readonly done: readonly string[]; readonly failed: readonly string[] }) {
  return (object: JsonObject): Finding => {
    const phase = stringAt(object, 'status', 'phase') ?? 'not written yet';
    const text = `its phase is ${phase}`;
    if (failed.includes(phase)) return failing('PhaseFailed', text);
    return done.includes(phase) ? healthy('PhaseDone', text) : waiting('PhaseNotDone', text);
  };
}

function flag(name: string) {
  return (object: JsonObject): Finding =>
    valueAt(object, 'status', name) === true
      ? healthy('StatusReady', `status.${name} is true`)
      : waiting('StatusNotReady', `status.${name} is not true yet`);
}

/** Argo CD's rule: a service with a load balancer works once it has an address. */
function address(object: JsonObject): Finding {
  return listAt(object, 'status', 'loadBalancer', 'ingress').length > 0
    ? healthy('AddressAssigned', 'the load balancer has an address')
    : waiting('AddressAwaited', 'the load balancer has no address yet');
}

/** kstatus' counts of a ReplicaSet. */
function replicas(object: JsonObject): Finding {
  const need = desiredReplicas(object);
  const count = (name: string) => numberAt(object, 'status', name);
  if (valueAt(object, 'status', 'observedGeneration') === undefined)
    return waiting('GenerationNotObserved', 'the controller has not seen it yet');
  const short = firstShort([
    { reason: 'ReplicasNotReady', have: count('readyReplicas'), need, text: 'replicas are ready' },
    { reason: 'ReplicasNotAvailable', have: count('availableReplicas'), need, text: 'replicas are available' },
  ]);
  return short ?? healthy('ReplicasReady', `${count('readyReplicas')} of ${need} replicas are ready`);
}

function disruptionBudget(object: JsonObject): Finding {
  if (valueAt(object, 'status', 'observedGeneration') === undefined)
    return waiting('StatusAwaited', 'its controller has not written a status yet');
  const allowed = conditionOf(object, 'DisruptionAllowed');
  if (allowed === undefined) return waiting('StatusAwaited', 'it does not say yet whether disruptions are allowed');
  return stringAt(allowed, 'status') === 'True'
    ? healthy('BudgetObserved', 'the controller observes the budget')
    : waiting('ConditionNotTrue', `the condition ${describe(allowed)}`);
}

/** Cluster API: all machines have the newest template and are ready. */
function machines(object: JsonObject): Finding {
  const byPhase = phases({ done: ['Running'], failed: ['Failed'] })(object);
  const [need, updated, ready] = ['replicas', 'updatedReplicas', 'readyReplicas'].map((name) =>
    numberAt(object, 'status', name),
  ) as [number, number, number];
  if (byPhase.verdict !== 'healthy') return byPhase;
  const short = firstShort([
    { reason: 'ReplicasNotUpdated', have: updated, need, text: 'machines are updated' },
    { reason: 'ReplicasNotReady', have: ready, need, text: 'machines are ready' },
  ]);
  return short ?? byPhase;
}

/** With refreshPolicy OnChange, its Ready may be older than the last fetch. */
function secret(object: JsonObject): Finding {
  const [told, fetched] = [
    stringAt(conditionOf(object, 'Ready'), 'lastTransitionTime'),
    stringAt(object, 'status', 'refreshTime'),
  ].map((time) => Date.parse(time ?? '')) as [number, number];
  return stringAt(object, 'spec', 'refreshPolicy') === 'OnChange' && told < fetched
    ? waiting('ConditionStale', 'its condition Ready is older than what was fetched last')
    : conventionFinding(object);
}

function definition(object: JsonObject): Finding {
  const refused = [
    ['NamesAccepted', 'False'],
    ['NonStructuralSchema', 'True'],
  ].flatMap(([type = '', status]) => {
    const found = conditionOf(object, type);
    return found !== undefined && stringAt(found, 'status') === status ? [found] : [];
  })[0];
  if (refused !== undefined) return failing('ConditionFailed', `the condition ${describe(refused)}`);
  const established = conditionOf(object, 'Established');
  return stringAt(established, 'status') === 'True'
    ? healthy('ConditionsTrue', 'the definition is established')
    : waiting('ConditionNotTrue', 'the definition is not established yet');
}

/** A first version of the API keeps the conditions in an annotation. */
function autoscaler(object: JsonObject): Finding {
  const written = stringAt(object, 'metadata', 'annotations', 'autoscaling.alpha.kubernetes.io/conditions');
  const conditions = written === undefined ? conditionsOf(object) : parsed(written);
  const status = (type: string) =>
    stringAt(
      conditions.find((one) => stringAt(one, 'type') === type),
      'status',
    );
  if (conditions.length === 0) return waiting('StatusAwaited', 'the autoscaler has no conditions yet');
  const failed = conditions.find(
    (one) => stringAt(one, 'status') === 'False' && /^Failed/.test(stringAt(one, 'reason') ?? ''),
  );
  if (failed !== undefined) return failing('ConditionFailed', `the condition ${describe(failed)}`);
  // At a limit that somebody set, it works as intended. Limited without a reason, it may not.
  const limited = conditions.find(
    (one) => stringAt(one, 'type') === 'ScalingLimited' && stringAt(one, 'status') === 'True',
  );
  const isBound = limited === undefined || /^Too(Few|Many)Replicas$/.test(stringAt(limited, 'reason') ?? '');
  return status('AbleToScale') === 'True' && status('ScalingActive') !== 'False' && isBound
    ? healthy('ConditionsTrue', 'the autoscaler is able to scale')
    : waiting('ConditionNotTrue', 'the autoscaler is not able to scale yet');
}

function parsed(text: string): readonly JsonObject[] {
  try {
    return listAt({ conditions: JSON.parse(text) }, 'conditions');
  } catch {
    return [];
  }
}

import type { JsonObject } from '../json.ts';
import { markObject } from '../manifests/mark-object.ts';
import { annotations, labels, type Marks } from '../manifests/marks.ts';
import type { KubernetesObject } from '../ports.ts';
import { objectAt, stringAt } from '../rollout/kubernetes-object.ts';
import { canaryName, suffixOf } from './canary-name.ts';
import type { CanaryMarks } from './steps-seen.ts';
import type { Strategy, Traffic } from './strategy.ts';

/** What moves the traffic, as marked on the canary, so that the canary alone shows what to undo. */
export type TrafficMark =
  | { readonly by: 'replicas' }
  | { readonly by: 'route'; readonly route: string; readonly service: string; readonly api_version: string }
  | { readonly by: 'service'; readonly service: string; readonly label: string; readonly value: string };

/** The label by which the Services distinguish the two. */
export interface OwnLabel {
  readonly label: string;
  /** On the workload's pods. */
  readonly value: string;
  /** On the canary's pods. */
  readonly canary: string;
}

export interface CanaryRequest {
  /** The complete target state of the workload. */
  readonly workload: JsonObject;
  readonly strategy: Strategy;
  readonly traffic: TrafficMark;
  /** Absent if replicas share the traffic. */
  readonly own?: OwnLabel | undefined;
  readonly marks: Marks;
  readonly at: CanaryMarks;
  readonly replicas: number;
}

/** The second Deployment: the target workload under another name, with distinguishable pods. */
export const canaryObject = ({ workload, strategy, traffic, own, marks, at, replicas }: CanaryRequest): JsonObject => {
  const track: Readonly<Record<string, string>> = { [labels.track]: suffixOf(strategy) };
  const template = objectAt(workload, 'spec', 'template');
  const ownLabel = own === undefined ? {} : { [own.label]: own.canary };
  const podLabels = { ...objectAt(template, 'metadata', 'labels'), ...ownLabel, ...track };
  const matched = objectAt(workload, 'spec', 'selector', 'matchLabels');
  // With no other labels, our selector alone would match other workloads' canaries.
  const names = Object.keys(matched).length > 0 ? Object.keys(matched) : Object.keys(podLabels);
  const matchLabels = Object.fromEntries(names.map((name) => [name, podLabels[name] ?? matched[name] ?? '']));
  const { selector: _, replicas: __, template: ___, ...spec } = objectAt(workload, 'spec');
  return marked(
    workload,
    { marks, at, traffic, track, name: canaryName(nameOf(workload), strategy) },
    {
      ...spec,
      replicas,
      selector: { matchLabels: { ...matchLabels, ...track } },
      template: { ...template, metadata: { ...objectAt(template, 'metadata'), labels: podLabels } },
    },
  );
};

const nameOf = (object: JsonObject): string => stringAt(object, 'metadata', 'name') ?? '';

interface Marking {
  readonly name: string;
  readonly marks: Marks;
  readonly at: CanaryMarks;
  readonly traffic: TrafficMark;
  readonly track: Readonly<Record<string, string>>;
}

const marked = (workload: JsonObject, { name, marks, at, traffic, track }: Marking, spec: JsonObject): JsonObject => {
  const { [labels.target]: _, ...others } = objectAt(workload, 'metadata', 'labels');
  const object = markObject(
    {
      apiVersion: workload.apiVersion!,
      kind: workload.kind!,
      metadata: {
        name,
        namespace: stringAt(workload, 'metadata', 'namespace') ?? '',
        labels: { ...others, ...track },
        annotations: { ...stepAnnotations(at), [annotations.traffic]: JSON.stringify(traffic) },
      },
      spec,
    },
    marks,
  );
  return object;
};

const stepAnnotations = ({ step, isMoving, since }: CanaryMarks): Readonly<Record<string, string>> => ({
  [annotations.step]: String(step),
  ...(isMoving ? { [annotations.moving]: 'true' } : {}),
  ...(since === undefined ? {} : { [annotations.stepAt]: String(since) }),
});

/** The value of `annotations.step` on a canary that has gone back and is kept for investigation. */
export const goneBack = 'back';

/** The canary without traffic: one pod stays, for investigation. */
export const studied = (owned: JsonObject): JsonObject => {
  const { metadata, spec } = owned;
  const { [annotations.moving]: _, [annotations.stepAt]: __, ...kept } = objectAt(metadata, 'annotations');
  return {
    ...owned,
    metadata: { ...objectAt(metadata), annotations: { ...kept, [annotations.step]: goneBack } },
    spec: { ...objectAt(spec), replicas: 1 },
  };
};

/** How far a canary is; undefined if it is no canary or has gone back. */
export const canaryMarks = (object: KubernetesObject): CanaryMarks | undefined => {
  const of = (name: 'step' | 'stepAt' | 'moving') => stringAt(object, 'metadata', 'annotations', annotations[name]);
  const [step, since] = [of('step'), of('stepAt')];
  if (step === undefined || step === goneBack) return undefined;
  return {
    ...{ step: Number(step), isMoving: of('moving') !== undefined },
    ...(since === undefined ? {} : { since: Number(since) }),
  };
};

export const trafficMark = (object: KubernetesObject): TrafficMark => {
  const text = stringAt(object, 'metadata', 'annotations', annotations.traffic);
  return text === undefined ? { by: 'replicas' } : (JSON.parse(text) as TrafficMark);
};

/** Whether an object exists only for a deployment's steps, and is no part of its release. */
export const isOfSteps = (object: JsonObject): boolean =>
  stringAt(object, 'metadata', 'labels', labels.track) !== undefined;

/** A Service for the canary's pods alone: like the workload's, under another name. */
export const canaryService = (
  service: JsonObject,
  { strategy, own, marks }: { readonly strategy: Strategy; readonly own: OwnLabel; readonly marks: Marks },
): JsonObject => {
  const { selector, ports, sessionAffinity, publishNotReadyAddresses } = objectAt(service, 'spec');
  const kept = { ports, sessionAffinity, publishNotReadyAddresses };
  return markObject(
    {
      ...{ apiVersion: 'v1', kind: 'Service' },
      metadata: {
        name: canaryName(nameOf(service), strategy),
        namespace: stringAt(service, 'metadata', 'namespace') ?? '',
        labels: { [labels.track]: suffixOf(strategy) },
      },
      spec: {
        ...Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined)),
        selector: { ...(selector as JsonObject), [own.label]: own.canary },
      } as JsonObject,
    },
    marks,
  );
};

const longestLabel = 63;

/**
 * The Service's label that distinguishes the two: one from the workload's own selector, which therefore does not match
 * the canary's pods. Or why there is none.
 */
export const ownLabelOf = (
  service: JsonObject,
  workload: JsonObject,
  strategy: Pick<Strategy, 'kind'>,
): OwnLabel | { readonly problem: string } => {
  const selector = objectAt(service, 'spec', 'selector');
  const pods = objectAt(workload, 'spec', 'template', 'metadata', 'labels');
  const names = Object.keys(selector).sort();
  const stranger = names.find((name) => pods[name] !== selector[name]);
  if (names.length === 0) return { problem: 'has no selector' };
  if (stranger !== undefined)
    return { problem: `does not select the pods of the workload: their label ${stranger} differs` };
  const matched = objectAt(workload, 'spec', 'selector', 'matchLabels');
  const ends = names.map((label) => ({ label, value: String(selector[label]) }));
  const fitting = ends.filter(({ value }) => value.length + suffixOf(strategy).length + 1 <= longestLabel);
  const chosen = fitting.find(({ label }) => matched[label] !== undefined) ?? fitting[0];
  if (chosen === undefined) return { problem: 'has no label in its selector that is short enough to be extended' };
  return { ...chosen, canary: `${chosen.value}-${suffixOf(strategy)}` };
};

/** The mark for a strategy, completed with what only the objects show. */
export const markOfTraffic = (traffic: Traffic, own: OwnLabel | undefined, routeVersion: string): TrafficMark => {
  if (traffic.by === 'route') return { ...traffic, api_version: routeVersion };
  if (traffic.by === 'service' && own !== undefined) return { ...traffic, label: own.label, value: own.value };
  return { by: 'replicas' };
};

import type { CustomResource, WorkloadKind } from '../plan/plan.ts';
import type { Catalogue, ServiceEntry } from './catalogue.ts';

/** Something that a role lets its holder do in a namespace. */
export interface Right {
  readonly verb: string;
  /** '' is that of pods. */
  readonly group: string;
  /** With a part behind it where it is one: `pods/log`. */
  readonly resource: string;
}

export interface RoleRule {
  readonly group: string;
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

const looks = ['list', 'watch'];

/** What Flotilla asks of any namespace where something is deployed. It looks, and changes nothing; see `unblock` for the one exception. */
export const commonRules: readonly RoleRule[] = [
  {
    group: 'apps',
    resources: ['deployments', 'statefulsets', 'daemonsets', 'replicasets', 'controllerrevisions'],
    verbs: looks,
  },
  { group: 'batch', resources: ['jobs', 'cronjobs'], verbs: looks },
  { group: '', resources: ['pods', 'events'], verbs: looks },
  { group: '', resources: ['pods/log'], verbs: ['get'] },
  { group: '', resources: ['services/proxy'], verbs: ['get'] },
];

/** Kinds of other APIs, which few clusters have. */
export const rareKinds: Partial<Record<WorkloadKind, Pick<RoleRule, 'group' | 'resources'>>> = {
  rollout: { group: 'argoproj.io', resources: ['rollouts'] },
  'knative-service': { group: 'serving.knative.dev', resources: ['services'] },
  certificate: { group: 'cert-manager.io', resources: ['certificates'] },
};

/** The core API has a version and no group. */
const groupOf = ({ api_version: of }: CustomResource): string => (of.includes('/') ? of.split('/', 1).join() : '');

export const listOf = (resource: CustomResource): Right => ({
  verb: 'list',
  group: groupOf(resource),
  resource: resource.plural,
});

/** One rule for a group, with all of its resources that services are. */
export const customRules = (entries: readonly ServiceEntry[]): readonly Pick<RoleRule, 'group' | 'resources'>[] => {
  const resources = entries.flatMap(({ resource }) => resource ?? []);
  const byGroup = Map.groupBy(resources, groupOf);
  return [...byGroup.keys()].sort().map((group) => ({
    group,
    resources: [...new Set(byGroup.get(group)?.map(({ plural }) => plural))].sort(),
  }));
};

/** What the logs of a workload take: to find its pods by what owns them, and to read. Nobody waits for anything there. */
export const logRules = (rules: readonly RoleRule[]): readonly RoleRule[] =>
  rules.flatMap(({ group, resources, verbs }) => {
    const own = resources.filter((resource) => !needless.includes(resource));
    const reads = verbs.filter((verb) => verb === 'list' || own.includes('pods/log'));
    return own.length === 0 || reads.length === 0 ? [] : [{ group, resources: own, verbs: reads }];
  });

const needless = ['events', 'services/proxy'];

/** All that it asks for with this catalogue: kinds that it names, and to delete pods where a service says `unblock`. */
export const wantedRules = ({ services = {} }: Pick<Catalogue, 'services'>): readonly RoleRule[] => {
  const entries = Object.values(services).flatMap((ofPillar) => Object.values(ofPillar));
  const kinds = new Set(entries.map(({ kind }) => kind));
  const rare = [...kinds].sort().flatMap((kind) => rareKinds[kind] ?? []);
  const unblocks = entries.some(({ unblock }) => unblock === true);
  return [
    ...commonRules,
    ...[...rare, ...customRules(entries)].map((rule) => ({ ...rule, verbs: looks })),
    ...(unblocks ? [{ group: '', resources: ['pods'], verbs: ['delete'] }] : []),
  ];
};

export const rightsIn = ({ group, resources, verbs }: RoleRule): readonly Right[] =>
  resources.flatMap((resource) => verbs.map((verb) => ({ verb, group, resource })));

export const wantedRights = (catalogue: Pick<Catalogue, 'services'>): readonly Right[] =>
  wantedRules(catalogue).flatMap(rightsIn);

/** As kubectl names it: `watch deployments.apps`. */
export const nameOfRight = ({ verb, group, resource }: Right): string =>
  `${verb} ${resource}${group === '' ? '' : `.${group}`}`;

/** The right that is named so. Names of resources have no dot, those of groups have. */
export const rightOf = (name: string): Right => {
  const [, verb = '', resource = '', group = ''] = /^(\S+) ([^.]*)\.?(.*)$/.exec(name) ?? [];
  return { verb, group, resource };
};

/** The lines of a role that gives these, as YAML has them in one line each. */
export const linesForRole = (rights: readonly Right[]): readonly string[] => {
  const byVerbs = new Map<string, { readonly group: string; readonly resources: string[]; readonly verbs: string }>();
  for (const [of, verbs] of verbsOf(rights)) {
    const { group, resource } = of;
    const key = `${group} ${verbs}`;
    const line = byVerbs.get(key) ?? { group, verbs, resources: [] };
    byVerbs.set(key, line);
    line.resources.push(resource);
  }
  return [...byVerbs.values()].map(
    ({ group, resources, verbs }) =>
      `- {apiGroups: [${group === '' ? '""' : group}], resources: [${resources.join(', ')}], verbs: [${verbs}]}`,
  );
};

const verbsOf = (rights: readonly Right[]): readonly (readonly [of: Right, verbs: string])[] => {
  const found = new Map<string, { readonly of: Right; readonly verbs: string[] }>();
  for (const right of rights) {
    const key = `${right.group}/${right.resource}`;
    const known = found.get(key) ?? { of: right, verbs: [] };
    found.set(key, known);
    known.verbs.push(right.verb);
  }
  return [...found.values()].map(({ of, verbs }) => [of, verbs.join(', ')]);
};

import type { CustomResource, WorkloadKind } from '../plan/plan.ts';
import type { Catalogue, ServiceEntry } from './catalogue.ts';

/** Something that a role permits in a namespace. */
export interface Right {
  readonly verb: string;
  /** The core group of pods is ''. */
  readonly group: string;
  /** With a subresource if there is one: `pods/log`. */
  readonly resource: string;
}

export interface RoleRule {
  readonly group: string;
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

const looks = ['list', 'watch'];

/**
 * The rights that Flotilla needs in any namespace where something is deployed. They are read-only, with `unblock` as
 * the one exception.
 */
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

/** The core API has a version but no group. */
const groupOf = ({ api_version: of }: CustomResource): string => (of.includes('/') ? of.split('/', 1).join() : '');

export const listOf = (resource: CustomResource): Right => ({
  verb: 'list',
  group: groupOf(resource),
  resource: resource.plural,
});

/** One rule per group, with all of its resources that are services. */
export const customRules = (entries: readonly ServiceEntry[]): readonly Pick<RoleRule, 'group' | 'resources'>[] => {
  const resources = entries.flatMap(({ resource }) => resource ?? []);
  const byGroup = Map.groupBy(resources, groupOf);
  return [...byGroup.keys()].sort().map((group) => ({
    group,
    resources: [...new Set(byGroup.get(group)?.map(({ plural }) => plural))].sort(),
  }));
};

/** The rights for reading a workload's logs: finding its pods by their owners, and reading. Needs no watch. */
export const logRules = (rules: readonly RoleRule[]): readonly RoleRule[] =>
  rules.flatMap(({ group, resources, verbs }) => {
    const own = resources.filter((resource) => !needless.includes(resource));
    const reads = verbs.filter((verb) => verb === 'list' || own.includes('pods/log'));
    return own.length === 0 || reads.length === 0 ? [] : [{ group, resources: own, verbs: reads }];
  });

const needless = ['events', 'services/proxy'];

/** All rights that this catalogue needs: for the kinds it names, and deleting pods if a service says `unblock`. */
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

/** In kubectl's form: `watch deployments.apps`. */
export const nameOfRight = ({ verb, group, resource }: Right): string =>
  `${verb} ${resource}${group === '' ? '' : `.${group}`}`;

/** Parses that form. Resource names have no dot; groups do. */
export const rightOf = (name: string): Right => {
  const [, verb = '', resource = '', group = ''] = /^(\S+) ([^.]*)\.?(.*)$/.exec(name) ?? [];
  return { verb, group, resource };
};

/** The lines of a role with these rights, in single-line YAML. */
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

import { listed, quoted } from '../batch/findings.ts';
import type { FoundInFile, FoundService, Note } from './found-service.ts';

/** A service in a file, with the file's own names. */
export interface WrittenService extends Omit<FoundService, 'service' | 'pillar' | 'dependencies' | 'kind' | 'name'> {
  readonly line: number;
  /** Its name in the file. */
  readonly called: string;
  /** The object's name; absent: the service's. */
  readonly object?: string;
  readonly pillar?: string;
  /** The names by which other services in the file may depend on it. */
  readonly ids: readonly string[];
  /** The ids of its dependencies. */
  readonly needs: readonly string[];
}

/** A service of the file that is not written. */
export interface UnwrittenService extends Pick<WrittenService, 'called' | 'pillar' | 'ids'> {
  readonly why: string;
}

export interface Settled extends FoundInFile {
  /** Dependencies that lead nowhere, or to more than one service. */
  readonly unresolved: readonly Note[];
}

/** A batch accepts no more. */
const mostDependencies = 10;

interface Surroundings {
  /** For services that name none. */
  readonly usualPillar: string;
  /** Nobody takes their names, and dependencies on them are explained. */
  readonly left: readonly UnwrittenService[];
}

/** Gives every service a valid name, and turns dependencies into keys. Notes every change. */
export const settleServices = (written: readonly WrittenService[], around: Surroundings): Settled => {
  const named = nameAll(written, around);
  const why = new Map(around.left.flatMap((one) => one.ids.map((id) => [id, one.why])));
  const places: Places = { byId: indexOf(named), why };
  const found = named.map((one) => ({ ...one, ...dependenciesOf(one, places) }));
  return {
    services: found.map(serviceOf),
    notes: found.flatMap(({ renamed, cut }) => [...renamed, ...cut]),
    unresolved: found.flatMap(({ unresolved }) => unresolved),
  };
};

interface Named {
  readonly written: WrittenService;
  readonly pillar: string;
  readonly service: string;
  readonly object: string;
  readonly renamed: readonly Note[];
}

interface Places {
  readonly byId: ReadonlyMap<string, readonly Named[]>;
  /** Why services are left out, by id. */
  readonly why: ReadonlyMap<string, string>;
}

const indexOf = (named: readonly Named[]): Places['byId'] => {
  const byId = new Map<string, Named[]>();
  for (const one of named) for (const id of new Set(one.written.ids)) byId.set(id, [...(byId.get(id) ?? []), one]);
  return byId;
};

const keyOf = ({ pillar, service }: Pick<Named, 'pillar' | 'service'>): string => `${pillar}/${service}`;

const nameAll = (written: readonly WrittenService[], around: Surroundings): readonly Named[] => {
  const { usualPillar } = around;
  const nameOf = serviceNames(written, around);
  const freeObject = freeNames();
  const told = new Set<string>();
  return written.map((one) => {
    const own = one.pillar ?? usualPillar;
    const pillar = fittingPillar(own);
    const service = nameOf(one.called, pillar);
    const usual = fittingObject(one.object ?? service);
    const object = freeObject(one.namespace ?? pillar, usual);
    const renamed = [
      ...(service === one.called ? [] : [renamedTo(one, 'service', [one.called, service])]),
      ...(pillar === own.toLowerCase() || told.has(own) ? [] : [renamedTo(one, 'pillar', [own, pillar])]),
      ...(object === usual ? [] : [renamedTo(one, 'object', [usual, object])]),
    ];
    told.add(own);
    return { written: one, pillar, service, object, renamed };
  });
};

const isFitting = {
  service: (name: string) => fittingName(name) === name,
  pillar: (name: string) => fittingPillar(name) === name,
  object: () => true,
} as const;

const renamedTo = (
  { line, called }: WrittenService,
  what: keyof typeof isFitting,
  [from, to]: readonly [from: string, to: string],
): Note => {
  const why = isFitting[what](from) ? 'is taken' : 'has characters that Flotilla does not accept';
  return { line, about: called, message: `the ${what} becomes ${to}: ${quoted(from)} ${why}` };
};

/** Gives each service a unique name. A valid name stays, whatever others turn into; of two the first. */
const serviceNames = (
  written: readonly WrittenService[],
  { usualPillar, left }: Surroundings,
): ((called: string, pillar: string) => string) => {
  const keysOf = (services: readonly Pick<WrittenService, 'called' | 'pillar'>[]): readonly string[] =>
    services
      .filter(({ called }) => isFitting.service(called))
      .map(({ pillar, called }) => `${fittingPillar(pillar ?? usualPillar)}/${called}`);
  const own = new Set(keysOf(written));
  const free = freeNames([...own, ...keysOf(left)]);
  return (called, pillar) => (own.delete(`${pillar}/${called}`) ? called : free(pillar, fittingName(called)));
};

/** A name, or the same with a number if the scope has it already. */
const freeNames = (taken: Iterable<string> = []): ((scope: string, name: string) => string) => {
  const all = new Set(taken);
  const numbers = new Map<string, number>();
  return (scope, name) => {
    const start = name.slice(0, 120);
    let free = name;
    let number = numbers.get(`${scope}/${start}`) ?? 1;
    while (all.has(`${scope}/${free}`)) {
      number += 1;
      free = `${start}-${number}`;
    }
    numbers.set(`${scope}/${start}`, number);
    all.add(`${scope}/${free}`);
    return free;
  };
};

/** Letters, digits, `-` and `_`, starting with a letter or a digit. */
export const fittingName = (text: string): string =>
  text
    .slice(0, 128)
    .replace(/[^A-Za-z0-9_-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '') || 'service';

/** The same in lower case. */
export const fittingPillar = (text: string): string =>
  text
    .slice(0, 64)
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '') || 'default';

/** A valid Kubernetes object name. */
const fittingObject = (text: string): string =>
  text
    .slice(0, 253)
    .toLowerCase()
    .replace(/[^a-z0-9.-]+/g, '-')
    .replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, '') || 'service';

interface Dependencies {
  readonly dependencies: readonly string[];
  readonly unresolved: readonly Note[];
  readonly cut: readonly Note[];
}

const dependenciesOf = (one: Named, places: Places): Dependencies => {
  const { line, called, needs } = one.written;
  const looked = [...new Set(needs)].map((need) => ({ need, target: targetOf(one, need, places) }));
  const keys = [...new Set(looked.flatMap(({ target }) => (typeof target === 'string' ? [] : [keyOf(target)])))];
  return {
    dependencies: keys.slice(0, mostDependencies),
    unresolved: looked.flatMap(({ need, target }) =>
      typeof target === 'string' ? [{ line, about: called, message: `depends on ${quoted(need)}, ${target}` }] : [],
    ),
    cut:
      keys.length > mostDependencies
        ? [
            {
              line,
              about: called,
              message: `depends on ${keys.length} services; the first ${mostDependencies} are written`,
            },
          ]
        : [],
  };
};

/** The service that is meant: of several, the one in the same pillar. */
const targetOf = (one: Named, need: string, { byId, why }: Places): Named | string => {
  const meant = byId.get(need) ?? [];
  const near = meant.filter(({ pillar }) => pillar === one.pillar);
  // Of two with one name, the first is meant.
  const byName = Map.groupBy(near.length > 0 ? near : meant, (other) => `${other.pillar}/${other.written.called}`);
  const [target, ...others] = [...byName.values()].map(([first]) => first!);
  if (target === undefined) return why.has(need) ? `which was left out: ${why.get(need)}` : 'which was not found';
  if (others.length > 0) return `which may be ${listed([target, ...others].map(keyOf))}`;
  if (target.written.isScaledToZero === true && one.written.isScaledToZero !== true) return 'which is scaled to 0';
  return keyOf(target) === keyOf(one) ? 'which is itself' : target;
};

const serviceOf = ({
  written: { line: _, called: __, ids: ___, needs: ____, object: _____, ...one },
  pillar,
  service,
  object,
  dependencies,
}: Named & Dependencies): FoundService => ({
  ...one,
  ...{ pillar, service, kind: 'deployment', name: object },
  ...(dependencies.length === 0 ? {} : { dependencies }),
});

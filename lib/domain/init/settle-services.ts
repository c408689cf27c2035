import { listed, quoted } from '../batch/findings.ts';
import type { FoundInFile, FoundService, Note } from './found-service.ts';

/** A service as a file has it: its names are the file's own. */
export interface WrittenService extends Omit<FoundService, 'service' | 'pillar' | 'dependencies' | 'kind' | 'name'> {
  readonly line: number;
  /** As the file calls it. */
  readonly called: string;
  /** Of its object; absent: the name of the service. */
  readonly object?: string;
  readonly pillar?: string;
  /** What other services of the file may call it when they depend on it. */
  readonly ids: readonly string[];
  /** Ids of what it depends on. */
  readonly needs: readonly string[];
}

export interface Settled extends FoundInFile {
  /** Dependencies that lead nowhere, or to more than one service. */
  readonly unresolved: readonly Note[];
}

/** More than a batch takes. */
const mostDependencies = 10;

/** Gives every service a name that Flotilla takes, and turns dependencies into keys. Whatever it changes, it notes. */
export const settleServices = (written: readonly WrittenService[], usualPillar: string): Settled => {
  const named = nameAll(written, usualPillar);
  const byId = indexOf(named);
  const found = named.map((one) => ({ ...one, ...dependenciesOf(one, byId) }));
  return {
    services: found.map(({ written: one, pillar, service, dependencies }) =>
      serviceOf(one, { pillar, service, dependencies }),
    ),
    notes: found.flatMap(({ renamed, cut }) => [...renamed, ...cut]),
    unresolved: found.flatMap(({ unresolved }) => unresolved),
  };
};

interface Named {
  readonly written: WrittenService;
  readonly pillar: string;
  readonly service: string;
  readonly renamed: readonly Note[];
}

type ById = ReadonlyMap<string, readonly Named[]>;

const indexOf = (named: readonly Named[]): ById => {
  const byId = new Map<string, Named[]>();
  for (const one of named) for (const id of new Set(one.written.ids)) byId.set(id, [...(byId.get(id) ?? []), one]);
  return byId;
};

const keyOf = ({ pillar, service }: Pick<Named, 'pillar' | 'service'>): string => `${pillar}/${service}`;

const nameAll = (written: readonly WrittenService[], usualPillar: string): readonly Named[] => {
  const free = freeNames(written, usualPillar);
  const told = new Set<string>();
  return written.map((one) => {
    const own = one.pillar ?? usualPillar;
    const pillar = fittingPillar(own);
    const service = free(one.called, pillar);
    const renamed = [
      ...(service === one.called ? [] : [renamedTo(one, 'service', [one.called, service])]),
      ...(pillar === own.toLowerCase() || told.has(own) ? [] : [renamedTo(one, 'pillar', [own, pillar])]),
    ];
    told.add(own);
    return { written: one, pillar, service, renamed };
  });
};

const renamedTo = (
  { line, called }: WrittenService,
  what: string,
  [from, to]: readonly [from: string, to: string],
): Note => ({
  line,
  about: called,
  message: `the ${what} becomes ${to}: ${quoted(from)} has characters that Flotilla does not take`,
});

/** Gives each service a name of its own. A name that fits keeps it, whatever others turn into. */
const freeNames = (
  written: readonly WrittenService[],
  usualPillar: string,
): ((called: string, pillar: string) => string) => {
  const fit = written.filter(({ called }) => fittingName(called) === called);
  const taken = new Set(fit.map(({ pillar, called }) => `${fittingPillar(pillar ?? usualPillar)}/${called}`));
  const numbers = new Map<string, number>();
  return (called, pillar) => {
    const fitting = fittingName(called);
    if (fitting === called) return called;
    const start = fitting.slice(0, 120);
    let name = fitting;
    let number = numbers.get(`${pillar}/${start}`) ?? 1;
    while (taken.has(`${pillar}/${name}`)) {
      number += 1;
      name = `${start}-${number}`;
    }
    numbers.set(`${pillar}/${start}`, number);
    taken.add(`${pillar}/${name}`);
    return name;
  };
};

/** Letters, digits, `-` and `_`, a letter or a digit first. */
export const fittingName = (text: string): string =>
  text
    .slice(0, 128)
    .replace(/[^A-Za-z0-9_-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '') || 'service';

/** The same in small letters. */
export const fittingPillar = (text: string): string =>
  text
    .slice(0, 64)
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '') || 'default';

/** What Kubernetes takes for an object. */
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

const dependenciesOf = (one: Named, byId: ById): Dependencies => {
  const { line, called, needs } = one.written;
  const looked = [...new Set(needs)].map((need) => ({ need, target: targetOf(one, byId.get(need) ?? []) }));
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

/** The one that is meant: of several one in the same pillar. */
const targetOf = (one: Named, meant: readonly Named[]): Named | string => {
  const near = meant.filter(({ pillar }) => pillar === one.pillar);
  const byKey = new Map((near.length > 0 ? near : meant).map((other) => [keyOf(other), other]));
  const [target, ...others] = byKey.values();
  if (target === undefined) return 'which was not found';
  if (others.length > 0) return `which may be ${listed([...byKey.keys()])}`;
  return keyOf(target) === keyOf(one) ? 'which is itself' : target;
};

const serviceOf = (
  { line: _, called: __, ids: ___, needs: ____, object, ...one }: WrittenService,
  { dependencies, ...named }: Pick<Named, 'pillar' | 'service'> & Pick<Dependencies, 'dependencies'>,
): FoundService => ({
  ...one,
  ...named,
  kind: 'deployment',
  name: fittingObject(object ?? named.service),
  ...(dependencies.length === 0 ? {} : { dependencies }),
});

import { findCycles } from '../plan/cycles.ts';
import { type Draft, serviceKeyOf } from './drafts.ts';
import { type Finding, type LineOf, listed, type Path, quoted, type Wording } from './findings.ts';
import { type IssueCode, issueCodes } from './issues.ts';
import { nearest } from './nearest.ts';
import { type Directory, makeDirectory, type NamedService, servicesCalled } from './service-directory.ts';
import { readDependency, type WrittenDependency } from './written-dependency.ts';

interface Places {
  readonly offsetOf: (path: Path) => number;
  readonly ownOffsetOf: (path: Path, within: Path) => number;
  readonly lineOf: LineOf;
}

export interface ResolvedDependencies {
  readonly findings: readonly Finding[];
  /** For each draft, the keys that it depends on, without duplicates. */
  readonly keys: readonly (readonly string[])[];
}

/** How many dependencies a batch may have, counting each infrastructure: 10,000 deployments with ten each. */
export const mostEdges = 100_000;

/**
 * Finds duplicate services, dependencies that lead nowhere or to two services, and cycles. A missing dependency in
 * `explained` is not reported, because another finding explains it. `isRepeated`: items may name a service again.
 */
export const checkDependencies = (
  drafts: readonly Draft[],
  {
    explained,
    isRepeated = false,
  }: { readonly explained: ReadonlySet<string>; readonly isRepeated?: boolean | undefined },
  places: Places,
): ResolvedDependencies => {
  const findings: Finding[] = [];
  const at = (path: Path, shown: Path, code: IssueCode, describe: () => Wording): void => {
    findings.push({ offset: places.offsetOf(path), path: shown, code, describe });
  };
  const directory = { ...makeDirectory(drafts, isRepeated), explained };
  if (!isRepeated) findings.push(...duplicates(drafts, directory, places));
  const targets = resolveDrafts(drafts, directory, at);
  reportCycles(drafts, targets, at);
  const keys = targets.map((found) => [...new Set(found.map(({ target }) => drafts[target]!.key!))]);
  return { findings, keys };
};

type Report = (path: Path, shown: Path, code: IssueCode, describe: () => Wording) => void;

/** Reported on the items' lines, even if an anchor contains their names. */
const duplicates = (
  drafts: readonly Draft[],
  { byKey }: Directory,
  { ownOffsetOf, lineOf }: Pick<Places, 'ownOffsetOf' | 'lineOf'>,
): Finding[] =>
  drafts.flatMap((draft): Finding[] => {
    const key = serviceKeyOf(draft);
    const first = key === undefined ? undefined : drafts[byKey.get(key)?.places[0] ?? -1];
    if (key === undefined || first === undefined || first.path === draft.path) return [];
    const describe = (): Wording => {
      const { line } = lineOf(ownOffsetOf(nameIn(first.path), first.path));
      const hint = 'a batch deploys each service once; for several clusters, give infrastructure_id a list';
      return { message: `${key} is already on line ${line}`, hint, found: key };
    };
    const here = nameIn(draft.path);
    return [{ offset: ownOffsetOf(here, draft.path), path: here, code: issueCodes.Duplicate, describe }];
  });

const nameIn = (item: Path): Path => [...item, 'service_name'];

interface Target {
  readonly target: number;
  /** Its position in the item's list of dependencies. */
  readonly entry: number;
}

type Known = Directory & { readonly explained: ReadonlySet<string> };

const resolveDrafts = (drafts: readonly Draft[], known: Known, at: Report): Target[][] => {
  let edges = 0;
  return drafts.map((draft) => {
    if (edges > mostEdges) return [];
    const targets = resolveAll(draft, { drafts, known, at });
    edges += targets.length;
    if (edges <= mostEdges) return targets;
    const list = listIn(draft);
    at(list, list, issueCodes.OutOfRange, () => tooManyEdges);
    return [];
  });
};

const tooManyEdges: Wording = {
  message: `the batch has more than ${mostEdges} dependencies, counted on each infrastructure`,
  hint: 'depend on one infrastructure, with { key: …, same_infrastructure: true }',
};

const listIn = ({ path }: Draft): Path => [...path, 'metadata', 'dependencies'];

interface Resolving {
  readonly drafts: readonly Draft[];
  readonly known: Known;
  readonly at: Report;
}

const resolveAll = (draft: Draft, { drafts, known, at }: Resolving): Target[] => {
  const list = listIn(draft);
  return draft.dependencies.flatMap((written, entry): Target[] => {
    const asked = readDependency(written);
    if (asked === undefined) return [];
    const report = (code: IssueCode, describe: () => Wording): Target[] => {
      at([...list, entry], list, code, describe);
      return [];
    };
    const candidates = servicesCalled(asked.name, known);
    const [service] = candidates;
    if (service === undefined) {
      if (known.explained.has(asked.name.slice(asked.name.indexOf('/') + 1))) return [];
      return report(issueCodes.UnknownDependency, () => unknownDependency(asked, known, draft));
    }
    if (candidates.length > 1) return report(issueCodes.AmbiguousDependency, () => ambiguous(asked.name, candidates));
    if (asked.isSame && asked.infrastructure !== undefined) return report(issueCodes.NotAllowed, () => saysBoth(asked));
    const targets = targetsOn(service, asked, { drafts, draft });
    if (targets.length > 0) return targets.map((target) => ({ target, entry }));
    return report(issueCodes.UnknownDependency, () => notThere(service, asked, { drafts, draft }));
  });
};

interface Around {
  readonly drafts: readonly Draft[];
  readonly draft: Draft;
}

const infrastructureOf = ({ item }: Draft): string | undefined => item?.infrastructure_id;

/** All drafts of a service, or the one on the requested infrastructure. */
const targetsOn = (
  { places }: NamedService,
  { infrastructure, isSame }: WrittenDependency,
  { drafts, draft }: Around,
): readonly number[] => {
  const wanted = isSame ? infrastructureOf(draft) : infrastructure;
  // An invalid item's infrastructure is not known. A batch that is too long has only some of its deployments checked.
  const { listed } = drafts[places[0]!]!;
  const isPart = listed !== undefined && places.length < listed.infrastructures.length;
  if (wanted === undefined || isPart || places.some((place) => infrastructureOf(drafts[place]!) === undefined))
    return places;
  return places.filter((place) => infrastructureOf(drafts[place]!) === wanted);
};

const notThere = (
  { key, places }: NamedService,
  { infrastructure, isSame }: WrittenDependency,
  { drafts, draft }: Around,
): Wording => {
  const there = places.map((place) => infrastructureOf(drafts[place]!)!);
  const own = draft.listed?.infrastructures ?? [infrastructureOf(draft)!];
  const lacking = isSame ? own.filter((one) => !there.includes(one)) : [infrastructure!];
  return {
    message: `${key} is not deployed to ${lacking.map((one) => quoted(one)).join(', ')} in this batch; it is deployed to ${listed(there)}`,
    hint: isSame ? `add it there, or write ${key} to wait for all` : didMean(infrastructure!, there),
    allowed: there,
  };
};

const didMean = (name: string, names: readonly string[]): string | undefined => {
  const near = nearest(name, names);
  return near === undefined ? undefined : `did you mean ${near}?`;
};

const saysBoth = ({ name, infrastructure }: WrittenDependency): Wording => ({
  message: `names the infrastructure ${quoted(infrastructure!)}, and asks for the same one`,
  hint: `write ${name}, or remove same_infrastructure`,
});

const unknownDependency = (
  { name }: WrittenDependency,
  { byKey, byName }: Directory,
  { key, service }: Draft,
): Wording => {
  const others = [...(name.includes('/') ? byKey : byName).keys()].filter((one) => one !== key && one !== service);
  const near = nearest(name, others);
  return {
    message: `${quoted(name)} is not in this batch`,
    hint: near === undefined ? 'a dependency must be a service in the same batch' : `did you mean ${near}?`,
    found: name,
  };
};

const ambiguous = (name: string, services: readonly NamedService[]): Wording => {
  const keys = services.map(({ key }) => key).sort();
  return {
    message: `${quoted(name)} exists in several pillars`,
    hint: `write ${keys.join(' or ')}`,
    found: name,
    allowed: keys,
  };
};

const reportCycles = (drafts: readonly Draft[], targets: readonly (readonly Target[])[], at: Report): void => {
  const edges = targets.map((list) => list.map(({ target }) => target));
  for (const { cycle, tangled } of findCycles(edges)) {
    const [start = 0, next = start] = cycle;
    const list = listIn(drafts[start]!);
    const entry = targets[start]!.find(({ target }) => target === next)?.entry ?? 0;
    at([...list, entry], list, issueCodes.DependencyCycle, () =>
      cycleWording(
        cycle.map((place) => drafts[place]!),
        tangled,
      ),
    );
  }
};

const cycleWording = (cycle: readonly Draft[], tangled: number): Wording => {
  const services = new Set(cycle.map(({ service }) => service));
  const isClear = services.size === cycle.length && cycle.every((draft) => draft.key === serviceKeyOf(draft));
  const names = cycle.map(({ key, service }) => (isClear ? service : key));
  const others = tangled - cycle.length;
  const more = others === 0 ? '' : `; ${others} more deployments are on cycles with these`;
  return {
    message: `cycle: ${[...names, names[0]].join(' -> ')}${more}`,
    hint: cycle.length === 1 ? 'a deployment cannot wait for itself' : 'remove one of these dependencies',
  };
};

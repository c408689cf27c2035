import { findCycles } from '../plan/cycles.ts';
import type { Draft } from './drafts.ts';
import { type Finding, type LineOf, type Path, quoted, type Wording } from './findings.ts';
import { type IssueCode, issueCodes } from './issues.ts';
import { nearest } from './nearest.ts';

interface Places {
  readonly offsetOf: (path: Path) => number;
  readonly ownOffsetOf: (path: Path, within: Path) => number;
  readonly lineOf: LineOf;
}

export interface ResolvedDependencies {
  readonly findings: readonly Finding[];
  /** For each draft the keys that it depends on, each once. */
  readonly keys: readonly (readonly string[])[];
}

/**
 * The same service twice, dependencies that lead nowhere or to two places, and cycles. A dependency on one of `explained`
 * is not reported when it is missing: it is known why.
 */
export const checkDependencies = (
  drafts: readonly Draft[],
  explained: ReadonlySet<string>,
  places: Places,
): ResolvedDependencies => {
  const findings: Finding[] = [];
  const at = (path: Path, shown: Path, code: IssueCode, describe: () => Wording): void => {
    findings.push({ offset: places.offsetOf(path), path: shown, code, describe });
  };
  const directory = { ...makeDirectory(drafts), explained };
  findings.push(...duplicates(drafts, directory, places));
  const targets = drafts.map((draft) => resolveAll(draft, directory, at));
  reportCycles(drafts, targets, at);
  const keys = targets.map((found) => [...new Set(found.map(({ target }) => drafts[target]!.key!))]);
  return { findings, keys };
};

type Report = (path: Path, shown: Path, code: IssueCode, describe: () => Wording) => void;

/** Who is called what. Of a service that is there twice, the first one counts. */
interface Directory {
  readonly byKey: ReadonlyMap<string, number>;
  /** Drafts by bare service name, one for each pillar. */
  readonly byName: ReadonlyMap<string, readonly number[]>;
}

const makeDirectory = (drafts: readonly Draft[]): Directory => {
  const byKey = new Map<string, number>();
  const byName = new Map<string, number[]>();
  drafts.forEach(({ key, service }, place) => {
    if (key === undefined || service === undefined || byKey.has(key)) return;
    byKey.set(key, place);
    const namesakes = byName.get(service);
    if (namesakes === undefined) byName.set(service, [place]);
    else namesakes.push(place);
  });
  return { byKey, byName };
};

/** On the lines of the items, also where an anchor says their names. */
const duplicates = (
  drafts: readonly Draft[],
  { byKey }: Directory,
  { ownOffsetOf, lineOf }: Pick<Places, 'ownOffsetOf' | 'lineOf'>,
): Finding[] =>
  drafts.flatMap(({ key, path }, place): Finding[] => {
    const first = key === undefined ? undefined : byKey.get(key);
    if (first === undefined || first === place) return [];
    const before = drafts[first]!.path;
    const describe = (): Wording => {
      const { line } = lineOf(ownOffsetOf(nameIn(before), before));
      return { message: `${key} is already on line ${line}`, hint: 'a batch deploys each service once', found: key };
    };
    const here = nameIn(path);
    return [{ offset: ownOffsetOf(here, path), path: here, code: issueCodes.Duplicate, describe }];
  });

const nameIn = (item: Path): Path => [...item, 'service_name'];

interface Target {
  readonly target: number;
  /** Place in the item's list of dependencies. */
  readonly entry: number;
}

const resolveAll = (
  draft: Draft,
  directory: Directory & { readonly explained: ReadonlySet<string> },
  at: Report,
): Target[] => {
  const list = [...draft.path, 'metadata', 'dependencies'];
  return draft.dependencies.flatMap((name, entry): Target[] => {
    if (typeof name !== 'string' || name === '') return [];
    const candidates = candidatesFor(name, directory);
    if (candidates.length === 1) return [{ target: candidates[0]!, entry }];
    if (candidates.length === 0 && directory.explained.has(name.slice(name.indexOf('/') + 1))) return [];
    if (candidates.length === 0)
      at([...list, entry], list, issueCodes.UnknownDependency, () => unknownDependency(name, directory, draft));
    else at([...list, entry], list, issueCodes.AmbiguousDependency, () => ambiguous(name, directory));
    return [];
  });
};

/** `pillar/service` means that one; a bare name means every service of that name. The pillar is in any letter case. */
const candidatesFor = (name: string, { byKey, byName }: Directory): readonly number[] => {
  const slash = name.indexOf('/');
  if (slash === -1) return byName.get(name) ?? [];
  const found = byKey.get(name.slice(0, slash).toLowerCase() + name.slice(slash));
  return found === undefined ? [] : [found];
};

const unknownDependency = (name: string, { byKey, byName }: Directory, { key, service }: Draft): Wording => {
  const others = [...(name.includes('/') ? byKey : byName).keys()].filter((one) => one !== key && one !== service);
  const near = nearest(name, others);
  return {
    message: `${quoted(name)} is not in this batch`,
    hint: near === undefined ? 'a dependency is a service of the same batch' : `did you mean ${near}?`,
    found: name,
  };
};

const ambiguous = (name: string, { byKey }: Directory): Wording => {
  const keys = [...byKey.keys()].filter((key) => key.endsWith(`/${name}`)).sort();
  return {
    message: `${quoted(name)} is in several pillars`,
    hint: `write ${keys.join(' or ')}`,
    found: name,
    allowed: keys,
  };
};

const reportCycles = (drafts: readonly Draft[], targets: readonly (readonly Target[])[], at: Report): void => {
  const edges = targets.map((list) => list.map(({ target }) => target));
  for (const { cycle, tangled } of findCycles(edges)) {
    const [start = 0, next = start] = cycle;
    const list = [...drafts[start]!.path, 'metadata', 'dependencies'];
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
  const services = cycle.map(({ service }) => service);
  const names = new Set(services).size < cycle.length ? cycle.map(({ key }) => key) : services;
  const others = tangled - cycle.length;
  const more = others === 0 ? '' : `; ${others} more deployments are on cycles with these`;
  return {
    message: `cycle: ${[...names, names[0]].join(' -> ')}${more}`,
    hint: cycle.length === 1 ? 'a deployment cannot wait for itself' : 'remove one of these dependencies',
  };
};

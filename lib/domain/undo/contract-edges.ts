import { FlotillaError } from '../errors.ts';

/** No schedule should hold more: 10,000 deployments with twenty each. */
const mostEdges = 200_000;
/** Total dependencies followed; limits the computation to some seconds. */
const mostSteps = 20_000_000;

export interface Contraction {
  /** By node: its dependents, which have greater numbers. */
  readonly dependents: readonly (readonly number[])[];
  /** Those that go back; the others have nothing to do, or are left. */
  readonly isMember: (node: number) => boolean;
}

/**
 * For each member, the members that go back before it: its dependents, and in place of those that don't go back, their
 * dependents in turn. Without duplicates, ascending. Throws NotRolledBack if there are more than any schedule can hold.
 */
export const contractEdges = ({ dependents, isMember }: Contraction): readonly (readonly number[])[] => {
  const leadsOn = leadingOn({ dependents, isMember });
  const seen = new Int32Array(dependents.length).fill(-1);
  let [edges, steps] = [0, 0];
  return dependents.map((_, member) => {
    if (!isMember(member)) return [];
    const found: number[] = [];
    const open = [member];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      steps += dependents[node]!.length;
      for (const dependent of dependents[node]!) {
        if (seen[dependent] === member) continue;
        seen[dependent] = member;
        if (isMember(dependent)) found.push(dependent);
        else if (leadsOn[dependent] === 1) open.push(dependent);
      }
    }
    edges += found.length;
    if (edges > mostEdges || steps > mostSteps) throw tooMany();
    return found.sort((a, b) => a - b);
  });
};

/**
 * For nodes that do not go back: whether a member depends on them through other such nodes. Nobody needs to look
 * elsewhere.
 */
const leadingOn = ({ dependents, isMember }: Contraction): Uint8Array => {
  const leads = new Uint8Array(dependents.length);
  for (let node = dependents.length - 1; node >= 0; node -= 1) {
    if (dependents[node]!.some((dependent) => isMember(dependent) || leads[dependent] === 1)) leads[node] = 1;
  }
  return leads;
};

const tooMany = (): FlotillaError =>
  new FlotillaError(
    'NotRolledBack',
    `There are too many dependencies here: more than ${mostEdges} would have to be kept. Roll it back in parts, by naming deployments with only.`,
  );

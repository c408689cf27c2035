import type { UpstreamCase } from './case.ts';

/** The answers of other systems in our words. `suspended` and `none` (it has no answer) are answers that we do not have. */
export type Answer = 'healthy' | 'waiting' | 'failing' | 'suspended' | 'none';
export const systemNames = ['kubectl', 'kstatus', 'Helm', 'Argo CD'] as const;
export type System = (typeof systemNames)[number];

const words: Readonly<Record<'kstatus' | 'Argo CD', Readonly<Record<string, Answer>>>> = {
  kstatus: { Current: 'healthy', InProgress: 'waiting', Terminating: 'waiting', Failed: 'failing', Unknown: 'none' },
  'Argo CD': {
    ...{ Healthy: 'healthy', Progressing: 'waiting', Degraded: 'failing', Suspended: 'suspended' },
    ...{ Unknown: 'none', Missing: 'none', null: 'none' },
  },
};

/** Whose answer a case holds can be seen by its form. */
export function answerOf({ name, expected }: UpstreamCase): { readonly system: System; readonly theirs: Answer } {
  if ('done' in expected) {
    const theirs = expected.error === true ? 'failing' : expected.done === true ? 'healthy' : 'waiting';
    return { system: 'kubectl', theirs };
  }
  if ('ready' in expected) return { system: 'Helm', theirs: expected.ready === true ? 'healthy' : 'waiting' };
  const system = 'absentConditionTypes' in expected || 'conditions' in expected ? 'kstatus' : 'Argo CD';
  const theirs = words[system][String(expected.status)];
  if (theirs === undefined) throw new Error(`${name}: ${system} has no answer ${JSON.stringify(expected.status)}`);
  return { system, theirs };
}

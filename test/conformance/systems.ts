import type { UpstreamCase } from './case.ts';

/** Other systems' answers as our verdicts. `suspended` and `none` (it has no answer) have no verdict of ours. */
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

/** The form of a case shows its system. */
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

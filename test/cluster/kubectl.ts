import { execFile } from 'node:child_process';
import type { WorkloadKind } from '../../lib/domain/plan/plan.ts';
import { obtainClients } from './clients.ts';

/** What kubectl says about a rollout; undefined for kinds without a rollout status. */
export type Second = 'complete' | 'incomplete';

const kinds: readonly WorkloadKind[] = ['deployment', 'statefulset', 'daemonset'];

const complete = /successfully rolled out|roll out complete|rolling update complete/;

/** Runs `kubectl rollout status` once, as a second observer. */
export const askKubectl = (
  where: readonly string[],
  { kind = 'deployment', name }: { readonly kind?: WorkloadKind; readonly name: string },
): Promise<Second | undefined> => {
  if (!kinds.includes(kind)) return Promise.resolve(undefined);
  const args = [...where, 'rollout', 'status', `${kind}/${name}`, '--namespace', name, '--watch=false'];
  return new Promise((resolve) => {
    execFile(obtainClients().kubectl, args, { timeout: 30_000 }, (error, stdout) => {
      resolve(error === null && complete.test(stdout) ? 'complete' : 'incomplete');
    });
  });
};

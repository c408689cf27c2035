import type { Kube } from '../kube-client.ts';

/** An object that a case needs beside its workload, and where it is made. */
export interface Beside {
  readonly plural: string;
  readonly root?: string;
  readonly body: Kube;
}

/** At most so much in the namespace. */
export const quota = (hard: Readonly<Record<string, string>>): Beside => ({
  plural: 'resourcequotas',
  body: { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'quota' }, spec: { hard } },
});

import type { Kube } from '../kube-client.ts';

/** An object that a case needs besides its workload, and where it is created. */
export interface Beside {
  readonly plural: string;
  readonly root?: string;
  readonly body: Kube;
}

/** A quota for the namespace. */
export const quota = (hard: Readonly<Record<string, string>>): Beside => ({
  plural: 'resourcequotas',
  body: { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'quota' }, spec: { hard } },
});

import type { Configuration } from './catalogue.ts';

/** What a configuration names that functions on AWS cannot reach, in words; empty if there is none. */
export const unreachableFromAws = ({ connections: { clusters, harness } }: Configuration): readonly string[] => [
  ...Object.entries(clusters).flatMap(([name, { kind }]) => {
    if (kind === 'eks') return [];
    const what =
      kind === 'kubeconfig' ? 'a kubeconfig is a file on this machine' : 'a simulated cluster runs on this machine';
    return [`clusters.${name}: ${what}; on AWS a cluster is reached by its name in EKS (eks: NAME)`];
  }),
  ...(harness.kind !== 'simulated'
    ? []
    : [
        'harness: the simulated Harness runs on this machine; on AWS it needs an account (account, org, project, api_key)',
      ]),
];

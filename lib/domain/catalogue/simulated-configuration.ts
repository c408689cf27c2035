import { type Configuration, defaultPillars, type PillarEntry } from './catalogue.ts';

const simulatedClusters = ['cluster-eu-1', 'cluster-us-1'] as const;

/**
 * The configuration without a file: nothing real is touched. The four pillars accept any service, as a deployment with
 * its own name in its pillar's namespace, on one of two simulated clusters.
 */
export const simulatedConfiguration = (): Configuration => ({
  catalogue: {
    simulated: true,
    without_file: true,
    pillars: Object.fromEntries(
      defaultPillars.map((pillar): [string, PillarEntry] => [pillar, simulatedPillar(pillar)]),
    ),
    clusters: Object.fromEntries(simulatedClusters.map((name) => [name, { simulated: true }])),
    infrastructures: {},
    harness: { simulated: true, account: 'simulated' },
  },
  connections: {
    clusters: Object.fromEntries(simulatedClusters.map((name) => [name, { kind: 'simulated' }])),
    harness: { kind: 'simulated' },
  },
});

const simulatedPillar = (pillar: string): PillarEntry => ({
  harness: { mode: 'webhook', pipeline: `deploy_${pillar}`, trigger: 'flotilla', org: 'default', project: 'simulated' },
});

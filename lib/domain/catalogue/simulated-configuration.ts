import { type Configuration, defaultPillars, type PillarEntry } from './catalogue.ts';

const simulatedClusters = ['cluster-eu-1', 'cluster-us-1'] as const;

/**
 * The configuration when there is no file: nothing real is touched. Any service of the four pillars is taken, as a
 * deployment of its own name in the namespace of its pillar, on one of two simulated clusters.
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

import { describe, expect, test } from 'vitest';
import { warnOfEnvironments } from '../../../lib/domain/batch/check-environments.ts';
import { describeIssue } from '../../../lib/domain/batch/issues.ts';
import { parseBatch } from '../../../lib/domain/batch/parse-batch.ts';
import type { Catalogue } from '../../../lib/domain/catalogue/catalogue.ts';
import { simulated } from './reading.ts';

const { without_file: _, ...fromFile } = simulated;
const catalogue: Catalogue = {
  ...fromFile,
  simulated: false,
  services: { shared: { a: { kind: 'deployment', name: 'a' }, b: { kind: 'deployment', name: 'b' } } },
  infrastructures: {
    'prod-eu': { cluster: 'cluster-eu-1' },
    'prod-us': { cluster: 'cluster-us-1' },
    dev: { cluster: 'cluster-eu-1' },
  },
  environments: {
    production: { infrastructures: ['prod-eu', 'prod-us'] },
    dev: { infrastructures: ['dev', 'cluster-eu-1'] },
    free: {},
  },
};

const read = (defaults: string, items: readonly string[], of: Catalogue = catalogue) => {
  const lines = items.map((more, at) => {
    const name = at === 0 ? 'a' : 'b';
    return `  - { pillar: shared, service_name: ${name}, docker_image_version: "1", docker_artifact_type: docker${more} }`;
  });
  return parseBatch(['version: v1.0', `defaults: { ${defaults} }`, 'deployments:', ...lines].join('\n'), of);
};

const problemsOf = (...call: Parameters<typeof read>): string[] => {
  const parsed = read(...call);
  return 'issues' in parsed ? parsed.issues.map(describeIssue) : [];
};
const warningsOf = (...call: Parameters<typeof read>): readonly string[] => {
  const parsed = read(...call);
  return 'batch' in parsed ? parsed.warnings : [];
};

describe('an environment lists where it may run', () => {
  const refused = 'environment "production" may not run on "dev"; allowed: prod-eu, prod-us';

  test.each([
    [
      'on the item',
      'environment_id: production',
      [', infrastructure_id: dev'],
      [`4:116 deployments[1].infrastructure_id: ${refused}`],
    ],
    [
      'the item gives the environment only',
      'infrastructure_id: dev, environment_id: dev',
      [', environment_id: production', ''],
      [`4:113 deployments[1].environment_id: ${refused}`],
    ],
    [
      'both in the defaults: once, for any number of items',
      'environment_id: production, infrastructure_id: dev',
      ['', ''],
      [`2:60 defaults.infrastructure_id: ${refused}`],
    ],
    [
      'the name of a cluster is another infrastructure',
      'environment_id: production, infrastructure_id: cluster-eu-1',
      [''],
      [
        '2:60 defaults.infrastructure_id: environment "production" may not run on "cluster-eu-1"; allowed: prod-eu, prod-us',
      ],
    ],
    [
      'suggests the one that was meant',
      'environment_id: dev',
      [', infrastructure_id: cluster-us-1'],
      [
        '4:116 deployments[1].infrastructure_id: environment "dev" may not run on "cluster-us-1"; allowed: cluster-eu-1, dev (did you mean cluster-eu-1?)',
      ],
    ],
    [
      'reports an unknown infrastructure as that, and nothing else',
      'environment_id: dev, infrastructure_id: x',
      [''],
      [
        '2:53 defaults.infrastructure_id: there is no infrastructure "x"; known: cluster-eu-1, cluster-us-1, dev, prod-eu, prod-us',
      ],
    ],
    [
      'allowed infrastructures',
      'environment_id: production',
      [', infrastructure_id: prod-us', ', infrastructure_id: prod-eu'],
      [],
    ],
    ['without a list: anywhere', 'environment_id: free, infrastructure_id: dev', [''], []],
  ])('%s', (_, defaults, items, problems) => expect(problemsOf(defaults, items)).toEqual(problems));

  test('the problem has the list for programs', () => {
    expect(read('environment_id: production, infrastructure_id: dev', [''])).toMatchObject({
      issues: [{ code: 'NotAllowed', found: 'dev', allowed: ['prod-eu', 'prod-us'] }],
    });
  });

  test('says if the configuration gives both', () => {
    const given = { ...catalogue, defaults: { environment_id: 'production', infrastructure_id: 'dev' } };
    expect(problemsOf('timeout: 90', [''], given)).toEqual([
      `4:5 deployments[1]: ${refused} (both come from the defaults of the configuration; set one here)`,
    ]);
  });
});

describe('an environment without a list', () => {
  const warning = (name: string, ...places: readonly string[]) =>
    `Environment ${name} may run anywhere; limit it in the configuration: environments: { ${name}: { infrastructures: [${places.join(', ')}] } }.`;

  test('causes one warning, with how to add the list', () => {
    expect(warningsOf('environment_id: free, infrastructure_id: dev', ['', ''])).toEqual([warning('free', 'dev')]);
    const { environments: __, ...open } = catalogue;
    const both = [', environment_id: sit', ', environment_id: dev'];
    expect(warningsOf('infrastructure_id: dev', both, open)).toEqual([warning('sit', 'dev'), warning('dev', 'dev')]);
  });

  test('the warning lists all that the batch uses, and with that list the batch is still valid', () => {
    const items = ['', ', infrastructure_id: prod-eu'];
    expect(warningsOf('environment_id: free, infrastructure_id: dev', items)).toEqual([
      warning('free', 'dev', 'prod-eu'),
    ]);
    const given = { ...catalogue.environments, free: { infrastructures: ['dev', 'prod-eu'] } };
    const taken = read('environment_id: free, infrastructure_id: dev', items, { ...catalogue, environments: given });
    expect(taken).toMatchObject({ warnings: [] });
  });

  test('the warning counts the rest when there are very many', () => {
    const deployments = Array.from({ length: 60 }, (_, at) => ({
      ...{ environment_id: 'free', infrastructure_id: `i${at}` },
    }));
    expect(warnOfEnvironments(deployments, catalogue)).toEqual([
      expect.stringMatching(/infrastructures: \[i0, .*i49, … and 10 more\]/),
    ]);
  });

  test('causes no warning with a list, when everything is simulated, or without a configuration file', () => {
    expect(warningsOf('environment_id: dev, infrastructure_id: dev', [''])).toEqual([]);
    const play = { ...catalogue, simulated: true };
    expect(warningsOf('environment_id: free, infrastructure_id: dev', [''], play)).toEqual([]);
    const withoutFile = { ...catalogue, without_file: true } as const;
    expect(warningsOf('environment_id: free, infrastructure_id: dev', [''], withoutFile)).toEqual([]);
  });
});

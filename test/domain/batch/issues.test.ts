import { expect, test } from 'vitest';
import type { Issue } from '../../../lib/domain/batch/issues.ts';
import type { Catalogue } from '../../../lib/domain/catalogue/catalogue.ts';
import { healthPathHint } from '../../../lib/domain/health/health-path.ts';
import { batchText, issuesOf, item, simulated } from './reading.ts';
import { exampleCatalogue } from './worked-examples.ts';

/** The fields that programs read: a whole issue of each kind, with its place, what was found and what is allowed. */

const itemKeys = [
  ...['pillar', 'service_name', 'docker_image_version', 'manifests', 'action', 'replicas', 'executor'],
  ...['at_once', 'crash_tolerance', 'steady_seconds', 'unblock', 'metadata'],
  ...['docker_artifact_type', 'environment_id', 'infrastructure_id'],
];
const unknownKey = `unknown key; known here: ${itemKeys.join(', ')}`;

test.each<[fields: string, column: number, path: string, issue: Omit<Issue, 'line' | 'column' | 'path'>]>([
  [
    'crash_tolerance: 101',
    67 + 'crash_tolerance: '.length,
    'crash_tolerance',
    { message: 'the number 101 is over 100', code: 'OutOfRange', found: 101 },
  ],
  [
    'unblock: yes',
    67 + 'unblock: '.length,
    'unblock',
    { message: '"yes" where true or false is needed', code: 'WrongType', found: 'yes' },
  ],
  [
    'metadata: { priority: 11 }',
    89,
    'metadata.priority',
    { message: 'the number 11 is over 10', code: 'OutOfRange', found: 11 },
  ],
  [
    'metadata: { priority: 1.5 }',
    89,
    'metadata.priority',
    { message: 'the number 1.5 is not a whole number', code: 'WrongType', found: 1.5 },
  ],
  [
    'metadata: { priority: high }',
    89,
    'metadata.priority',
    { message: '"high" where a whole number is needed', code: 'WrongType', found: 'high' },
  ],
  [
    'metadata: { priority: 99999999999999999999 }',
    89,
    'metadata.priority',
    { message: 'the number 99999999999999999999 is over 10', code: 'OutOfRange', found: 100000000000000000000 },
  ],
  [
    'metadata: { rollback_strategy: never }',
    98,
    'metadata.rollback_strategy',
    {
      message: '"never" is not one of automatic, manual, none',
      code: 'NotAllowed',
      found: 'never',
      allowed: ['automatic', 'manual', 'none'],
    },
  ],
  [
    'metadata: { health_check: { enabled: yes } }',
    104,
    'metadata.health_check.enabled',
    { message: '"yes" where true or false is needed', code: 'WrongType', found: 'yes' },
  ],
  [
    'metadata: { health_check: { path: "/../x" } }',
    101,
    'metadata.health_check.path',
    {
      message: '"/../x" has a part made only of dots; write the path without them',
      code: 'NotAllowed',
      found: '/../x',
      hint: healthPathHint,
    },
  ],
  [
    'metadata: { health_check: { path: ready } }',
    101,
    'metadata.health_check.path',
    {
      message: '"ready" has no slash at the start; write it like /ready',
      code: 'NotAllowed',
      found: 'ready',
      hint: healthPathHint,
    },
  ],
  [
    'metadata: { tags: [a, b, c, d, e, f, g, h, i, j, k] }',
    85,
    'metadata.tags',
    { message: 'the list has 11 entries; at most 10 are allowed', code: 'OutOfRange' },
  ],
  [
    'metadata: { tags: a }',
    85,
    'metadata.tags',
    { message: '"a" where a list is needed', code: 'WrongType', found: 'a', hint: 'write [a]' },
  ],
  [
    'metadata: { tags: [1] }',
    86,
    'metadata.tags[1]',
    {
      message: 'the number 1 where a string is needed; put it in quotes',
      code: 'WrongType',
      hint: 'write "1"',
      found: 1,
    },
  ],
  ['metadata: 5', 77, 'metadata', { message: 'the number 5 where a mapping is needed', code: 'WrongType', found: 5 }],
  [
    'docker_artifact_type: jar',
    89,
    'docker_artifact_type',
    {
      message: '"jar" is not one of docker, helm, kustomize',
      code: 'NotAllowed',
      found: 'jar',
      allowed: ['docker', 'helm', 'kustomize'],
    },
  ],
  [
    'environment_id: ""',
    83,
    'environment_id',
    { message: 'is empty; at least 1 character is needed', code: 'OutOfRange', found: '' },
  ],
  [
    'environment_id: "a b"',
    83,
    'environment_id',
    {
      message: '"a b" is not a plain name: a letter or digit first, then letters, digits, `.`, `_` and `-`',
      code: 'BadFormat',
      found: 'a b',
    },
  ],
  [
    `metadata: { tags: [${'x'.repeat(257)}] }`,
    86,
    'metadata.tags[1]',
    { message: 'has 257 characters; at most 256 are allowed', code: 'OutOfRange', found: `${'x'.repeat(100)}…` },
  ],
  [
    'infrastructure_id: 001',
    86,
    'infrastructure_id',
    {
      message: '001 is read as the number 1',
      code: 'WrongType',
      hint: 'write "001"',
      found: 1,
    },
  ],
  [
    'environment_id: true',
    83,
    'environment_id',
    {
      message: 'the word true where a string is needed; put it in quotes',
      code: 'WrongType',
      hint: 'write "true"',
      found: true,
    },
  ],
  [
    'environment_id:',
    83,
    'environment_id',
    { message: 'is empty; a string is needed', code: 'WrongType', hint: 'give a value or remove the key', found: null },
  ],
  [
    'infrastructure_id: cluster-eu-2',
    86,
    'infrastructure_id',
    {
      message: 'there is no infrastructure "cluster-eu-2"; known: cluster-eu-1, cluster-us-1',
      code: 'UnknownInfrastructure',
      hint: 'did you mean cluster-eu-1?',
      found: 'cluster-eu-2',
      allowed: ['cluster-eu-1', 'cluster-us-1'],
    },
  ],
  [
    'executor: helm',
    77,
    'executor',
    {
      message: 'there is no executor "helm"; known: harness, kubernetes',
      code: 'UnknownExecutor',
      found: 'helm',
      allowed: ['harness', 'kubernetes'],
    },
  ],
  ['retries: 3', 67, 'retries', { message: unknownKey, code: 'UnknownKey', allowed: itemKeys }],
  [
    'timeout: 90',
    67,
    'timeout',
    { message: unknownKey, code: 'UnknownKey', hint: 'did you mean `metadata.timeout`?', allowed: itemKeys },
  ],
  [
    'on_failure: stop',
    67,
    'on_failure',
    { message: unknownKey, code: 'UnknownKey', hint: 'did you mean `strategy.on_failure`?', allowed: itemKeys },
  ],
  [
    'metadata: { dependencies: [b] }',
    94,
    'metadata.dependencies',
    {
      message: '"b" is not in this batch',
      code: 'UnknownDependency',
      hint: 'a dependency must be a service in the same batch',
      found: 'b',
    },
  ],
  [
    'metadata: { dependencies: [a] }',
    94,
    'metadata.dependencies',
    { message: 'cycle: a -> a', code: 'DependencyCycle', hint: 'a deployment cannot wait for itself' },
  ],
  [
    'metadata: { dependencies: [x/y/z] }',
    94,
    'metadata.dependencies',
    {
      message: '"x/y/z" is not in this batch',
      code: 'UnknownDependency',
      hint: 'a dependency must be a service in the same batch',
      found: 'x/y/z',
    },
  ],
  [
    'metadata: { dependencies: [null] }',
    94,
    'metadata.dependencies[1]',
    { message: 'is empty; a string is needed', code: 'WrongType', hint: 'give a value or remove the key', found: null },
  ],
])('%s', (fields, column, path, issue) => {
  expect(issuesOf(batchText([item('a', fields)]))).toEqual([
    { line: 4, column, path: `deployments[1].${path}`, ...issue },
  ]);
});

test.each<[what: string, text: string, catalogue: Catalogue, issues: readonly Issue[]]>([
  [
    'in a missing pillar',
    batchText([item('a').replace('shared', 'shred')]),
    simulated,
    [
      {
        line: 4,
        column: 15,
        path: 'deployments[1].pillar',
        message: 'there is no pillar "shred"; known: clearing, data, risk, shared',
        code: 'UnknownPillar',
        hint: 'did you mean shared?',
        found: 'shred',
        allowed: ['clearing', 'data', 'risk', 'shared'],
      },
    ],
  ],
  [
    'in a missing field',
    batchText(['service_name: a, docker_image_version: "1"']),
    simulated,
    [{ line: 4, column: 5, path: 'deployments[1].pillar', message: 'is missing; a string is needed', code: 'Missing' }],
  ],
  [
    'for a missing service',
    batchText([item('nosuch')]),
    exampleCatalogue,
    [
      {
        line: 4,
        column: 37,
        path: 'deployments[1].service_name',
        message: '"nosuch" is not a service of pillar shared; known: login-api, prefs-store',
        code: 'UnknownService',
        found: 'nosuch',
        allowed: ['login-api', 'prefs-store'],
      },
    ],
  ],
  [
    'for a duplicate service',
    batchText([item('a'), item('a')]),
    simulated,
    [
      {
        line: 5,
        column: 37,
        path: 'deployments[2].service_name',
        message: 'shared/a is already on line 4',
        code: 'Duplicate',
        hint: 'a batch deploys each service once; for several clusters, give infrastructure_id a list',
        found: 'shared/a',
      },
    ],
  ],
  [
    'for a duplicate key',
    'version: v1.0\nversion: v1.0\ndeployments: []',
    simulated,
    [
      {
        line: 2,
        column: 1,
        path: 'version',
        message: 'this key is written twice in the same mapping',
        code: 'DuplicateKey',
        hint: 'remove one of the two',
      },
      {
        line: 3,
        column: 14,
        path: 'deployments',
        message: 'the list is empty; at least 1 entry is needed',
        code: 'OutOfRange',
      },
    ],
  ],
  [
    'for a contradictory strategy',
    batchText([item('a')], 'strategy: { mode: sequential, max_concurrency: 2 }'),
    simulated,
    [
      {
        line: 2,
        column: 48,
        path: 'strategy.max_concurrency',
        message: '2 at once contradicts mode sequential, which means one at a time',
        code: 'NotAllowed',
        hint: 'remove it, or use mode parallel',
        found: 2,
      },
    ],
  ],
  [
    'for an invalid time',
    batchText([item('a')], 'metadata: { created: yesterday }'),
    simulated,
    [
      {
        line: 2,
        column: 22,
        path: 'metadata.created',
        message: '"yesterday" needs a date like 2026-01-31, or with a time like 2026-01-31T08:00:00Z',
        code: 'BadFormat',
        found: 'yesterday',
      },
    ],
  ],
  [
    'for another kind of file',
    '- a',
    simulated,
    [
      {
        line: 1,
        column: 1,
        path: '',
        message: 'this is a list, not a batch: a batch is a mapping with version and deployments',
        code: 'WrongType',
      },
    ],
  ],
  [
    'for an empty file',
    '',
    simulated,
    [{ line: 1, column: 1, path: '', message: 'the file is empty', code: 'Missing' }],
  ],
  [
    'for invalid YAML',
    'a: [',
    simulated,
    [
      {
        line: 1,
        column: 5,
        path: '',
        message: 'a `[` is not closed before this',
        code: 'YamlSyntax',
        hint: 'add the missing `]`, or indent what belongs inside',
      },
    ],
  ],
  [
    'for an unknown version of the format',
    batchText([item('a')]).replace('v1.0', 'v2.0'),
    simulated,
    [
      {
        line: 1,
        column: 10,
        path: 'version',
        message: '"v2.0" is not a known version',
        code: 'NotAllowed',
        hint: 'write v1.0',
        found: 'v2.0',
        allowed: ['v1.0'],
      },
    ],
  ],
  [
    'for an ambiguous dependency',
    batchText([item('a'), item('a').replace('shared', 'risk'), item('c', 'metadata: { dependencies: [a] }')]),
    simulated,
    [
      {
        line: 6,
        column: 94,
        path: 'deployments[3].metadata.dependencies',
        message: '"a" exists in several pillars',
        code: 'AmbiguousDependency',
        hint: 'write risk/a or shared/a',
        found: 'a',
        allowed: ['risk/a', 'shared/a'],
      },
    ],
  ],
])('%s', (_, text, catalogue, issues) => {
  expect(issuesOf(text, catalogue)).toEqual(issues);
});

import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type ActionRun, folderWith, type Inputs, runStep } from './action-world.ts';
import { type Comment, type GitHubScript, own, startScriptedGitHub } from './scripted-github.ts';

const examples = join(import.meta.dirname, '..', '..', 'examples');
const small = readFileSync(join(examples, 'small.yaml'), 'utf8');
const marker = '<!-- flotilla:plan -->';

const broken = `name: Broken
deployments:
  - name: login-api
    metadata: { pillar: shared }
  - name: nobody
    metadata: { pillar: nowhere, environment_id: staging }
`;

const withSecret = `pillars:
  shared: { harness: { pipeline: deploy_shared, trigger: flotilla, webhook_token: "\${SHARED_TOKEN}" } }
  risk: { harness: { pipeline: deploy_risk, trigger: flotilla, webhook_token: "\${RISK_TOKEN}" } }
services: { shared: { login-api: {} }, risk: { limit-check: {} } }
environments: { staging: { infrastructures: [cluster-eu-1] } }
clusters: { cluster-eu-1: { simulated: true } }
harness: { account: acme, org: shop, project: shop, api_key: "\${HARNESS_API_KEY}" }
`;

const named = (name: string): string => small.replace('First steps', JSON.stringify(name));

const planned = async (
  script: GitHubScript = {},
  inputs: Inputs = {},
  {
    files = { 'release.yaml': small },
    env = {},
  }: Pick<ActionRun, 'env'> & { readonly files?: Record<string, string> } = {},
) => {
  const github = await startScriptedGitHub(script);
  onTestFinished(() => github.close());
  const directory = folderWith({
    ...files,
    'event.json': JSON.stringify({ pull_request: { number: 7, head: { sha: 'f'.repeat(40) } } }),
  });
  const event = { GITHUB_EVENT_NAME: 'pull_request', GITHUB_EVENT_PATH: join(directory, 'event.json') };
  const ran = await runStep(
    { mode: 'plan', files: 'release.yaml', 'github-token': 'job-token', ...inputs },
    { env: { ...github.env, ...event, ...env }, directory },
  );
  const changes = github.asked.filter(({ request }) => !request.startsWith('GET')).map(({ request }) => request);
  return { ...ran, github, changes, comments: github.comments };
};

const comment = (id: number, body: string, login = own): Comment => ({ id, body, user: { login } });
const others = (count: number): readonly Comment[] =>
  Array.from({ length: count }, (_, at) => comment(at + 1, 'Nice.', 'ada'));
const post = 'POST /api/repos/acme/shop/issues/7/comments';
const patch = (id: number) => `PATCH /api/repos/acme/shop/issues/comments/${id}`;

describe('a plan is one comment on its pull request', () => {
  test.each<[string, readonly Comment[], readonly string[]]>([
    ['there is none yet', [], [post]],
    ['there is one of an earlier push', [...others(3), comment(9, `${marker}\nold`)], [patch(9)]],
    ['it is on the second page', [...others(130), comment(900, `${marker}\nold`)], [patch(900)]],
    ['one page is just full', others(100), [post]],
    ['somebody else has copied the marker', [comment(5, `${marker}\nmine`, 'mallory')], [post]],
    ['a comment only quotes the marker', [comment(5, `> ${marker}`)], [post]],
    ['there is one of another workflow', [comment(5, '<!-- flotilla:other -->')], [post]],
    ['its account is gone', [{ ...comment(5, marker), user: null as never }], [post]],
  ])('%s', async (_, comments, changes) => {
    const ran = await planned({ comments });
    expect([ran.status, ran.changes, ran.annotations]).toEqual([0, changes, []]);
    expect(ran.comments.filter(({ body }) => body.startsWith(`${marker}\n## ✅ Flotilla plan`))).toHaveLength(1);
  });

  test('shows what changes, in which order, and what happens on a failure', async () => {
    const { comments, summary, outputs, github } = await planned();
    const [{ body } = comment(0, '')] = comments;
    expect(body.split('\n').filter((line) => line.startsWith('| '))).toEqual([
      '| # | level | deployment | version | environment | on | waits for | on failure |',
      '| 1 | 0 | shared/login-api | 3.0.2 | staging | cluster-eu-1 | - | restores the last good release and verifies it |',
      '| 2 | 1 | risk/limit-check | 2.4.0 | staging | cluster-eu-1 | shared/login-api | restores the last good release and verifies it |',
    ]);
    expect(body).toContain('On failure: ');
    expect(body).toContain('Commit ffffffffffff.');
    expect(body).toContain('[Run](https://github.test/acme/shop/actions/runs/4711)');
    expect(summary).toBe(body.slice(marker.length + 1));
    expect(outputs).toEqual({
      ...{ status: 'planned', problems: '0', deployments: '2' },
      'plan-hash': expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    const [{ headers }] = github.asked as [(typeof github.asked)[number]];
    expect([headers.authorization, headers['x-github-api-version']]).toEqual(['Bearer job-token', '2022-11-28']);
  });

  test('many files are one comment with a section each', async () => {
    const files = { 'a/one.yaml': small, 'a/two.yaml': broken, 'three.yaml': small };
    const ran = await planned({}, { files: 'three.yaml\na/*.yaml\nthree.yaml' }, { files });
    const headings = ran.comments[0]!.body.split('\n').filter((line) => line.startsWith('#'));
    expect(headings).toEqual([
      '## ❌ Flotilla plan: 1 of 3 failed',
      '### three.yaml',
      '### a/one.yaml',
      '### a/two.yaml',
    ]);
    expect([ran.status, ran.outputs.status, ran.outputs['plan-hash']]).toEqual([2, 'invalid', undefined]);
  });

  test('a push has no comment, nor has a step that wants none', async () => {
    const push = await planned({}, {}, { env: { GITHUB_EVENT_NAME: 'push' } });
    const none = await planned({}, { comment: 'false' });
    for (const { github, summary } of [push, none]) {
      expect([github.asked, summary.includes('risk/limit-check')]).toEqual([[], true]);
    }
  });
});

describe('GitHub refuses, for good or for now', () => {
  const limited = { status: 403, message: 'You have exceeded a secondary rate limit.' };

  test.each<[string, GitHubScript, number, number]>([
    [
      'a fork may not write',
      { answers: { 'POST /comments': [{ status: 403, message: 'Resource not accessible' }] } },
      0,
      0,
    ],
    ['a fork may not even read', { answers: { 'GET /comments': [{ status: 404 }] } }, 0, 0],
    ['its token is wrong', { answers: { 'GET /comments': [{ status: 401 }] } }, 6, 0],
    ['it accepts no such comment', { answers: { 'POST /comments': [{ status: 422 }] } }, 2, 0],
    ['it is down for a moment', { answers: { 'GET /comments': [{ status: 502 }, { status: 500 }] } }, 0, 3],
    ['it stays unreachable', { answers: { 'GET /comments': Array(9).fill({ status: 503 }) } }, 5, 7],
    [
      'a limit names a time',
      { answers: { 'POST /comments': [{ ...limited, headers: { 'retry-after': '30' } }] } },
      0,
      30,
    ],
    ['a limit names none', { answers: { 'POST /comments': [limited] } }, 0, 60],
    ['429', { answers: { 'GET /comments': [{ status: 429, headers: { 'retry-after': '5' } }] } }, 0, 5],
    [
      'a limit that ends at a time',
      {
        answers: {
          'GET /comments': [{ status: 403, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '90' } }],
        },
      },
      0,
      90,
    ],
    [
      'a limit of an hour',
      { answers: { 'GET /comments': [{ status: 429, headers: { 'retry-after': '3600' } }] } },
      5,
      0,
    ],
  ])('%s', async (_, script, status, paused) => {
    const ran = await planned(script);
    expect([ran.status, ran.paused]).toEqual([status, paused]);
    const isThere = ran.comments.length === 1;
    const levels = ran.annotations.map(({ level }) => level);
    expect(levels).toEqual(isThere ? [] : [status === 0 ? 'notice' : 'error']);
    expect(ran.summary).toContain('risk/limit-check');
  });

  test('a lost answer makes no second comment', async () => {
    const ran = await planned({ answers: { 'POST /comments': [{ status: 502, isDone: true }] } });
    expect([ran.status, ran.comments.length, ran.changes]).toEqual([0, 1, [post, patch(1000)]]);
  });
});

describe('problems', () => {
  test('each is an annotation at its place, and the step fails', async () => {
    const ran = await planned({}, { comment: 'false' }, { files: { 'release.yaml': broken } });
    expect([ran.status, ran.outputs.problems]).toEqual([2, String(ran.annotations.length)]);
    expect(ran.annotations.length).toBeGreaterThan(2);
    for (const one of ran.annotations) {
      expect(one).toMatchObject({ level: 'error', file: 'release.yaml', startLine: expect.any(Number) });
    }
    expect(ran.summary).toContain('## ❌ Flotilla plan: no plan');
  });

  test('a problem of the configuration names the configuration', async () => {
    const files = { 'release.yaml': small, 'flotilla.config.yaml': 'pillars: 1\n' };
    const { annotations } = await planned({}, { comment: 'false' }, { files });
    expect(new Set(annotations.map(({ file }) => file))).toEqual(new Set(['flotilla.config.yaml']));
  });

  test('plans with a configuration whose secrets are missing', async () => {
    const files = { 'release.yaml': small, 'flotilla.config.yaml': withSecret };
    const { status, lines } = await planned({}, { comment: 'false' }, { files });
    expect([status, lines[0]]).toEqual([0, expect.stringMatching(/^Planned here, with .*flotilla\.config\.yaml; /)]);
  });

  test.each<[string, Inputs, string]>([
    ['no such file', { files: 'none/*.yaml' }, 'No file matches none/*.yaml.'],
    ['both', { service: 'risk/cva=1.0' }, 'Input files and service exclude each other; give one of them.'],
  ])('%s', async (_, inputs, told) => {
    const { status, annotations } = await planned({}, inputs);
    expect([status, annotations[0]?.message.split('\n')]).toEqual([2, expect.arrayContaining([told])]);
  });

  test.each([
    ['elsewhere', () => join(folderWith({ 'kubeconfig.yaml': 'token: a-secret' }), 'kubeconfig.yaml')],
    ['to .git', (directory: string) => join(directory, '.git', 'config')],
  ])('refuses a link %s, which would show other files of the runner', async (_, target) => {
    const directory = folderWith({ 'release.yaml': small, '.git/config': 'token: a-secret' });
    symlinkSync(target(directory), join(directory, 'link.yaml'));
    const ran = await runStep({ mode: 'plan', files: '*.yaml', comment: 'false' }, { directory });
    expect([ran.status, ran.annotations]).toEqual([
      2,
      [{ level: 'error', message: 'link.yaml is a link that leads out of the repository.' }],
    ]);
    expect(JSON.stringify(ran)).not.toContain('a-secret');
  });
});

test.each(['a batch [1] {2}.yaml', '*.yaml'])(
  '%s finds a file whose name has characters of a pattern',
  async (files) => {
    const { status, outputs } = await planned({}, { files }, { files: { 'a batch [1] {2}.yaml': small } });
    expect([status, outputs.deployments]).toEqual([0, '2']);
  },
);

describe('foreign names stay plain names', () => {
  const hostile = 'x | y `z` @team #12 <img src=x> --> ## [a](http://b) ::error::pwned %0A::add-mask::x ##[group]';
  const file = 'evil | @team.yaml';

  test('in the comment, the summary and the log', async () => {
    const text = `${named(hostile)}\n"${hostile}": 1\n`;
    const ran = await planned({}, { files: 'evil*' }, { files: { [file]: text } });
    const [{ body } = comment(0, '')] = ran.comments;
    for (const shown of [body.slice(marker.length), ran.summary]) {
      expect(shown).toContain(String.raw`evil \| @&#8203;team.yaml`);
      expect(shown).not.toMatch(/-->|[^\\]<img|[^\\]`z|@team|#12|(?<!\\)\|[^|\n]* y /);
    }
    expect(ran.lines.flatMap((line) => line.split(/[\r\n]/)).filter((line) => /^\s*::|##\[/.test(line))).toEqual([]);
  });
});

describe('a plan that is too long', () => {
  const many = (count: number): string => {
    const one = (at: number): string =>
      `  - { pillar: risk, service_name: service-with-a-long-name-${at}, docker_image_version: "1.${at}" }`;
    const defaults = '{ environment_id: staging, infrastructure_id: cluster-eu-1, docker_artifact_type: docker }';
    return `version: v1.0\nmetadata: { name: Many }\ndefaults: ${defaults}\ndeployments:\n${Array.from({ length: count }, (_, at) => one(at)).join('\n')}\n`;
  };

  test('has fewer rows, says how many are left out, and where they are', async () => {
    const { comments, summary, annotations } = await planned({}, {}, { files: { 'release.yaml': many(480) } });
    expect(annotations).toEqual([]);
    const body = comments[0]!.body;
    expect(body.length).toBeLessThanOrEqual(65_536);
    expect(body).toContain('more deployments.');
    expect(body).toContain('[the summary of the run](https://github.test/acme/shop/actions/runs/4711) has more of it.');
    expect(summary.length).toBeGreaterThan(body.length);
  });

  test('many long files are cut at a line, and the marker stays', async () => {
    const folder = `b/${'_'.repeat(200)}/${'_'.repeat(200)}`;
    const files = Object.fromEntries(Array.from({ length: 80 }, (_, at) => [`${folder}${at}.yaml`, 'x: 1']));
    const { comments } = await planned({}, { files: 'b/*/*.yaml' }, { files });
    const body = comments[0]!.body;
    expect([body.startsWith(marker), body.length <= 65_536]).toEqual([true, true]);
    expect(body.trimEnd().split('\n').at(-1)).toMatch(/^The plan is too long for a comment; /);
  });
});

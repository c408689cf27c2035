import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { OwnManifestSources } from '../../../lib/adapters/manifest-sources.ts';
import type { Transport } from '../../../lib/adapters/own-fetch.ts';
import { GitHost } from './git-http.ts';

const host = new GitHost();
const commits: Record<string, string> = {};
const large = Array.from({ length: 2000 }, (_, at) => `line ${at}: ${at * 7919}`).join('\n');

beforeAll(async () => {
  await host.start();
  commits.first = host.commit({ 'deploy/web/a.yaml': `a: 1\n# ${large}\n`, 'README.md': '# shop' });
  host.git('tag', '--annotate', '--message', 'One', 'v1');
  commits.second = host.commit({
    ...{ 'deploy/web/a.yaml': `a: 2\n# ${large}\n`, 'deploy/web/more/b.json': '{"b": 1}', 'deploy/web/c.txt': 'no' },
    ...{ 'deploy/.hidden/d.yaml': 'd: 1', 'deploy/web/link.yaml': '->a.yaml', 'latin.yaml': 'e: 1', 'empty/x.txt': '' },
  });
  host.git('branch', 'release/1', commits.first!);
  // A file that changed little is packed as a delta.
  host.git('gc', '--quiet', '--aggressive');
});
afterAll(() => host.stop());

const lookUp = async (): Promise<readonly string[]> => ['203.0.113.7'];
const sourcesBy = (transport: Transport, addresses = lookUp) =>
  new OwnManifestSources({ transport, lookUp: addresses });
const obtain = (ref: string, path?: string, repository = 'shop') =>
  sourcesBy(host.transport).obtain({
    git: `https://git.test/${repository}`,
    ref,
    ...(path === undefined ? {} : { path }),
  });

describe.each([false, true])('a repository on a server that filters objects: %s', (filters) => {
  beforeAll(() => {
    host.git('config', 'uploadpack.allowFilter', String(filters));
  });

  it.each([
    ['main', 'deploy/web', 'second', ['deploy/web/a.yaml', 'deploy/web/more/b.json']],
    ['main', 'deploy/web/', 'second', ['deploy/web/a.yaml', 'deploy/web/more/b.json']],
    ['main', 'deploy/web/more/b.json', 'second', ['deploy/web/more/b.json']],
    ['main', undefined, 'second', ['deploy/web/a.yaml', 'deploy/web/more/b.json', 'latin.yaml']],
    ['v1', 'deploy', 'first', ['deploy/web/a.yaml']],
    ['refs/tags/v1', 'deploy', 'first', ['deploy/web/a.yaml']],
    ['release/1', 'deploy/web', 'first', ['deploy/web/a.yaml']],
    ['HEAD', 'latin.yaml', 'second', ['latin.yaml']],
  ])('%s, %s', async (ref, path, commit, names) => {
    const found = await obtain(ref, path);
    if ('problem' in found) throw new Error(found.problem);
    expect(found.revision).toBe(commits[commit]);
    expect([...found.text.matchAll(/^# file: (.*)$/gm)].map(([, name]) => name)).toEqual(names);
    if (names.includes('deploy/web/a.yaml'))
      expect(found.text).toContain(`a: ${commit === 'first' ? 1 : 2}\n# ${large}\n`);
  });

  it('by a commit', async () => {
    expect(await obtain(commits.first!, 'deploy')).toMatchObject({ revision: commits.first });
  });

  it.each([
    ['gone', undefined, 'shop', /^there is no branch and no tag gone$/],
    ['main', 'deploy/gone', 'shop', /^there is no deploy\/gone in it$/],
    ['main', 'latin.yaml/x', 'shop', /^there is no latin\.yaml\/x in it$/],
    ['main', 'empty', 'shop', /^there is no file of YAML or JSON in empty$/],
    ['main', 'deploy/web/link.yaml', 'shop', /^deploy\/web\/link\.yaml is a link or a submodule/],
    ['main', undefined, 'none', /^there is no such repository that everybody may read \(404\)$/],
    ['0'.repeat(40), undefined, 'shop', /^the server says: upload-pack: not our ref/],
  ])('explains what is wrong: %s, %s, %s', async (ref, path, repository, problem) => {
    expect(await obtain(ref, path, repository)).toEqual({ problem: expect.stringMatching(problem) });
  });
});

test('fetches only the needed part of a large repository, where the server can do that', async () => {
  host.git('config', 'uploadpack.allowFilter', 'true');
  host.asked.length = 0;
  await obtain('main', 'latin.yaml');
  expect(host.asked).toEqual(['/shop/info/refs?service=git-upload-pack', ...Array(3).fill('/shop/git-upload-pack')]);
});

describe('a server that cannot be trusted', () => {
  const answering =
    (status: number, body: string | Buffer, headers: Record<string, string> = {}): Transport =>
    async () => ({
      status,
      headers: new Headers(headers),
      body: (async function* () {
        yield Buffer.from(body);
      })(),
    });

  it.each<readonly [string, Transport, RegExp]>([
    [
      'sends elsewhere',
      answering(302, '', { location: 'https://evil.example/?x' }),
      /a redirect to evil\.example, which was not followed/,
    ],
    ['asks for a login', answering(401, ''), /lets nobody read it without a login \(401\)/],
    ['is broken', answering(503, ''), /answers 503/],
    ['is no git server', answering(200, '<html>'), /what git cannot read/],
    ['speaks an older protocol', answering(200, '001e# service=git-upload-pack\n0000'), /does not speak version 2/],
    ['never ends', answering(200, Buffer.alloc(1024 * 1024 + 1, '0000')), /answers with more than 1 MiB/],
    [
      'is away',
      async () => Promise.reject(Object.assign(new Error('x'), { cause: { code: 'ECONNREFUSED' } })),
      /nothing listens there/,
    ],
  ])('%s', async (_, transport, problem) => {
    const found = await sourcesBy(transport).obtain({ git: 'https://git.test/shop', ref: 'main' });
    expect(found).toEqual({ problem: expect.stringMatching(problem) });
  });

  it.each(['127.0.0.1', '169.254.169.254', '::1', '0.0.0.0', 'fe80::1', '::ffff:127.0.0.1'])(
    'is at %s',
    async (address) => {
      const refuse: Transport = async () => Promise.reject(new Error('asked'));
      const found = await sourcesBy(refuse, async () => ['203.0.113.7', address]).obtain({
        git: 'https://git.test/shop',
        ref: 'main',
      });
      expect(found).toEqual({ problem: 'git.test is an address of this machine itself' });
    },
  );

  it('has no address', async () => {
    const found = await sourcesBy(host.transport, async () => Promise.reject(new Error('x'))).obtain({
      git: 'https://git.test/shop',
      ref: 'main',
    });
    expect(found).toEqual({ problem: 'the host git.test cannot be looked up' });
  });
});

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Ran, run } from './cli-world.ts';

const root = join(import.meta.dirname, '..', '..');
const directory = mkdtempSync(join(tmpdir(), 'flotilla-faults-'));
afterAll(() => rmSync(directory, { recursive: true }));

beforeAll(() => {
  writeFileSync(
    join(directory, 'real.yaml'),
    'clusters: { a: { simulated: true } }\nharness: { account: a, org: o, project: p, api_key: k }\n',
  );
  writeFileSync(join(directory, 'wrong.yaml'), 'faults:\n  - fault: rejekt\n  - fault: slow\n    on: [list]\n');
});

/** The output of a server that stops after its start, and what `ask` learns from its Harness before that. */
const serve = async (argv: readonly string[], ask: (harness: string) => Promise<unknown> = async () => undefined) => {
  let asking: Promise<unknown> | undefined;
  const ran: Ran = await run(['serve', '--port', '0', '--data', join(directory, 'data'), ...argv], {
    directory,
    onLine: async (line) => {
      const url = / it listens on (\S+)\.$/.exec(line)?.[1] ?? /"faults":.*?"url":"([^"]+)"/.exec(line)?.[1];
      if (url !== undefined) asking = ask(url);
      if (!/curl|"url"/.test(line)) return;
      await asking?.catch(() => undefined);
      setImmediate(() => process.emit('SIGINT'));
    },
  });
  return { ...ran, heard: await asking };
};

const faultsAt = async (url: string): Promise<unknown> => (await fetch(`${url}/simulator/faults`)).json();

describe('serve --faults', () => {
  const example = join(root, 'examples/faults.yaml');

  test('starts a Harness with the faults of the example, and says so', async () => {
    const { status, out, heard } = await serve(['--faults', example], async (url) => {
      const query = 'accountIdentifier=a&orgIdentifier=o&projectIdentifier=p';
      const details = await fetch(`${url}/pipeline/api/webhook/triggerExecutionDetailsV2/none?${query}`);
      return { details: details.status, ...((await faultsAt(url)) as object) };
    });
    expect(status).toBe(0);
    expect(out).toContainEqual(
      expect.stringMatching(/^SIMULATED: Harness is as .*faults\.yaml says, with 4 faults; it listens on http:/),
    );
    const faults = ['slow-answer', 'server-error', 'drop-reply', 'wait-for-person'];
    expect(heard).toMatchObject({ details: 404, faults: faults.map((fault) => ({ fault })) });
  });

  test('limits the request rate like a real Harness', async () => {
    let budgets: unknown;
    const directory = mkdtempSync(join(tmpdir(), 'flotilla-faults-health-'));
    const data = join(directory, 'data');
    await run(['serve', '--port', '0', '--data', data, '--faults', example, '--json'], {
      directory,
      onLine: async (line) => {
        const url = /"url":"([^"]+)"/.exec(line)?.[1];
        if (url === undefined) return;
        const token = readFileSync(join(data, 'token'), 'utf8').trim();
        const health = await fetch(`${url}/health`, { headers: { authorization: `Bearer ${token}` } });
        budgets = ((await health.json()) as { readonly budgets: unknown }).budgets;
        setImmediate(() => process.emit('SIGINT'));
      },
    });
    rmSync(directory, { recursive: true });
    expect(budgets).toMatchObject([{ limit: 300 }]);
  });

  test('as JSON', async () => {
    const { out, heard } = await serve(['--faults', example, '--json'], faultsAt);
    expect(JSON.parse(out[0]!)).toMatchObject({ faults: { count: 4, url: expect.stringContaining('http://') } });
    expect(heard).toMatchObject({ faults: { length: 4 } });
  });

  test.each<[string, readonly string[], string | RegExp, readonly string[]]>([
    [
      'a real Harness cannot be given faults',
      ['--config', 'real.yaml', '--faults', 'wrong.yaml'],
      /^--faults wrong\.yaml is for a simulated Harness, and this configuration names a real one: /,
      [],
    ],
    ['a missing file', ['--faults', 'none.yaml'], /^The file of faults \/.*\/none\.yaml cannot be read: /, []],
    [
      'reports all problems of a file',
      ['--faults', 'wrong.yaml'],
      /^The file of faults \/.*\/wrong\.yaml is not valid\.$/,
      [
        'wrong.yaml:2:12 faults[1].fault: "rejekt" is not one of reject',
        'wrong.yaml:4:9 faults[2].on: a list has no meaning for slow (remove it; it takes milliseconds)',
      ],
    ],
  ])('%s', async (_, argv, first, others) => {
    const { status, error } = await serve(argv);
    expect([status, error[0]]).toEqual([2, expect.stringMatching(first)]);
    expect(error.slice(1)).toEqual(others.map((other) => expect.stringContaining(other)));
  });
});

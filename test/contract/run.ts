import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { simulatedConfiguration } from '../../lib/domain/catalogue/simulated-configuration.ts';
import { type Server, startServer } from '../../lib/local/start-server.ts';
import { runCommand } from '../cloud/run-command.ts';
import { makeVenv } from '../python-venv.ts';

/**
 * Runs schemathesis on a server of its own, with the server's OpenAPI document: it must get no 5xx, and nothing outside
 * the contract. It needs Python 3 with venv, and downloads schemathesis from PyPI. It sends the same requests each
 * time, as far as the server's state allows.
 */
const seed = '1';

/**
 * What it cannot know:
 * - Not every request that a schema allows makes sense.
 * - A caller without a token must wait after ten attempts within a minute.
 * - Two routes may share an address: `/batches/plan` could be a batch.
 * - Uploads go to the address that `POST /uploads` returns, which on AWS is in S3.
 */
const unasked = [
  ...['positive_data_acceptance', 'ignored_auth', 'missing_required_header'],
  ...['allow_header_conformance', 'unsupported_method'],
];

const optionsOf = ({ token }: Server, path: string | undefined): readonly string[] => [
  ...['--header', `Authorization: Bearer ${token}`, '--exclude-checks', unasked.join(',')],
  ...['--seed', seed, '--max-examples', '3', '--no-shrink', '--generation-database', 'none'],
  ...['--request-timeout', '30', '--warnings', 'off', '--continue-on-failure'],
  ...(path === undefined ? [] : ['--include-path', path]),
];

const ask = async (programs: string, server: Server, path?: string): Promise<void> => {
  const phases = ['--phases', 'examples,coverage,fuzzing'];
  const options = [...phases, ...optionsOf(server, path)];
  const told = await runCommand(
    join(programs, 'schemathesis'),
    ['--config-file', configuration, '--no-color', 'run', `${server.url}/openapi.json`, ...options],
    { directory: folder },
  );
  console.log(told.slice(told.indexOf('== SUMMARY')).trim());
};

const submit = async ({ url, token }: Server, file: string): Promise<void> => {
  const body = readFileSync(join(import.meta.dirname, '../../examples', file));
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/yaml' };
  const { status } = await fetch(`${url}/batches`, { method: 'POST', headers, body });
  if (status !== 202) throw new Error(`${file} was answered ${status}`);
};

/** What no option of its command line covers. */
const configuration = join(import.meta.dirname, 'schemathesis.toml');

const folder = mkdtempSync(join(tmpdir(), 'flotilla-contract-'));
let server: Server | undefined;
try {
  const programs = await makeVenv(join(folder, 'venv'), join(import.meta.dirname, 'requirements.txt'));
  const data = join(folder, 'data');
  server = await startServer({ port: 0, data, configuration: simulatedConfiguration(), tokens: true });
  await submit(server, 'release.yaml');
  await ask(programs, server, process.argv[2]);
} finally {
  await server?.close();
  rmSync(folder, { recursive: true });
}

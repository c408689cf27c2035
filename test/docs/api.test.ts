import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openApiDocument } from '../../functions/api/openapi/document.ts';
import { routes } from '../../functions/api/routes.ts';
import { create } from '../../functions/api.ts';
import { callbackPath } from '../../lib/domain/callback-route.ts';
import { type HttpServer, startHttpServer } from '../../lib/local/http-server.ts';
import { allRoutes } from '../functions/contract-check.ts';
import { compileClient } from '../openapi/compile-client.ts';
import { makeWorld } from '../usecases/batch/api-world.ts';
import { tableRows } from './table-rows.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/api.md'), 'utf8');
const fences = (language: string): readonly string[] =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'gm'))].map(([, text]) => text!);

const folder = mkdtempSync(join(tmpdir(), 'flotilla-api-docs-'));
let server: HttpServer;
beforeAll(async () => {
  server = await startHttpServer({ port: 0, api: create(makeWorld().deps) });
  mkdirSync(join(folder, '.flotilla'));
  writeFileSync(join(folder, '.flotilla', 'token.header'), 'authorization: Bearer secret\n');
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

test('lists the routes of the API, and the callback route', () => {
  const head = '| method | path | |';
  const written = tableRows(page, head, (line) => line === head).map(
    ([method, path]) => `${method} ${/`([^`]+)`/.exec(path!)![1]}`,
  );
  const served = routes.map(({ method, path }) => `${method} ${path.replaceAll('+}', '}')}`);
  expect(written.sort()).toEqual([...served, `POST ${callbackPath}/{key}`].sort());
});

describe('docs/api.md', () => {
  const curls = fences('console')
    .flatMap((text) => text.split('\n'))
    .filter((line) => line.startsWith('$ curl'));

  test('its commands do what the page claims', async () => {
    const outputs: string[] = [];
    for (const line of curls) {
      const command = line.slice(2).replaceAll('http://127.0.0.1:8080', server.url);
      outputs.push(await shell(command));
    }
    expect(outputs).toEqual(['', '', '', '304\n']);
    expect(readFileSync(join(folder, 'docs.html'), 'utf8')).toMatch(/^<!doctype html>/);
    const saved = JSON.parse(readFileSync(join(folder, 'openapi.json'), 'utf8'));
    expect(saved).toEqual(openApiDocument(allRoutes));
  });

  test('its program compiles', async () => {
    const [program] = fences('ts');
    expect(await compileClient(openApiDocument(allRoutes), program!)).toBe('');
  });
});

/** Asynchronous, because the server is in this process. */
const shell = (command: string): Promise<string> => {
  return new Promise((resolve, reject) =>
    execFile('sh', ['-c', command], { cwd: folder }, (error, output) => (error ? reject(error) : resolve(output))),
  );
};

import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ownTransport, type Transport } from '../../../lib/adapters/own-fetch.ts';

const quiet = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null', HOME: tmpdir(), LC_ALL: 'C' };
const person = {
  GIT_AUTHOR_NAME: 'a',
  GIT_AUTHOR_EMAIL: 'a@example.com',
  GIT_COMMITTER_NAME: 'a',
  GIT_COMMITTER_EMAIL: 'a@example.com',
};

/** A repository of real git behind git's own HTTP server on this machine. */
export class GitHost {
  readonly folder = mkdtempSync(join(tmpdir(), 'flotilla-git-'));
  /** The path of each request; tests count them. */
  readonly asked: string[] = [];
  #server: Server | undefined;
  #url = '';

  git(...args: readonly string[]): string {
    const env = { ...process.env, ...quiet, ...person };
    return execFileSync('git', ['-C', join(this.folder, 'shop'), ...args], {
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    }).trim();
  }

  async start(): Promise<void> {
    mkdirSync(join(this.folder, 'shop'));
    this.git('init', '--quiet', '--initial-branch=main');
    this.#server = createServer((request, response) => {
      this.asked.push(request.url ?? '');
      const [path = '', query = ''] = (request.url ?? '').split('?');
      const child = spawn('git', ['http-backend'], {
        env: {
          ...process.env,
          ...quiet,
          ...{
            GIT_PROJECT_ROOT: this.folder,
            GIT_HTTP_EXPORT_ALL: '1',
            REQUEST_METHOD: request.method,
            PATH_INFO: path,
            QUERY_STRING: query,
          },
          ...{
            CONTENT_TYPE: request.headers['content-type'] ?? '',
            GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
          },
          ...(request.headers['content-length'] === undefined
            ? {}
            : { CONTENT_LENGTH: request.headers['content-length'] }),
        },
      });
      request.pipe(child.stdin);
      const chunks: Buffer[] = [];
      child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
      child.on('close', () => {
        const all = Buffer.concat(chunks);
        const end = all.indexOf('\r\n\r\n');
        const headers = all
          .toString('latin1', 0, end)
          .split('\r\n')
          .map((line) => line.split(': ') as [string, string]);
        const status = headers.find(([name]) => name === 'Status')?.[1] ?? '200';
        response.writeHead(
          Number.parseInt(status, 10),
          Object.fromEntries(headers.filter(([name]) => name !== 'Status')),
        );
        response.end(all.subarray(end + 4));
      });
    });
    await new Promise<void>((resolve) => this.#server!.listen(0, '127.0.0.1', resolve));
    this.#url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** A commit with these files, by path; a text that begins with `->` is a link. */
  commit(files: Readonly<Record<string, string>>): string {
    for (const [path, text] of Object.entries(files)) {
      const place = join(this.folder, 'shop', path);
      mkdirSync(dirname(place), { recursive: true });
      if (text.startsWith('->')) symlinkSync(text.slice(2), place);
      else writeFileSync(place, text);
    }
    this.git('add', '--all');
    this.git('commit', '--quiet', '--message', 'A change');
    return this.git('rev-parse', 'HEAD');
  }

  /** Sends requests for `https://git.test` to this server. */
  readonly transport: Transport = (url, request) => ownTransport(url.replace('https://git.test', this.#url), request);

  async stop(): Promise<void> {
    await new Promise((resolve) => this.#server?.close(resolve));
    rmSync(this.folder, { recursive: true, force: true });
  }
}

import { type Answer, ask, type Transport } from '../own-fetch.ts';
import { framed, linesOf, packetsOf } from './pkt-line.ts';

/** Thrown when the server does not have what was asked for, in words for the batch's author. */
export class GitRefusal extends Error {}

export interface ServerOptions {
  readonly signal: AbortSignal;
  readonly transport?: Transport;
}

/** Bytes of an answer. */
export const answerLimits = { words: 1024 * 1024, pack: 32 * 1024 * 1024 } as const;

const service = 'git-upload-pack';
const own = { 'git-protocol': 'version=2', 'user-agent': 'git/flotilla' };

/** A repository that is read by protocol 2 over HTTPS (gitprotocol-v2). Redirects are not followed. */
export class GitServer {
  readonly #url: string;
  readonly #options: ServerOptions;
  #capabilities: readonly string[] = [];

  constructor(url: string, options: ServerOptions) {
    this.#url = url.replace(/\/+$/, '');
    this.#options = options;
  }

  async greet(): Promise<void> {
    const answer = await this.#ask(`/info/refs?service=${service}`, {}, answerLimits.words);
    const lines = linesOf(answer);
    const at = lines.indexOf('version 2');
    if (at < 0) throw new GitRefusal('the server does not speak version 2 of the protocol of git');
    this.#capabilities = lines.slice(at + 1);
    const format = this.#capabilities.find((line) => line.startsWith('object-format='));
    if (format !== undefined && format !== 'object-format=sha1')
      throw new GitRefusal(`the repository has names by ${format.slice(14)}, and only those by sha1 are read`);
  }

  /** Whether it can leave out what nobody asks for. */
  get filters(): boolean {
    return this.#capabilities.some((line) => line.startsWith('fetch=') && / filter| filter|=filter/.test(line));
  }

  /** The current hash of a branch, a tag or a full name; undefined if there is none. A branch wins over a tag. */
  async resolve(ref: string): Promise<string | undefined> {
    const names = ref.startsWith('refs/') || ref === 'HEAD' ? [ref] : [`refs/heads/${ref}`, `refs/tags/${ref}`];
    const lines = ['command=ls-refs', 'delimiter', 'peel', ...names.map((name) => `ref-prefix ${name}`)];
    const found = new Map<string, string>();
    for (const line of linesOf(await this.#command(lines, answerLimits.words))) {
      const [oid = '', name = '', ...more] = line.split(' ');
      const peeled = more.find((one) => one.startsWith('peeled:'))?.slice(7);
      if (/^[0-9a-f]{40}$/.test(peeled ?? oid)) found.set(name, peeled ?? oid);
    }
    return names.map((name) => found.get(name)).find((oid) => oid !== undefined);
  }

  /** A pack with these objects; with a filter, without their files. */
  async pack(
    oids: readonly string[],
    { withoutFiles = false, areFiles = false }: { readonly withoutFiles?: boolean; readonly areFiles?: boolean } = {},
  ): Promise<Buffer> {
    const lines = [
      ...['command=fetch', 'delimiter', 'no-progress', 'ofs-delta'],
      ...oids.map((oid) => `want ${oid}`),
      ...[...(areFiles ? [] : ['deepen 1']), ...(withoutFiles ? ['filter blob:none'] : []), 'done'],
    ];
    return packIn(await this.#command(lines, answerLimits.pack));
  }

  #command(lines: readonly string[], limit: number): Promise<Buffer> {
    const type = `application/x-${service}`;
    const headers = { 'content-type': `${type}-request`, accept: `${type}-result` };
    return this.#ask(`/${service}`, { method: 'POST', body: framed(lines), headers }, limit);
  }

  async #ask(
    path: string,
    { headers, ...more }: Omit<Parameters<typeof ask>[1], 'limit' | 'credential'>,
    limit: number,
  ): Promise<Buffer> {
    const answer = await ask(`${this.#url}${path}`, {
      ...this.#options,
      ...more,
      headers: { ...own, ...headers },
      ...{ limit, credential: false },
    });
    return wholeOf(answer, limit);
  }
}

const wholeOf = async (answer: Answer, limit: number): Promise<Buffer> => {
  const { bytes, isWhole } = await answer.read();
  if (answer.redirect !== undefined) throw new GitRefusal(`the server answers with ${answer.redirect}`);
  if (answer.status === 401 || answer.status === 403)
    throw new GitRefusal(`the server lets nobody read it without a login (${answer.status})`);
  if (answer.status === 404) throw new GitRefusal('there is no such repository that everybody may read (404)');
  if (answer.status !== 200) throw new GitRefusal(`the server answers ${answer.status}`);
  if (!isWhole) throw new GitRefusal(`the server answers with more than ${limit / 1024 / 1024} MiB`);
  return Buffer.from(bytes);
};

/** The pack's frames have their own band. Another band has the server's message when it gives up. */
const packIn = (answer: Buffer): Buffer => {
  const chunks: Buffer[] = [];
  let isPack = false;
  for (const packet of packetsOf(answer)) {
    if (typeof packet === 'string') continue;
    if (!isPack) {
      const line = packet.toString('utf8').trimEnd();
      if (line.startsWith('ERR ')) throw new GitRefusal(`the server says: ${line.slice(4, 300)}`);
      isPack = line === 'packfile';
      continue;
    }
    if (packet[0] === 3) throw new GitRefusal(`the server says: ${packet.toString('utf8', 1, 300).trimEnd()}`);
    if (packet[0] === 1) chunks.push(packet.subarray(1));
  }
  if (!isPack) throw new GitRefusal('the server gives no pack');
  return Buffer.concat(chunks);
};

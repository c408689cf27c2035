import { networkCode, networkMessage, remedyFor } from '../adapters/network-failure.ts';
import type { Asking } from '../adapters/own-fetch.ts';
import { describeIssue, type Issue } from '../domain/batch/issues.ts';
import { nameHeader } from '../domain/record/actor.ts';
import type { UploadView } from '../usecases/batch/open-upload.ts';
import type { Candidate } from '../usecases/batch/recognise-batch.ts';
import type { AccessToken, KnownToken } from './access-token.ts';
import { printable } from './clean-text.ts';
import { CommandFailure, type ExitStatus, exitStatus, Unreachable } from './failure.ts';
import { inCommands } from './in-commands.ts';
import { fetchWhole, parsedJson, type WholeAnswer } from './whole-answer.ts';

export interface ApiClientOptions {
  readonly url: string;
  readonly token?: AccessToken;
  /** The person the request is made for. A server accepts this with its own token only. */
  readonly by?: string | undefined;
}

interface Problem {
  readonly title?: string;
  readonly detail?: string;
  /** API Gateway's field, where Flotilla has `detail`. */
  readonly message?: string;
  readonly status: number;
  /** Absent in answers of API Gateway. */
  readonly code?: string;
  readonly issues?: readonly Partial<Issue>[];
  /** Batches, or names that are already in the sentence. */
  readonly candidates?: readonly (Candidate | string)[];
}

export interface Send {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly body?: string;
  /** The file with the body, named in its problems. */
  readonly file?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export interface Answered<Answer> {
  readonly status: number;
  readonly answer: Answer;
}

/** Asks the API. Every unsuccessful answer becomes a CommandFailure with its exit status. */
export class ApiClient {
  readonly url: string;
  readonly #token: AccessToken;
  readonly #by: Readonly<Record<string, string>>;

  constructor({ url, token = async () => undefined, by = '' }: ApiClientOptions) {
    this.url = url.replace(/\/+$/, '');
    this.#token = token;
    this.#by = by === '' ? {} : { [nameHeader]: encodeURIComponent(by.toWellFormed()) };
  }

  async ask<Answer>(path: string, send: Send = {}): Promise<Answer> {
    return (await this.send<Answer>(path, send)).answer;
  }

  /** The same with the status, for callers that need it. */
  async send<Answer>(path: string, send: Send): Promise<Answered<Answer>> {
    const { status, text } = await this.#good(path, send);
    const answer = parsedJson(text);
    if (answer !== undefined) return { status, answer: answer as Answer };
    throw new Unreachable('person', [`${this.url} does not answer as a Flotilla server does.`]);
  }

  /** A text answer that is not JSON, unchanged. */
  text(path: string): Promise<Pick<WholeAnswer, 'contentType' | 'text'>> {
    return this.#good(path, {});
  }

  /** Deletes something; the answer has nothing to read. */
  async drop(path: string, signal?: AbortSignal): Promise<void> {
    await this.#good(path, { method: 'DELETE', ...(signal === undefined ? {} : { signal }) });
  }

  async #good(path: string, send: Send): Promise<WholeAnswer> {
    const token = await this.#token();
    let sent = token;
    let answered = await this.#ask(path, send, sent);
    if (token === undefined && [401, 429].includes(answered.status)) {
      // The user's own server was just starting, and has its token only now.
      sent = await this.#token();
      if (sent !== undefined) answered = await this.#ask(path, send, sent);
    }
    if (answered.ok) return answered;
    throw failureOf(problemOf(answered.status, answered.text), sent, send.file);
  }

  #ask(
    path: string,
    { method = 'GET', body, headers, signal }: Send,
    token: KnownToken | undefined,
  ): Promise<WholeAnswer> {
    return this.#fetch(path, {
      method,
      credential: token !== undefined,
      headers: { ...headers, ...this.#by, ...authorization(token) },
      ...(body === undefined ? {} : { body }),
      ...(signal === undefined ? {} : { signal }),
    });
  }

  /** Puts a text at an upload's address. An address with a host is elsewhere, and gets no token. */
  async put({ url, method, headers }: UploadView, body: Uint8Array<ArrayBuffer>, signal?: AbortSignal): Promise<void> {
    const isHere = url.startsWith('/') && !url.startsWith('//');
    const token = isHere ? await this.#token() : undefined;
    // `fetch` counts the bytes itself.
    const { 'content-length': _, ...others } = headers;
    const init = {
      method,
      body,
      // An upload address elsewhere is signed, so it is a credential itself.
      credential: !isHere || token !== undefined,
      ...(signal === undefined ? {} : { signal }),
      headers: { ...others, ...authorization(token) },
    };
    if (isHere) {
      const { status, ok, text } = await this.#fetch(url, init);
      if (!ok) throw failureOf(problemOf(status, text), token);
      return;
    }
    const { host } = new URL(url);
    const { ok, status } = await fetchWhole(url, init).catch((error: Error) => {
      if (signal?.aborted || error instanceof Unreachable) throw error;
      const lines = [`The batch could not be uploaded to ${host}: ${networkMessage(error)}`];
      throw new Unreachable(remedyFor(error), lines);
    });
    if (ok) return;
    const lines = [`The upload to ${host} was answered with ${status}.`];
    if (isPassing(status)) throw new Unreachable('time', lines);
    throw new CommandFailure(statusOf(status), lines);
  }

  async #fetch(path: string, asking: Omit<Asking, 'limit'>): Promise<WholeAnswer> {
    try {
      return await fetchWhole(`${this.url}${path}`, asking);
    } catch (error) {
      if (asking.signal?.aborted || error instanceof Unreachable) throw error;
      const lines = [`No answer from ${this.url}: ${networkMessage(error)}`];
      const isNobody = networkCode(error) === 'ECONNREFUSED';
      throw new Unreachable(remedyFor(error), isNobody ? [...lines, 'Is `flotilla serve` running?'] : lines);
    }
  }
}

const authorization = (token: KnownToken | undefined): Readonly<Record<string, string>> =>
  token === undefined ? {} : { authorization: `Bearer ${token.text}` };

const problemOf = (status: number, text: string): Problem => ({
  ...((parsedJson(text) as Problem | undefined) ?? { detail: `The answer was ${status} and not from Flotilla.` }),
  status,
});

/**
 * Not found, not allowed, or not in this state; otherwise the request was wrong. From 500 on the server is at fault.
 */
const statusOf = (status: number): ExitStatus => {
  if (status === 404) return exitStatus.notFound;
  if ([401, 403, 409, 412].includes(status)) return exitStatus.refused;
  return status >= 500 ? exitStatus.noAnswer : exitStatus.usage;
};

/** A retry may succeed. */
const isPassing = (status: number): boolean => status === 429 || status >= 502;

const failureOf = (problem: Problem, sent: KnownToken | undefined, file?: string): CommandFailure => {
  const said = problem.message === undefined ? '' : `: ${problem.message}`;
  const first = inCommands(problem.detail ?? problem.title ?? `The answer was ${problem.status}${said}.`);
  const issues = (problem.issues ?? []).filter((issue): issue is Issue => issue.line !== undefined);
  const told = issues.map((issue) => inCommands(describeIssue(file === undefined ? issue : { file, ...issue })));
  const candidates = (problem.candidates ?? [])
    .filter((one) => typeof one !== 'string')
    .map(({ batch_id, status, name }) => `  ${batch_id}  ${status.padEnd(10)}  ${printable(name)}`);
  const lines = [first, ...told, ...candidates, ...adviceOn(problem, sent)];
  if (isPassing(problem.status)) return new Unreachable('time', lines, problem);
  return new CommandFailure(statusOf(problem.status), lines, problem);
};

/** What would help: the server does not know where the token comes from, and API Gateway gives no reason at all. */
const adviceOn = ({ status, code }: Problem, sent: KnownToken | undefined): readonly string[] => {
  if (status === 403 && code === undefined)
    return ['Does the token have the scope that this needs: flotilla/read, flotilla/deploy or flotilla/approve?'];
  if (status !== 401) return [];
  if (sent !== undefined) return [sent.ifRefused];
  return [
    'Send a token: --token-file or $FLOTILLA_TOKEN; or have one fetched by $FLOTILLA_TOKEN_URL, $FLOTILLA_CLIENT_ID and',
    '$FLOTILLA_CLIENT_SECRET. A server of your own on this machine needs none, at the address that it prints.',
  ];
};

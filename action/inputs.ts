import { CommandFailure, exitStatus } from '../lib/cli/failure.ts';
import { iamRole } from '../lib/domain/catalogue/iam-role.ts';
import { type InputName, inputModes, type Mode } from './input-names.ts';

/** How the action gets an access token. */
export type Auth = { readonly kind: 'none' } | { readonly kind: 'token'; readonly token: string } | Oidc;

/** GitHub vouches for the workflow, and AWS lends it a role. */
export interface Oidc {
  readonly kind: 'oidc';
  readonly role: string;
  readonly region: string;
  /** The secret that holds the client. */
  readonly secretName: string;
  readonly audience: string;
}

/** What to plan or deploy: files, or one service without a file. */
export interface What {
  /** Patterns of files, or one `pillar/service=VERSION`. */
  readonly files: readonly string[];
  readonly service?: string;
  readonly environment?: string;
  readonly infrastructure?: string;
  readonly set?: readonly string[];
}

interface Shared {
  readonly what: What;
  readonly url?: string;
  readonly auth: Auth;
}

export interface PlanInputs extends Shared {
  readonly mode: 'plan';
  readonly config?: string;
  readonly comment: boolean;
  readonly commentId: string;
  readonly commentAuthor: string;
  readonly githubToken: string;
}

export interface DeployInputs extends Shared {
  readonly mode: 'deploy';
  readonly url: string;
  readonly planHash?: string;
  readonly onRerun: 'follow' | 'retry';
  readonly onCancel: 'leave' | 'cancel';
  readonly timeout?: number;
  readonly patience?: number;
}

export type Inputs = PlanInputs | DeployInputs;

type Env = Readonly<Record<string, string | undefined>>;

/** Reads all inputs. Throws one failure that names every problem. */
export const readInputs = (input: (name: InputName) => string, env: Env): Inputs => {
  const reader = new InputReader(input);
  const mode = reader.oneOf('mode', ['plan', 'deploy'], undefined);
  if (mode !== undefined) reader.refuseOthers(mode);
  const shared = { what: readWhat(reader, mode), ...readServer(reader, mode, env) };
  const read = mode === 'deploy' ? readDeploy(reader, shared) : readPlan(reader, shared);
  reader.check();
  return read;
};

const readWhat = (reader: InputReader, mode: Mode | undefined): What => {
  const files = reader.lines('files');
  const service = reader.text('service');
  const set = reader.lines('set');
  if ((files.length === 0) === (service === undefined))
    reader.refuse('files', 'and service exclude each other; give one of them');
  if (mode === 'deploy' && files.length > 1) reader.refuse('files', 'names several; a deploy takes one file');
  const names = ['environment', 'infrastructure'] as const;
  const given = names.flatMap((name) => (reader.text(name) === undefined ? [] : [[name, reader.text(name)!] as const]));
  if (service === undefined)
    for (const [name] of given) reader.refuse(name, 'works only with service; a file has its own');
  if (service !== undefined && !given.some(([name]) => name === 'environment'))
    reader.refuse('environment', 'is missing; service needs it');
  if (service !== undefined && set.length > 0)
    reader.refuse('set', 'changes a file; service already names its version');
  return {
    files,
    ...(service === undefined ? {} : { service }),
    ...Object.fromEntries(given),
    ...(set.length === 0 ? {} : { set }),
  };
};

const readServer = (reader: InputReader, mode: Mode | undefined, env: Env): Pick<Shared, 'url' | 'auth'> => {
  const url = reader.text('url') ?? (reader.text('config') === undefined ? env.FLOTILLA_URL || undefined : undefined);
  if (mode === 'deploy' && url === undefined) reader.refuse('url', 'is missing; a deploy needs a server');
  if (url !== undefined && reader.text('config') !== undefined)
    reader.refuse('config', 'has no effect with url: a server plans with its own configuration');
  const auth = readAuth(reader, env);
  if (url === undefined && auth.kind !== 'none') reader.refuse('url', 'is missing; only a server takes a token');
  return { auth, ...(url === undefined ? {} : { url }) };
};

const oidcInputs = ['role', 'aws-region', 'client-secret-name', 'audience'] as const;

const readAuth = (reader: InputReader, env: Env): Auth => {
  const token = reader.text('token');
  const kind = reader.oneOf('auth', ['token', 'oidc'], 'token');
  if (kind !== 'oidc') {
    for (const name of oidcInputs)
      if (reader.text(name) !== undefined) reader.refuse(name, 'works only with auth: oidc');
    return token === undefined ? { kind: 'none' } : { kind: 'token', token };
  }
  if (token !== undefined) reader.refuse('token', 'has no effect with auth: oidc');
  const role = reader.needed('role', 'the ARN of the role to assume');
  if (role !== '' && !iamRole.test(role))
    reader.refuse('role', 'is not the ARN of a role, like arn:aws:iam::111122223333:role/flotilla-ci');
  const region = reader.text('aws-region') ?? env.AWS_REGION ?? '';
  if (!/^[a-z]{2}(-[a-z]+)+-\d$/.test(region)) reader.refuse('aws-region', 'is no region of AWS, like eu-central-1');
  const secretName = reader.needed('client-secret-name', 'the name of the secret with the client');
  return { kind, role, region, secretName, audience: reader.text('audience') ?? 'sts.amazonaws.com' };
};

const readPlan = (reader: InputReader, shared: Shared): PlanInputs => {
  const commentId = reader.text('comment-id') ?? 'plan';
  if (!/^[A-Za-z0-9._-]{1,64}$/.test(commentId)) reader.refuse('comment-id', 'takes letters, digits, . _ and -');
  return {
    mode: 'plan',
    ...shared,
    ...(reader.text('config') === undefined ? {} : { config: reader.text('config')! }),
    comment: reader.oneOf('comment', ['true', 'false'], 'true') === 'true',
    commentId,
    commentAuthor: reader.text('comment-author') ?? 'github-actions[bot]',
    githubToken: reader.text('github-token') ?? '',
  };
};

const readDeploy = (reader: InputReader, shared: Shared): DeployInputs => {
  const [timeout, patience] = [reader.seconds('timeout', 1), reader.seconds('patience', 0)];
  const planHash = reader.text('plan-hash');
  return {
    mode: 'deploy',
    ...shared,
    url: shared.url ?? '',
    ...(planHash === undefined ? {} : { planHash }),
    onRerun: reader.oneOf('on-rerun', ['follow', 'retry'], 'follow') ?? 'follow',
    onCancel: reader.oneOf('on-cancel', ['leave', 'cancel'], 'leave') ?? 'leave',
    ...(timeout === undefined ? {} : { timeout }),
    ...(patience === undefined ? {} : { patience }),
  };
};

/** No timer of Node waits longer. */
const longest = 2_147_483;

/** Collects problems while it reads. */
class InputReader {
  readonly #input: (name: InputName) => string;
  readonly #problems: string[] = [];

  constructor(input: (name: InputName) => string) {
    this.#input = input;
  }

  /** Undefined if nothing is given. */
  text(name: InputName): string | undefined {
    return this.#input(name).trim() || undefined;
  }

  needed(name: InputName, what: string): string {
    const text = this.text(name);
    if (text === undefined) this.refuse(name, `is missing: ${what}`);
    return text ?? '';
  }

  lines(name: InputName): readonly string[] {
    const lines = this.#input(name).split(/\r?\n/);
    return lines.map((line) => line.trim()).filter((line) => line !== '');
  }

  oneOf<Word extends string>(name: InputName, words: readonly Word[], usual: Word | undefined): Word | undefined {
    const text = this.text(name);
    const found = text === undefined ? usual : words.find((word) => word === text);
    if (found === undefined) this.refuse(name, `is ${words.join(' or ')}, not ${JSON.stringify(text ?? '')}`);
    return found;
  }

  seconds(name: InputName, least: number): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const seconds = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (!(seconds >= least && seconds <= longest))
      this.refuse(name, `takes whole seconds from ${least} to ${longest}, not ${JSON.stringify(text)}`);
    return seconds;
  }

  refuse(name: InputName, why: string): void {
    this.#problems.push(`Input ${name} ${why}.`);
  }

  /** An input without effect is a mistake. */
  refuseOthers(mode: Mode): void {
    for (const [name, modes] of Object.entries(inputModes) as readonly [InputName, readonly Mode[]][]) {
      if (!modes.includes(mode) && this.text(name) !== undefined) this.refuse(name, `has no effect with mode: ${mode}`);
    }
  }

  check(): void {
    if (this.#problems.length === 0) return;
    throw new CommandFailure(exitStatus.usage, this.#problems);
  }
}

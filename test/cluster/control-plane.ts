import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ApiServer, KubeClient } from './kube-client.ts';

export interface ControlPlane {
  readonly server: ApiServer;
  /** A file for Flotilla and kubectl. */
  readonly kubeconfig: string;
  /** Kills the API server, as a machine failure would, and starts it again on the same port. */
  restartApiServer(): Promise<void>;
  stop(): Promise<void>;
}

const startMilliseconds = 120_000;

/** Starts etcd, the API server and the controllers, each on free ports of loopback. They end with this process. */
export const startControlPlane = async (program: string, folder: string): Promise<ControlPlane> => {
  mkdirSync(folder, { recursive: true });
  const parts = new Parts(program, folder);
  try {
    const [client, peer, secure] = await freePorts(3);
    const token = randomBytes(16).toString('hex');
    writeFileSync(join(folder, 'tokens.csv'), `${token},admin,1,"system:masters"\n`);
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    writeFileSync(join(folder, 'accounts.key'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
    parts.start('etcd', etcdFlags(folder, `http://127.0.0.1:${client}`, `http://127.0.0.1:${peer}`));
    const apiserver = apiServerFlags(folder, `http://127.0.0.1:${client}`, secure!);
    let running = parts.start('apiserver', apiserver);
    const url = `https://127.0.0.1:${secure}`;
    const server = { url, token, authority: await authorityIn(folder, parts) };
    await ready(server, parts);
    const kubeconfig = writeKubeconfig(folder, server);
    parts.start('controllers', [kubeconfig]);
    await answered(server, '/api/v1/namespaces/default/serviceaccounts/default', parts);
    const restartApiServer = async (): Promise<void> => {
      await parts.kill(running);
      running = parts.start('apiserver', apiserver);
      await ready(server, parts);
    };
    return { server, kubeconfig, restartApiServer, stop: () => parts.stop() };
  } catch (error) {
    await parts.stop();
    throw error;
  }
};

const etcdFlags = (folder: string, client: string, peer: string): readonly string[] => [
  ...['--name', 'default', '--data-dir', join(folder, 'etcd')],
  ...['--listen-client-urls', client, '--advertise-client-urls', client],
  ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer, '--initial-cluster', `default=${peer}`],
  ...['--unsafe-no-fsync', '--logger', 'zap', '--log-level', 'warn'],
];

const apiServerFlags = (folder: string, etcd: string, port: number): readonly string[] => [
  ...[`--etcd-servers=${etcd}`, '--bind-address=127.0.0.1', '--advertise-address=127.0.0.1', `--secure-port=${port}`],
  ...[`--cert-dir=${join(folder, 'certificates')}`, `--token-auth-file=${join(folder, 'tokens.csv')}`],
  ...['--authorization-mode=RBAC', '--service-cluster-ip-range=10.0.0.0/24', '--allow-privileged=true'],
  '--service-account-issuer=https://kubernetes.default.svc',
  `--service-account-key-file=${join(folder, 'accounts.key')}`,
  `--service-account-signing-key-file=${join(folder, 'accounts.key')}`,
  // The kubelet here has no name in DNS, and there is no service in front of one API server.
  ...['--kubelet-preferred-address-types=InternalIP', '--endpoint-reconciler-type=none'],
];

/** The processes, with a log file each. */
class Parts {
  readonly #program: string;
  readonly #folder: string;
  readonly #all = new Set<ChildProcess>();

  constructor(program: string, folder: string) {
    this.#program = program;
    this.#folder = folder;
  }

  start(part: string, flags: readonly string[]): ChildProcess {
    const log = openSync(join(this.#folder, `${part}.log`), 'a');
    // Each ends with its input: a killed test leaves none behind.
    const child = spawn(this.#program, [part, ...flags], { stdio: ['pipe', log, log] });
    closeSync(log);
    this.#all.add(child);
    return child;
  }

  /** A process that ended by itself says why in its log. */
  check(): void {
    for (const { exitCode, spawnargs } of this.#all) {
      if (exitCode !== null) throw new Error(`${spawnargs[1]} has ended; its log is in ${this.#folder}`);
    }
  }

  async kill(child: ChildProcess): Promise<void> {
    this.#all.delete(child);
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#all].map((child) => this.kill(child)));
  }
}

const until = async <T>(parts: Parts, look: () => Promise<T | undefined>): Promise<T> => {
  for (const end = Date.now() + startMilliseconds; Date.now() < end; await sleep(50)) {
    parts.check();
    const found = await look().catch(() => undefined);
    if (found !== undefined) return found;
  }
  throw new Error('the control plane did not start in time');
};

/** The API server signs its own certificate at its first start. */
const authorityIn = (folder: string, parts: Parts): Promise<string> =>
  until(parts, async () => readFileSync(join(folder, 'certificates', 'apiserver.crt'), 'utf8') || undefined);

const answered = async (server: ApiServer, path: string, parts: Parts): Promise<void> => {
  const client = new KubeClient(server);
  await until(parts, () => client.get(path));
  client.close();
};

const ready = (server: ApiServer, parts: Parts): Promise<void> => answered(server, '/readyz', parts);

const writeKubeconfig = (folder: string, { url, token, authority = '' }: ApiServer): string => {
  const file = join(folder, 'kubeconfig.json');
  const cluster = { server: url, 'certificate-authority-data': Buffer.from(authority).toString('base64') };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'real', cluster }],
    users: [{ name: 'admin', user: { token } }],
    contexts: [{ name: 'real', context: { cluster: 'real', user: 'admin' } }],
    'current-context': 'real',
  };
  writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
  return file;
};

const freePorts = async (count: number): Promise<readonly number[]> => {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
};

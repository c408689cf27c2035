import { type ClusterSource, KubernetesCluster, kubeConfigFrom } from '../../lib/adapters/cluster.ts';
import { type ClusterProgram, isSame } from '../../lib/adapters/cluster-program.ts';
import { ExecCredentials } from '../../lib/adapters/exec-credential.ts';
import type { ClusterConnection, EksConnection } from '../../lib/domain/catalogue/catalogue.ts';
import { FlotillaError } from '../../lib/domain/errors.ts';
import type { Cluster } from '../../lib/domain/ports.ts';
import { sessionName } from './environment.ts';

export interface ClusterOptions {
  readonly region?: string | undefined;
  /** The addresses of simulated clusters, by name. */
  readonly simulated?: Readonly<Record<string, string>> | undefined;
  /** Our own secrets: masked in the answers of clusters and workloads. */
  readonly secrets?: readonly string[];
  /** The kubeconfig programs that may run. Absent: all. */
  readonly programs?: readonly ClusterProgram[] | undefined;
  /** Applies to all of them, whatever their own settings. */
  readonly verify?: 'required';
}

/** Connects to clusters on first use and keeps the connection. A failed one is retried. */
export class Clusters {
  readonly #connections: Readonly<Record<string, ClusterConnection>>;
  readonly #options: ClusterOptions;
  readonly #programs = new ExecCredentials();
  readonly #connected = new Map<string, Promise<Cluster>>();

  constructor(connections: Readonly<Record<string, ClusterConnection>>, options: ClusterOptions = {}) {
    this.#connections = connections;
    this.#options = options;
  }

  get(name: string): Promise<Cluster> {
    const known = this.#connected.get(name);
    if (known !== undefined) return known;
    const connecting = this.#connect(name);
    this.#connected.set(name, connecting);
    connecting.catch(() => this.#connected.delete(name));
    return connecting;
  }

  async #connect(name: string): Promise<Cluster> {
    const check = (program: ClusterProgram | undefined): void => this.#checkProgram(name, program);
    const access = await kubeConfigFrom(this.#source(name), undefined, { programs: this.#programs, check });
    return new KubernetesCluster(name, access, this.#options.secrets);
  }

  /**
   * A kubeconfig is read at its cluster's first use and again after a refusal. By then it may differ from the one at
   * the start.
   */
  #checkProgram(name: string, program: ClusterProgram | undefined): void {
    const { programs } = this.#options;
    if (program === undefined || programs === undefined || programs.some((one) => isSame(one, program))) return;
    const message = `the kubeconfig of cluster ${name} names a program, ${program.command}, that it did not name at the start. Start again`;
    throw new FlotillaError('ConfigurationInvalid', message, { cluster: name });
  }

  #source(name: string): ClusterSource {
    const connection = this.#connections[name];
    if (connection === undefined) {
      const known = Object.keys(this.#connections).join(', ');
      throw new FlotillaError('ConfigurationInvalid', `there is no cluster ${name}; configured: ${known}`);
    }
    if (connection.kind === 'eks') return this.#inEks(name, connection);
    if (connection.kind === 'simulated') {
      return { server: this.#required(this.#options.simulated?.[name], 'running simulator', name) };
    }
    const { kind: _, ...source } = connection;
    return { ...source, ...(this.#options.verify === undefined ? {} : { verify: this.#options.verify }) };
  }

  #inEks(name: string, { eks, region: named, role, external_id, proxy }: EksConnection): ClusterSource {
    const { region: own } = this.#options;
    const region = named ?? own;
    return {
      eks,
      region: this.#required(region, 'region', name),
      ...(role === undefined ? {} : { assume: { role, session: sessionName(), externalId: external_id, region: own } }),
      ...(proxy === undefined ? {} : { proxy }),
    };
  }

  #required(value: string | undefined, what: string, name: string): string {
    if (value === undefined) throw new FlotillaError('ConfigurationInvalid', `cluster ${name} has no ${what}`);
    return value;
  }
}

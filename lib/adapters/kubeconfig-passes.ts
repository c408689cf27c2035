import { FlotillaError } from '../domain/errors.ts';
import { type Pass, Passes } from './cluster-pass.ts';
import type { ClusterProgram } from './cluster-program.ts';
import type { ExecCredentials } from './exec-credential.ts';
import { type KubeconfigEntry, type KubeconfigSource, readKubeconfig } from './kubeconfig.ts';
import { credentialsOf, identityOf } from './kubeconfig-user.ts';

export interface KubeconfigRules {
  readonly programs: ExecCredentials;
  readonly check: (program: ClusterProgram | undefined) => void;
}

/** Authenticates by a kubeconfig, and reads it again after a rejection: a login program writes a new token there. */
export class KubeconfigPasses {
  readonly #source: KubeconfigSource;
  readonly #rules: KubeconfigRules;
  #entry: KubeconfigEntry;
  #passes: Passes;

  constructor(source: KubeconfigSource, rules: KubeconfigRules) {
    this.#source = source;
    this.#rules = rules;
    this.#entry = this.#read();
    this.#passes = this.#passesOf(this.#entry);
  }

  get entry(): KubeconfigEntry {
    return this.#entry;
  }

  get(): Promise<Pass> {
    return this.#passes.get();
  }

  async renew(refused: Pass): Promise<void> {
    if (!(await this.#passes.renew(refused))) return;
    const entry = this.#read();
    if (entry.text === this.#entry.text) return;
    if (!isSamePlace(entry, this.#entry)) {
      const { kubeconfig } = this.#source;
      const message = `the kubeconfig ${kubeconfig} leads to another cluster than at the start; start again`;
      throw new FlotillaError('ConfigurationInvalid', message, { path: kubeconfig });
    }
    this.#entry = entry;
    this.#passes = this.#passesOf(entry);
  }

  #read(): KubeconfigEntry {
    const entry = readKubeconfig(this.#source);
    this.#rules.check(entry.user.plugin?.program);
    return entry;
  }

  #passesOf({ cluster, isCompressed, user }: KubeconfigEntry): Passes {
    const { kubeconfig } = this.#source;
    return new Passes({
      cluster,
      identity: identityOf(user, kubeconfig),
      credentials: credentialsOf(user, kubeconfig, this.#rules.programs),
      headers: isCompressed ? {} : { 'accept-encoding': 'identity' },
      several: user.impersonation,
    });
  }
}

/** Locks belong to the cluster that it led to. Another cluster must not judge what is in flight there. */
const isSamePlace = (one: KubeconfigEntry, other: KubeconfigEntry): boolean =>
  one.cluster.server === other.cluster.server;

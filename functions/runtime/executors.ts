import { HttpHarnessApi } from '../../lib/adapters/harness-api.ts';
import type { Transport } from '../../lib/adapters/own-fetch.ts';
import type { BudgetNews } from '../../lib/domain/budget/budget-news.ts';
import { executorAccount, requestLimit } from '../../lib/domain/budget/request-limit.ts';
import type { Configuration, HarnessConnection } from '../../lib/domain/catalogue/catalogue.ts';
import { webhookTokensByTrigger } from '../../lib/domain/catalogue/webhook-tokens.ts';
import { FlotillaError } from '../../lib/domain/errors.ts';
import type { Executor } from '../../lib/domain/ports.ts';
import { HarnessExecutor } from '../../lib/executors/harness.ts';
import { TableBudget } from '../../lib/usecases/budget/table-budget.ts';
import { unlimited } from '../../lib/usecases/budget/unlimited.ts';
import type { Deps } from '../../lib/usecases/deps.ts';

export interface ExecutorOptions extends Pick<Deps, 'table' | 'clock' | 'random'> {
  /** The address of the simulated Harness, if there is one. */
  readonly simulatedHarness?: string | undefined;
  /** Further secrets that pipelines may know and nobody may read in their answers. */
  readonly secrets?: readonly string[];
  /** Node's own by default. */
  readonly transport?: Transport;
  /** Wait for a simulated Harness as long as for a real one. */
  readonly patient?: boolean | undefined;
  readonly tellBudget?: (news: BudgetNews) => void;
}

type Harness = Extract<HarnessConnection, { kind: 'real' }>;

/** The executors of a configuration, by account. All processes that use one share its request budget. */
export const makeExecutors = (
  configuration: Configuration,
  { table, clock, random, simulatedHarness, secrets = [], transport, patient = false, tellBudget }: ExecutorOptions,
): ReadonlyMap<string, Executor> => {
  const { harness } = configuration.connections;
  if (configuration.catalogue.harness === undefined) return new Map();
  const real = harness.kind === 'real' ? harness : simulated(simulatedHarness);
  const account = executorAccount(configuration.catalogue.harness);
  const limit = requestLimit(configuration.catalogue.harness);
  const told = tellBudget === undefined ? {} : { tell: tellBudget };
  const budget = limit === undefined ? unlimited : new TableBudget({ table, clock, random, account, limit, ...told });
  const api = new HttpHarnessApi({
    baseUrl: real.base_url,
    account: real.account,
    org: real.org,
    project: real.project,
    apiKey: real.api_key,
    ...(real.key_host === undefined ? {} : { keyHost: real.key_host }),
    secrets: [...Object.values(real.webhook_tokens), ...secrets],
    clock,
    random,
    budget,
    ...(transport === undefined ? {} : { transport }),
  });
  const late = harness.kind === 'real' || patient ? {} : { lateStartMilliseconds: 10_000, readsPerMinute: 60_000 };
  const executor = new HarnessExecutor({ api, clock, webhookTokens: webhookTokensByTrigger(configuration), ...late });
  return new Map([[account, executor]]);
};

const simulated = (url: string | undefined): Harness => {
  if (url === undefined) throw new FlotillaError('ConfigurationInvalid', 'the simulated Harness is not running');
  // The key is masked wherever it occurs in an answer, so it must not be a word with another meaning.
  const names = { account: 'simulated', org: 'default', project: 'simulated', api_key: 'pat.simulated' };
  return { kind: 'real', base_url: url, ...names, webhook_tokens: {} };
};

/** The executor of an account; the error lists those that exist. */
export const executorOf = (executors: ReadonlyMap<string, Executor>, account: string): Executor => {
  const executor = executors.get(account);
  if (executor !== undefined) return executor;
  const known = [...executors.keys()].join(', ');
  throw new FlotillaError('ConfigurationInvalid', `there is no executor account ${account}; configured: ${known}`);
};

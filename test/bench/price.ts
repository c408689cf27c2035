import type { FunctionRow } from '../../lib/infra/function-row.ts';
import { functionsTable } from '../../lib/infra/functions-table.ts';
import type { Counts } from './count-costs.ts';

/** What AWS charges in us-east-1, in US dollars, without any free tier. */
export const prices = {
  transition: { usd: 0.025 / 1_000, per: '1,000 state transitions', shown: 0.025, source: 'step-functions' },
  writeUnit: { usd: 0.625 / 1e6, per: 'million write request units', shown: 0.625, source: 'dynamodb' },
  readUnit: { usd: 0.125 / 1e6, per: 'million read request units', shown: 0.125, source: 'dynamodb' },
  gigabyteSecond: { usd: 13.3334 / 1e6, per: 'million GB-seconds, arm64', shown: 13.3334, source: 'lambda' },
  invocation: { usd: 0.2 / 1e6, per: 'million invocations', shown: 0.2, source: 'lambda' },
  event: { usd: 1 / 1e6, per: 'million custom events of up to 64 KB', shown: 1, source: 'eventbridge' },
  documentRead: { usd: 0.0004 / 1_000, per: '1,000 GET requests', shown: 0.0004, source: 's3' },
  documentWrite: { usd: 0.005 / 1_000, per: '1,000 PUT requests', shown: 0.005, source: 's3' },
  signature: { usd: 0.15 / 10_000, per: '10,000 signatures', shown: 0.15, source: 'kms' },
  logGigabyte: { usd: 0.5, per: 'GB of logs taken in', shown: 0.5, source: 'cloudwatch' },
  trace: { usd: 5 / 1e6, per: 'million traces recorded', shown: 5, source: 'xray' },
  actionMinute: { usd: 0.002, per: 'action minute, type V2', shown: 0.002, source: 'codepipeline' },
} as const;

/** What Lambda (start, report) and the function (one line) log for one invocation; an assumption. */
export const logBytes = 1_500;

/** What begins a trace: a child, with its first state. The API does too, but is not counted here. */
const traced = ['await-turn'];

const watchers: readonly string[] = ['watch-executor', 'watch-cluster'];

export interface Item {
  readonly name: string;
  readonly usd: number;
}

const sumOf = (counts: Counts, prefix: string, weigh: (name: string) => number): number =>
  Object.entries(counts)
    .filter(([name]) => name.startsWith(`${prefix} `))
    .reduce((sum, [name, count]) => sum + count * weigh(name.slice(prefix.length + 1)), 0);

const gigabytesOf = (name: string): number =>
  (functionsTable as Readonly<Record<string, FunctionRow>>)[name]!.memory / 1024;

/** The bill for what was counted. */
export const priceOf = (counts: Counts): readonly Item[] => {
  const count = (name: string): number => counts[name]!;
  const gigabyteSeconds = (watching: boolean): number =>
    sumOf(counts, 'seconds', (name) => (watchers.includes(name) === watching ? gigabytesOf(name) : 0));
  const invocations = sumOf(counts, 'invocations', () => 1);
  const transitions = sumOf(counts, 'transitions', () => 1);
  return [
    { name: 'Step Functions: children', usd: count('transitions children') * prices.transition.usd },
    {
      name: 'Step Functions: batch and watchers',
      usd: (transitions - count('transitions children')) * prices.transition.usd,
    },
    { name: 'Lambda: watchers', usd: gigabyteSeconds(true) * prices.gigabyteSecond.usd },
    { name: 'Lambda: all other functions', usd: gigabyteSeconds(false) * prices.gigabyteSecond.usd },
    { name: 'Lambda: invocations', usd: invocations * prices.invocation.usd },
    { name: 'DynamoDB: writes', usd: count('write units') * prices.writeUnit.usd },
    { name: 'DynamoDB: reads', usd: count('read units') * prices.readUnit.usd },
    { name: 'EventBridge', usd: count('events on the bus') * prices.event.usd },
    {
      name: 'S3',
      usd: count('documents read') * prices.documentRead.usd + count('documents written') * prices.documentWrite.usd,
    },
    { name: 'KMS', usd: count('signatures') * prices.signature.usd },
    // At most: AWS records the first of each second, and of the others one in twenty.
    { name: 'X-Ray', usd: traced.reduce((sum, name) => sum + count(`invocations ${name}`), 0) * prices.trace.usd },
    { name: 'CloudWatch Logs', usd: ((invocations * logBytes) / 1e9) * prices.logGigabyte.usd },
  ];
};

export const totalOf = (items: readonly Item[]): number => items.reduce((sum, { usd }) => sum + usd, 0);

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { nodeModules } from '../cloud/run-command.ts';
import type { Place } from './place.ts';
import { runProgram } from './run-program.ts';

const root = join(import.meta.dirname, '..', '..');

export interface StageOptions {
  readonly stage: string;
  readonly folder: string;
  /** A secret part of the relay's addresses. Absent: there is no relay. */
  readonly relayKey?: string;
  /** The file whose section `aws` has further settings of the stage. */
  readonly config?: string;
  readonly isEmulated: boolean;
}

/** Outputs of the stacks: by the stack's part of its name, then by the output's. */
export type Outputs = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** An output by its stack's part of the name, and its own. */
export const outputOf = (outputs: Outputs, stack: string, name: string): string => {
  const found = outputs[stack]?.[name];
  if (found === undefined) throw new Error(`the stack ${stack} has no output ${name}`);
  return found;
};

/** The stage, deployed with the CDK command line: the app as it ships, and what the test needs in the account. */
export class Stage {
  readonly name: string;
  readonly #place: Place;
  readonly #options: StageOptions;

  constructor(place: Place, options: StageOptions) {
    this.name = options.stage;
    this.#place = place;
    this.#options = options;
  }

  /** Only once per account: another version of somebody else's is left alone. */
  async bootstrap(signal: AbortSignal): Promise<'done' | 'there already'> {
    const { account, region, clients } = this.#place;
    const isThere = await clients.stacks.send(new DescribeStacksCommand({ StackName: 'CDKToolkit' })).then(
      () => true,
      () => false,
    );
    if (isThere) return 'there already';
    await this.#cdk(['bootstrap', `aws://${account}/${region}`], signal);
    return 'done';
  }

  async deploy(signal: AbortSignal): Promise<Outputs> {
    const file = join(this.#options.folder, 'outputs.json');
    const how = ['--require-approval', 'never', '--outputs-file', file, '--progress', 'events'];
    await this.#cdk(['deploy', '--all', ...how], signal);
    const byStack = JSON.parse(readFileSync(file, 'utf8')) as Outputs;
    const short = (name: string): string => name.replace(`flotilla-${this.name}-`, '');
    return Object.fromEntries(Object.entries(byStack).map(([name, outputs]) => [short(name), outputs]));
  }

  /** Does nothing without a stage. */
  async destroy(): Promise<void> {
    await this.#cdk(['destroy', '--all', '--force']);
  }

  async #cdk(args: readonly string[], signal?: AbortSignal): Promise<void> {
    const { folder, relayKey, config, isEmulated } = this.#options;
    // It must fit into any account, for any limit.
    const always = ['on_destroy=delete', 'reserved_concurrency=none'];
    const settings = [`stage=${this.name}`, ...always, ...this.#place.settings];
    if (config !== undefined) settings.push(`config=${config}`);
    const app = 'npx --no-install node test/aws/app.ts';
    const context = settings.flatMap((setting) => ['-c', setting]);
    const env = {
      ...this.#place.env,
      ...(relayKey === undefined ? {} : { FLOTILLA_RELAY_KEY: relayKey }),
      FLOTILLA_RELAY_IS_EKS: String(!isEmulated),
    };
    const all = [...args, '--app', app, ...context, '--output', join(folder, 'cdk.out'), '--no-color'];
    await runProgram(join(nodeModules, 'cdk'), all, {
      ...{ directory: root, env },
      ...(signal === undefined ? {} : { signal }),
    });
  }
}

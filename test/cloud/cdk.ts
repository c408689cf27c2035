import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stage as tested } from './cloud.ts';
import { environmentOf, nodeModules, runCommand } from './run-command.ts';

const root = join(import.meta.dirname, '..', '..');

export const stacks = ['State', 'Application', 'Observability'];

/** Outputs of the stacks: by name of the stack, by name of the output. */
export type Outputs = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** The one output of a stack that is named like this. */
export const outputOf = (
  outputs: Outputs,
  { stage, stack, name }: { readonly stage: string; readonly stack: string; readonly name: RegExp },
): string => {
  const found = Object.entries(outputs[`flotilla-${stage}-${stack}`] ?? {}).find(([key]) => name.test(key))?.[1];
  if (found === undefined) throw new Error(`the stack ${stack} has no output like ${name}: ${JSON.stringify(outputs)}`);
  return found;
};

export interface CdkOptions {
  readonly stage?: string;
  /** `name=value`, as after `-c`. */
  readonly settings?: readonly string[];
}

/** The CDK command line of this project for one stage, against the emulator only. */
export class Cdk {
  readonly #folder: string;
  readonly #endpoint: string;
  readonly #settings: readonly string[];
  readonly #output: string;

  constructor(folder: string, endpoint: string, { stage = tested, settings = [] }: CdkOptions = {}) {
    this.#folder = folder;
    this.#endpoint = endpoint;
    // The archive of the bus is the one resource that the emulator does not know.
    this.#settings = [`stage=${stage}`, 'archive=false', ...settings];
    this.#output = join(folder, `cdk.out-${stage}`);
  }

  run(...args: readonly string[]): Promise<string> {
    const env = { ...environmentOf(this.#endpoint, this.#folder), CDK_HOME: join(this.#folder, 'cdk'), CI: 'true' };
    const context = this.#settings.flatMap((setting) => ['-c', setting]);
    const all = [...args, ...context, '--output', this.#output, '--no-color'];
    return runCommand(join(nodeModules, 'cdk'), all, { directory: root, env });
  }

  async deploy(): Promise<Outputs> {
    const file = `${this.#output}.json`;
    await this.run('deploy', ...stacks, '--require-approval', 'never', '--outputs-file', file, '--progress', 'events');
    return JSON.parse(readFileSync(file, 'utf8')) as Outputs;
  }

  destroy(): Promise<string> {
    return this.run('destroy', ...stacks, '--force');
  }
}

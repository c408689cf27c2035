import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stage } from './cloud.ts';
import { environmentOf, nodeModules, runCommand } from './run-command.ts';

const root = join(import.meta.dirname, '..', '..');

/** Alarms of several metrics, which the third stack has, are refused by the emulator. */
export const stacks = ['State', 'Application'];

/** Outputs of the stacks: by name of the stack, by name of the output. */
export type Outputs = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** The CDK command line of this project, towards the emulator and nowhere else. */
export class Cdk {
  readonly #folder: string;
  readonly #endpoint: string;

  constructor(folder: string, endpoint: string) {
    this.#folder = folder;
    this.#endpoint = endpoint;
  }

  run(...args: readonly string[]): Promise<string> {
    // The archive of the bus is the one resource that the emulator does not know.
    const context = [`stage=${stage}`, 'archive=false'].flatMap((setting) => ['-c', setting]);
    const env = { ...environmentOf(this.#endpoint, this.#folder), CDK_HOME: join(this.#folder, 'cdk'), CI: 'true' };
    const all = [...args, ...context, '--output', join(this.#folder, 'cdk.out'), '--no-color'];
    return runCommand(join(nodeModules, 'cdk'), all, { directory: root, env });
  }

  async deploy(): Promise<Outputs> {
    const file = join(this.#folder, 'outputs.json');
    await this.run('deploy', ...stacks, '--require-approval', 'never', '--outputs-file', file, '--progress', 'events');
    return JSON.parse(readFileSync(file, 'utf8')) as Outputs;
  }
}

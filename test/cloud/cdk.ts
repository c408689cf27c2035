import { readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { account, region, secretAccessKey, stage } from './cloud.ts';
import { runCommand } from './run-command.ts';

const root = join(import.meta.dirname, '..', '..');
const bin = join(root, 'node_modules', '.bin');

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
    const context = ['-c', `stage=${stage}`, '-c', 'archive=false'];
    const env = {
      PATH: [bin, process.env.PATH].join(delimiter),
      // No profile and no setting of whoever runs this: it could lead to a real account.
      HOME: this.#folder,
      CDK_HOME: join(this.#folder, 'cdk'),
      AWS_ENDPOINT_URL: this.#endpoint,
      AWS_ACCESS_KEY_ID: account,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_REGION: region,
      AWS_EC2_METADATA_DISABLED: 'true',
      CI: 'true',
    };
    const all = [...args, ...context, '--output', join(this.#folder, 'cdk.out'), '--no-color'];
    return runCommand(join(bin, 'cdk'), all, { directory: root, env });
  }

  async deploy(): Promise<Outputs> {
    const file = join(this.#folder, 'outputs.json');
    await this.run('deploy', '--all', '--require-approval', 'never', '--outputs-file', file, '--progress', 'events');
    return JSON.parse(readFileSync(file, 'utf8')) as Outputs;
  }
}

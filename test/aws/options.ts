import { parseArgs } from 'node:util';

/** What was asked for on the command line. */
export interface Options {
  readonly keep: boolean;
  readonly isEmulated: boolean;
  /** A stage of an earlier run that is to be taken away; nothing else is done. */
  readonly destroy?: string;
  /** The tester's own Harness and clusters, and what to deploy on them. Absent: simulators. */
  readonly own?: { readonly config: string; readonly batch: string };
}

export const help = `npm run test:aws -- [--keep] [--config FILE --batch FILE] [--destroy STAGE] [--emulated]

Deploys Flotilla into the AWS account of your credentials under a random stage name, asks TestState about every
state of the deployed machines, runs a batch to its end, and takes everything away again: also when something
fails, and on Ctrl-C. It needs credentials that may do this (an administrator of a sandbox account) and a region.

It takes 10 to 20 minutes and costs a few cents: on-demand requests, some hundred Lambda calls and state
transitions, and the hours, begun and cut off, of alarms, a dashboard, two secrets and two Cognito clients.
An account that was never bootstrapped for CDK is (stack CDKToolkit), and that stays.

Harness and Kubernetes are simulated, on this machine: a small relay in the account (an HTTP API, a function, a
table) hands on what the functions ask for. Leave this machine on until the end.

  --config FILE   your own flotilla.config.yaml, with Harness and EKS clusters of yours: no simulators
                  (where it names an issuer of tokens, FLOTILLA_TOKEN must be one of its)
  --batch FILE    what to deploy there; it must end in SUCCESS
  --keep          leaves the stage in the account, to look at it; it goes on costing money
  --destroy STAGE takes away what an earlier run left (--keep, or this machine died); may be said twice
  --emulated      the same program against MiniStack on this machine, with the embedded engine for Step Functions;
                  needs no account and shows nothing of AWS
`;

/** What was asked for cannot be done, and the message says why. */
export class Misused extends Error {
  override readonly name = 'Misused';
}

/** Throws Misused, or what `parseArgs` throws, with what is wrong. `help` asks for the text above. */
export const readOptions = (args: readonly string[]): Options | 'help' => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      keep: { type: 'boolean', default: false },
      emulated: { type: 'boolean', default: false },
      destroy: { type: 'string' },
      config: { type: 'string' },
      batch: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const { keep, emulated: isEmulated, destroy, config, batch } = values;
  if (values.help) return 'help';
  if ((config === undefined) !== (batch === undefined)) throw new Misused('--config and --batch go together');
  if (destroy !== undefined && !/^t[0-9a-z]{7}$/.test(destroy))
    throw new Misused(`--destroy: ${destroy} is no stage of a test`);
  return {
    ...{ keep, isEmulated },
    ...(destroy === undefined ? {} : { destroy }),
    ...(config === undefined || batch === undefined ? {} : { own: { config, batch } }),
  };
};

import { parseArgs } from 'node:util';

/** The options of the command line. */
export interface Options {
  readonly keep: boolean;
  readonly isEmulated: boolean;
  /** A stage of an earlier run to delete; nothing else is done. */
  readonly destroy?: string;
  /** The tester's own Harness and clusters, and what to deploy on them. Absent: simulators. */
  readonly own?: { readonly config: string; readonly batch: string };
}

export const help = `npm run test:aws -- [--keep] [--config FILE --batch FILE] [--destroy STAGE] [--emulated]

Deploys Flotilla into the AWS account of your credentials under a random stage name. Then asks TestState about every
state of the deployed machines, runs a batch to its end, and deletes everything again, also after a failure or
Ctrl-C. It needs credentials that may do this (an administrator of a sandbox account) and a region.

It takes 10 to 20 minutes and costs a few cents: on-demand requests, some hundred Lambda calls and state transitions.
Alarms, a dashboard, two secrets and two Cognito clients cost a fraction of their monthly price.
An account without CDK's bootstrap stack (CDKToolkit) gets it, and keeps it.

Harness and Kubernetes are simulated on this machine. A small relay in the account (an HTTP API, a function, a table)
forwards the requests of the functions. Keep this machine on until the end.

  --config FILE   your own flotilla.config.yaml, with your own Harness and EKS clusters: no simulators
                  (if it names an issuer of tokens, set FLOTILLA_TOKEN to one of its tokens)
  --batch FILE    what to deploy there; it must end in SUCCESS
  --keep          keeps the stage in the account, to look at it; it goes on costing money
  --destroy STAGE deletes what an earlier run left (--keep, or this machine died); safe to repeat
  --emulated      the same program against MiniStack on this machine, with the embedded engine for Step Functions;
                  needs no account and shows nothing about AWS
`;

/** The request cannot be carried out; the message says why. */
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

import { type Clients, clientsAt } from './clients.ts';

/** The account that the emulator plays, and the stage that is deployed into it. */
export const account = '111122223333';
export const region = 'eu-central-1';
export const stage = 'cloudtest';
/** The secret of every role there: the emulator gives all of them the same. */
export const secretAccessKey = 'test';

export type Team = 'clearing' | 'risk';

/** What the deployed program needs to know of the world, and the tests of both. */
export interface Cloud {
  readonly emulator: string;
  /** Step Functions: the embedded engine. */
  readonly engine: string;
  readonly api: string;
  readonly table: string;
  readonly documents: string;
  readonly bus: string;
  /** The bucket with the ends of batches, and the key that signs them. */
  readonly anchors: string;
  readonly anchorKey: string;
  /** The topic that tells people. */
  readonly topic: string;
  readonly pool: string;
  /** Of the program that may do everything. */
  readonly poolClient: string;
  /** Of the programs of two teams. */
  readonly teams: Readonly<Record<Team, string>>;
  /** Where people log in. */
  readonly peopleClient: string;
  readonly batchMachine: string;
  readonly watchMachine: string;
  readonly previewMachine: string;
  /** The simulators, by the back door. */
  readonly harness: string;
  readonly cluster: string;
  /** Those that are asked from places. */
  readonly placed: Readonly<Record<'partner' | 'vault', string>>;
  /** The folder of the emulator, in which its Lambdas lie. */
  readonly folder: string;
}

/**
 * Clients that can only ever reach the emulator, and for `states` the embedded engine: no profile and no environment says
 * otherwise. A function is called once: to call it again is for the machine to say.
 */
export const clientsOf = ({ emulator, engine }: Pick<Cloud, 'emulator' | 'engine'>): Clients =>
  clientsAt(
    { endpoint: emulator, region, credentials: { accessKeyId: account, secretAccessKey } },
    // Without the mark `sync-` that TestState's address has on AWS stands before the host's name.
    { lambda: { maxAttempts: 1 }, states: { endpoint: engine, disableHostPrefix: true } },
  );

/** Where everything is, as `run.ts` tells the tests that it starts. */
export const givenCloud = (): Cloud => {
  const cloud = JSON.parse(process.env.FLOTILLA_CLOUD ?? '{}') as Cloud;
  if (cloud.api === undefined) throw new Error('start these tests by `npm run test:cloud`');
  return cloud;
};

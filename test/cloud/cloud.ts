import { type Clients, clientsAt } from './clients.ts';

/** The account that the emulator plays, and the stage that is deployed into it. */
export const account = '111122223333';
export const region = 'eu-central-1';
export const stage = 'cloudtest';
/** The secret of every role there: the emulator gives all of them the same. */
export const secretAccessKey = 'test';

export type Team = 'clearing' | 'risk';

/** What the deployed program needs to know about its environment, and the tests of both. */
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
  /** The topic that notifies people. */
  readonly topic: string;
  readonly pool: string;
  /** Client of the program that may do everything. */
  readonly poolClient: string;
  /** Clients of the programs of two teams. */
  readonly teams: Readonly<Record<Team, string>>;
  /** Where people log in. */
  readonly peopleClient: string;
  readonly batchMachine: string;
  readonly watchMachine: string;
  readonly previewMachine: string;
  /** The simulators, at their own addresses. */
  readonly harness: string;
  readonly cluster: string;
  /** Clusters that are asked from places. */
  readonly placed: Readonly<Record<'partner' | 'vault', string>>;
  /** The folder of the emulator, which holds its Lambdas. */
  readonly folder: string;
}

/**
 * Clients that can only reach the emulator, and for `states` the embedded engine: no profile or environment can change
 * that. They never retry a function call: retries are up to the machine.
 */
export const clientsOf = ({ emulator, engine }: Pick<Cloud, 'emulator' | 'engine'>): Clients =>
  clientsAt(
    { endpoint: emulator, region, credentials: { accessKeyId: account, secretAccessKey } },
    // Without TestState's `sync-` prefix on AWS.
    { lambda: { maxAttempts: 1 }, states: { endpoint: engine, disableHostPrefix: true } },
  );

/** All addresses, as `run.ts` passes them to the tests that it starts. */
export const givenCloud = (): Cloud => {
  const cloud = JSON.parse(process.env.FLOTILLA_CLOUD ?? '{}') as Cloud;
  if (cloud.api === undefined) throw new Error('start these tests by `npm run test:cloud`');
  return cloud;
};

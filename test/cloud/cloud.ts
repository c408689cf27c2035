import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';

/** The account that the emulator plays, and the stage that is deployed into it. */
export const account = '111122223333';
export const region = 'eu-central-1';
export const stage = 'cloudtest';
/** The secret of every role there: the emulator gives all of them the same. */
export const secretAccessKey = 'test';

/** What the deployed program needs to know of the world, and the tests of both. */
export interface Cloud {
  readonly emulator: string;
  /** Step Functions: the embedded engine. */
  readonly engine: string;
  readonly api: string;
  readonly table: string;
  readonly documents: string;
  readonly bus: string;
  /** The topic that tells people. */
  readonly topic: string;
  readonly pool: string;
  readonly poolClient: string;
  readonly batchMachine: string;
  readonly watchMachine: string;
  /** The simulators, by the back door. */
  readonly harness: string;
  readonly cluster: string;
  /** The folder of the emulator, in which its Lambdas lie. */
  readonly folder: string;
}

/** Settings of a client that can only ever reach this address: no profile and no environment says otherwise. */
const settings = (endpoint: string) => ({
  endpoint,
  region,
  credentials: { accessKeyId: account, secretAccessKey },
});

/** Clients of the emulator; what is called `engine` is Step Functions as the deployed functions see it. */
export const clientsOf = ({ emulator, engine }: Pick<Cloud, 'emulator' | 'engine'>) => {
  const at = settings(emulator);
  return {
    alarms: new CloudWatchClient(at),
    cognito: new CognitoIdentityProviderClient(at),
    dynamo: new DynamoDBClient(at),
    events: new EventBridgeClient(at),
    lambda: new LambdaClient({ ...at, maxAttempts: 1 }),
    s3: new S3Client({ ...at, forcePathStyle: true }),
    secrets: new SecretsManagerClient(at),
    sns: new SNSClient(at),
    sqs: new SQSClient(at),
    emulatedStates: new SFNClient(at),
    states: new SFNClient(settings(engine)),
  };
};

export type Clients = ReturnType<typeof clientsOf>;

/** Where everything is, as `run.ts` tells the tests that it starts. */
export const givenCloud = (): Cloud => {
  const cloud = JSON.parse(process.env.FLOTILLA_CLOUD ?? '{}') as Cloud;
  if (cloud.api === undefined) throw new Error('start these tests by `npm run test:cloud`');
  return cloud;
};

import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { KMSClient } from '@aws-sdk/client-kms';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';

/** Options of a single client. */
interface Elsewhere {
  readonly lambda?: object;
  readonly states?: object;
}

/** Clients of an account. `machines` and `states` are both Step Functions: what was deployed, and what runs it. */
export const clientsAt = (settings: object, { lambda = {}, states = {} }: Elsewhere = {}) => ({
  alarms: new CloudWatchClient(settings),
  cognito: new CognitoIdentityProviderClient(settings),
  dynamo: new DynamoDBClient(settings),
  events: new EventBridgeClient(settings),
  keys: new KMSClient(settings),
  lambda: new LambdaClient({ ...settings, ...lambda }),
  machines: new SFNClient(settings),
  s3: new S3Client({ ...settings, forcePathStyle: true }),
  secrets: new SecretsManagerClient(settings),
  sns: new SNSClient(settings),
  sqs: new SQSClient(settings),
  stacks: new CloudFormationClient(settings),
  states: new SFNClient({ ...settings, ...states }),
});

export type Clients = ReturnType<typeof clientsAt>;

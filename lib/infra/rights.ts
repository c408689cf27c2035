import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { EventBus } from 'aws-cdk-lib/aws-events';
import { type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { acceptWildcards } from './accept.ts';
import type { FunctionRow, Right, Writes } from './function-row.ts';
import type { MachineArns } from './machine-arns.ts';

/** The resources that outlive every release of the program. */
export interface StateResources {
  readonly table: TableV2;
  readonly documents: Bucket;
  readonly bus: EventBus;
  readonly anchors: Bucket;
  readonly anchorKey: IKey;
  readonly harnessSecret: ISecret;
  readonly callbackSecret: ISecret;
}

/** Everything that a function can have a right to. */
export interface Resources extends StateResources {
  readonly batch: MachineArns;
  readonly watch: MachineArns;
  readonly preview: MachineArns;
  /** Roles of other accounts, to reach their clusters. */
  readonly clusterRoles: readonly string[];
  /** The function itself, in networks: the ARNs of its copies. */
  readonly copies: readonly string[];
}

interface Allowance {
  readonly actions: readonly string[];
  readonly on: readonly string[];
  /** Why one of them contains a `*`. */
  readonly why?: string;
  /** The partitions of the table that it covers; without them, all. */
  readonly partitions?: readonly string[];
}

interface RightRow {
  readonly allows: (resources: Resources) => readonly Allowance[];
  /** How the function finds what it may use. */
  readonly environment?: (resources: Resources) => Readonly<Record<string, string>>;
}

/** A transaction needs the rights of its writes. No Scan: every access pattern has its key. */
const writeActions: Readonly<Record<keyof Writes, string>> = {
  put: 'dynamodb:PutItem',
  update: 'dynamodb:UpdateItem',
  delete: 'dynamodb:DeleteItem',
  check: 'dynamodb:ConditionCheckItem',
};

/**
 * One row for all its writes, because AWS does not say whether IAM checks each key of a transaction or all together.
 */
const toWrite = (writes: Writes, { table }: Resources): readonly Allowance[] => {
  const actions = Object.keys(writes).map((verb) => writeActions[verb as keyof Writes]);
  const partitions = [...new Set(Object.values(writes).flat())].sort();
  return actions.length === 0 ? [] : [{ actions, on: [table.tableArn], partitions }];
};

const get = 'dynamodb:GetItem';
const query = 'dynamodb:Query';
const toRead =
  (actions: readonly string[], partitions?: readonly string[]): RightRow['allows'] =>
  ({ table }) => [{ actions, on: [table.tableArn], ...(partitions === undefined ? {} : { partitions }) }];

const tableName = ({ table }: Resources) => ({ TABLE_NAME: table.tableName });
const batchArn = ({ batch }: Resources) => ({ BATCH_MACHINE_ARN: batch.machine });
const watchArn = ({ watch }: Resources) => ({ WATCH_MACHINE_ARN: watch.machine });
const bucketName = ({ documents }: Resources) => ({ DOCUMENTS_BUCKET: documents.bucketName });
const start = (arns: MachineArns): readonly Allowance[] => [{ actions: ['states:StartExecution'], on: [arns.machine] }];

/** The reason beside each `*`: without one the rule packs fail. */
const ownBucket =
  'The bucket holds the configuration, documents of batches and uploads, each under an id generated at run time.';
const ownAnchors = 'The bucket holds only anchors, each under the next number at run time.';
const ownExecutions = 'Executions of one of our machines, each named after a batch or a deployment at run time.';

const toReadAnchors: RightRow['allows'] = ({ anchors }) => [
  { actions: ['s3:GetObject'], on: [anchors.arnForObjects('*')], why: ownAnchors },
  { actions: ['s3:ListBucket'], on: [anchors.bucketArn] }, // without it S3 answers 403 for an object that does not exist
];
const anchorsName = ({ anchors }: Resources) => ({ ANCHORS_BUCKET: anchors.bucketName });

/**
 * A cluster's address and certificate. The configuration says which clusters there are. What a role may do inside a
 * cluster is up to the cluster's access entries.
 */
const toFindClusters: RightRow['allows'] = ({ table, clusterRoles }) => [
  {
    actions: ['eks:DescribeCluster'],
    on: [
      Stack.of(table).formatArn({
        service: 'eks',
        region: '*',
        resource: 'cluster',
        resourceName: '*',
        arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
      }),
    ],
    why: 'The catalogue, which is loaded after the deployment, names the clusters and their regions. The right shows address and certificate only.',
  },
  ...(clusterRoles.length === 0
    ? []
    : [{ actions: ['sts:AssumeRole'], on: clusterRoles, why: 'Roles of other accounts that the settings name.' }]),
];

const rights: Readonly<Record<Right, RightRow>> = {
  table: { allows: toRead([get, query]), environment: tableName },
  'table:feed': { allows: toRead([get], ['ANCHORS', 'EVENTS#*', 'FEED#*']), environment: tableName },
  // Anybody may call a function that has it.
  'table:hints': { allows: toRead([get, query], ['WATCHERS', 'WATCH#executor:*']), environment: tableName },
  'documents:read': {
    // Without ListBucket, S3 answers 403 for a document that does not exist.
    allows: ({ documents }) => [
      { actions: ['s3:GetObject'], on: [documents.arnForObjects('*')], why: ownBucket },
      { actions: ['s3:ListBucket'], on: [documents.bucketArn] },
    ],
    environment: bucketName,
  },
  'documents:write': {
    // Not the configuration, which is in the same bucket: only `flotilla catalogue apply` writes that.
    allows: ({ documents }) => [
      { actions: ['s3:PutObject'], on: [documents.arnForObjects('batches/*')], why: ownBucket },
      { actions: ['s3:PutObject'], on: [documents.arnForObjects('manifests/*')], why: ownBucket },
    ],
    environment: bucketName,
  },
  'documents:remove': {
    allows: ({ documents }) => [
      { actions: ['s3:DeleteObject'], on: [documents.arnForObjects('batches/*')], why: ownBucket },
    ],
    environment: bucketName,
  },
  // A function with this right parses what clusters answer. So it may replace no manifests, no plan, and nothing that
  // was applied.
  'adoptions:store': {
    allows: ({ documents }) => [
      { actions: ['s3:PutObject'], on: [documents.arnForObjects('manifests/adopted/*')], why: ownBucket },
    ],
    environment: bucketName,
  },
  'previews:store': {
    allows: ({ documents }) => [
      { actions: ['s3:PutObject'], on: [documents.arnForObjects('previews/*')], why: ownBucket },
    ],
    environment: bucketName,
  },
  'previews:remove': {
    allows: ({ documents }) => [
      { actions: ['s3:DeleteObject'], on: [documents.arnForObjects('previews/*')], why: ownBucket },
    ],
    environment: bucketName,
  },
  uploads: {
    // What it signs: the holder of an address can put one object there, on this function's behalf. The signature
    // includes the object's size.
    allows: ({ documents }) => [
      { actions: ['s3:PutObject'], on: [documents.arnForObjects('uploads/*')], why: ownBucket },
    ],
    environment: bucketName,
  },
  'batches:start': { allows: ({ batch }) => start(batch), environment: batchArn },
  'batches:describe': {
    // Children too, one by one: their executions have their own names beside the machine's.
    allows: ({ batch }) => [
      { actions: ['states:DescribeExecution'], on: [batch.executions, batch.childExecutions], why: ownExecutions },
    ],
    environment: batchArn,
  },
  'previews:start': {
    allows: ({ preview }) => start(preview),
    environment: ({ preview }) => ({ PREVIEW_MACHINE_ARN: preview.machine }),
  },
  'watches:start': { allows: ({ watch }) => start(watch), environment: watchArn },
  tokens: {
    // A call with a token names no resource, but IAM checks the machine that issued the token ("not authorized to
    // perform states:SendTaskFailure on resource …:stateMachine:NAME"). Ours come from the children of the batch
    // machine's Map, whose machine is `NAME/<label>`. This right covers no other machine of the account.
    allows: ({ batch }) => [
      {
        actions: ['states:SendTaskSuccess', 'states:SendTaskFailure'],
        on: [batch.machine, batch.children],
        why: 'The Map of one of our machines: Step Functions chooses the label of its children.',
      },
    ],
  },
  'harness-secret': {
    allows: ({ harnessSecret }) => [{ actions: ['secretsmanager:GetSecretValue'], on: [harnessSecret.secretArn] }],
    environment: ({ harnessSecret }) => ({ HARNESS_SECRET_ID: harnessSecret.secretArn }),
  },
  'callback-secret': {
    allows: ({ callbackSecret }) => [{ actions: ['secretsmanager:GetSecretValue'], on: [callbackSecret.secretArn] }],
    environment: ({ callbackSecret }) => ({ CALLBACK_SECRET_ID: callbackSecret.secretArn }),
  },
  clusters: { allows: toFindClusters },
  // The same on AWS. In a cluster it uses another group, which may read less.
  'clusters:logs': { allows: toFindClusters },
  // This one uses a group that may change what is deployed there.
  'clusters:deploy': { allows: toFindClusters },
  copies: {
    allows: ({ copies }) => (copies.length === 0 ? [] : [{ actions: ['lambda:InvokeFunction'], on: copies }]),
  },
  metrics: {
    allows: () => [
      {
        actions: ['cloudwatch:GetMetricData'],
        on: ['*'],
        why: 'IAM has no resource for GetMetricData. It reads the metrics that the checks of services name.',
      },
    ],
  },
  'anchors:read': { allows: toReadAnchors, environment: anchorsName },
  'anchors:write': {
    allows: (resources) => [
      ...toReadAnchors(resources),
      { actions: ['s3:PutObject'], on: [resources.anchors.arnForObjects('*')], why: ownAnchors },
      { actions: ['kms:Sign', 'kms:GetPublicKey'], on: [resources.anchorKey.keyArn] },
    ],
    environment: (resources) => ({ ...anchorsName(resources), ANCHOR_KEY_ID: resources.anchorKey.keyArn }),
  },
  bus: {
    allows: ({ bus }) => [{ actions: ['events:PutEvents'], on: [bus.eventBusArn] }],
    environment: ({ bus }) => ({ BUS_NAME: bus.eventBusName }),
  },
};

/** Gives a function's role exactly the rights of its row. */
export const grantRights = (role: IRole, row: Pick<FunctionRow, 'rights' | 'writes'>, resources: Resources): void => {
  const granted = row.rights.flatMap((right) => rights[right].allows(resources));
  for (const { actions, on, why, partitions } of [...granted, ...toWrite(row.writes, resources)]) {
    const conditions =
      partitions === undefined ? {} : { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [...partitions] } };
    role.addToPrincipalPolicy(new PolicyStatement({ actions: [...actions], resources: [...on], conditions }));
    if (why !== undefined) acceptWildcards(role, on, why);
  }
};

/** The environment variables that these rights need, and nothing else. */
export const environmentOf = (granted: readonly Right[], resources: Resources): Record<string, string> =>
  Object.assign({}, ...granted.map((right) => rights[right].environment?.(resources) ?? {}));

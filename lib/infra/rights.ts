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

/** What outlives every release of the program. */
export interface StateResources {
  readonly table: TableV2;
  readonly documents: Bucket;
  readonly bus: EventBus;
  readonly anchors: Bucket;
  readonly anchorKey: IKey;
  readonly harnessSecret: ISecret;
  readonly callbackSecret: ISecret;
}

/** All that a function can be given a right to. */
export interface Resources extends StateResources {
  readonly batch: MachineArns;
  readonly watch: MachineArns;
  readonly preview: MachineArns;
  /** Of other accounts, by which clusters there are asked. */
  readonly clusterRoles: readonly string[];
  /** Of the function itself, in networks: their ARNs. */
  readonly copies: readonly string[];
}

interface Allowance {
  readonly actions: readonly string[];
  readonly on: readonly string[];
  /** Why a `*` stands in one of them. */
  readonly why?: string;
  /** The partitions of the table that it may be done in; without them, all. */
  readonly partitions?: readonly string[];
}

interface RightRow {
  readonly allows: (resources: Resources) => readonly Allowance[];
  /** How the function finds what it may use. */
  readonly environment?: (resources: Resources) => Readonly<Record<string, string>>;
}

/** A transaction needs the rights of the writes in it. No Scan: every access pattern has its key. */
const writeActions: Readonly<Record<keyof Writes, string>> = {
  put: 'dynamodb:PutItem',
  update: 'dynamodb:UpdateItem',
  delete: 'dynamodb:DeleteItem',
  check: 'dynamodb:ConditionCheckItem',
};

/** One row for all that it writes, if it writes anything, because AWS does not say whether IAM is asked for each key of a transaction or for all together. */
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

/** Said beside each `*`: the rule packs let none pass without. */
const ownBucket =
  'The bucket holds the configuration, the documents of batches and what is uploaded, each under an id that is made at run time.';
const ownAnchors = 'The bucket holds anchors and nothing else, each under the number that is the next at run time.';
const ownExecutions = 'Executions of one machine of ours: each is named after a batch or a deployment, at run time.';

const toReadAnchors: RightRow['allows'] = ({ anchors }) => [
  { actions: ['s3:GetObject'], on: [anchors.arnForObjects('*')], why: ownAnchors },
  { actions: ['s3:ListBucket'], on: [anchors.bucketArn] }, // without it S3 answers 403 for one that does not exist
];
const anchorsName = ({ anchors }: Resources) => ({ ANCHORS_BUCKET: anchors.bucketName });

/**
 * Address and certificate of a cluster. Which clusters there are, the configuration says; what may be done inside one, its own access
 * entries say.
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
    why: 'Clusters are named by the catalogue, with their region, which is loaded after the deployment. The right shows address and certificate only.',
  },
  ...(clusterRoles.length === 0
    ? []
    : [{ actions: ['sts:AssumeRole'], on: clusterRoles, why: 'Roles of other accounts, as the settings name them.' }]),
];

const rights: Readonly<Record<Right, RightRow>> = {
  table: { allows: toRead([get, query]), environment: tableName },
  'table:feed': { allows: toRead([get], ['ANCHORS', 'EVENTS#*', 'FEED#*']), environment: tableName },
  // Anybody may call whoever has it.
  'table:hints': { allows: toRead([get, query], ['WATCHERS', 'WATCH#executor:*']), environment: tableName },
  'documents:read': {
    // Without ListBucket S3 answers 403 for a document that does not exist.
    allows: ({ documents }) => [
      { actions: ['s3:GetObject'], on: [documents.arnForObjects('*')], why: ownBucket },
      { actions: ['s3:ListBucket'], on: [documents.bucketArn] },
    ],
    environment: bucketName,
  },
  'documents:write': {
    // Not the configuration, which lies beside the batches: only `flotilla catalogue apply` puts that there.
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
  // What clusters answer is parsed by who has it, so it may replace no manifests, no plan, and nothing that was applied.
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
    // What it signs: whoever holds an address puts one object there, in this function's name, and its size is signed too.
    allows: ({ documents }) => [
      { actions: ['s3:PutObject'], on: [documents.arnForObjects('uploads/*')], why: ownBucket },
    ],
    environment: bucketName,
  },
  'batches:start': { allows: ({ batch }) => start(batch), environment: batchArn },
  'batches:describe': {
    // Children too, one by one: their executions are named beside the machine's own.
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
    // A token names no resource in the call, but IAM checks the machine that gave it out ("not authorized to perform
    // states:SendTaskFailure on resource …:stateMachine:NAME"). Ours come from the children of the batch machine's Map,
    // whose machine is `NAME/<label>`; no other machine of the account can be answered with this right.
    allows: ({ batch }) => [
      {
        actions: ['states:SendTaskSuccess', 'states:SendTaskFailure'],
        on: [batch.machine, batch.children],
        why: 'The Map of one machine of ours: the label of its children is chosen by Step Functions.',
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
  // The same on AWS; in a cluster it goes by another group, which may read less.
  'clusters:logs': { allows: toFindClusters },
  // And this one by a group that may change what is deployed there.
  'clusters:deploy': { allows: toFindClusters },
  copies: {
    allows: ({ copies }) => (copies.length === 0 ? [] : [{ actions: ['lambda:InvokeFunction'], on: copies }]),
  },
  metrics: {
    allows: () => [
      {
        actions: ['cloudwatch:GetMetricData'],
        on: ['*'],
        why: 'GetMetricData takes no resource: IAM knows none for it. It reads numbers of the account, which the checks of services name.',
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

/** Gives the role of a function exactly the rights of its row. */
export const grantRights = (role: IRole, row: Pick<FunctionRow, 'rights' | 'writes'>, resources: Resources): void => {
  const granted = row.rights.flatMap((right) => rights[right].allows(resources));
  for (const { actions, on, why, partitions } of [...granted, ...toWrite(row.writes, resources)]) {
    const conditions =
      partitions === undefined ? {} : { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [...partitions] } };
    role.addToPrincipalPolicy(new PolicyStatement({ actions: [...actions], resources: [...on], conditions }));
    if (why !== undefined) acceptWildcards(role, on, why);
  }
};

/** The environment that comes with these rights, and nothing else. */
export const environmentOf = (granted: readonly Right[], resources: Resources): Record<string, string> =>
  Object.assign({}, ...granted.map((right) => rights[right].environment?.(resources) ?? {}));

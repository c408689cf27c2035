import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { AttributeType, Billing, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { type IEventBus, Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { Architecture, Code, Function as Lambda, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { buildSync } from 'esbuild';
import { waitOnce } from '../../lib/infra/wait-once.ts';

export interface TestProps extends StackProps {
  readonly bus: IEventBus;
  /** A secret part of the relay's addresses. Absent: there is no relay. */
  readonly relayKey?: string;
}

const removalPolicy = RemovalPolicy.DESTROY;

const bundle = (): Code => {
  const folder = mkdtempSync(join(tmpdir(), 'flotilla-relay-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  buildSync({
    entryPoints: [join(import.meta.dirname, 'relay-handler.ts')],
    outfile: join(folder, 'index.mjs'),
    ...{ bundle: true, minify: true, platform: 'node', target: 'node24', format: 'esm' },
    mainFields: ['module', 'main'],
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
  });
  return Code.fromAsset(folder);
};

/** A queue behind the bus, as a user would add one, and the relay to the simulators on the tester's machine. */
export class TestStack extends Stack {
  /** Address of the relay, with its key. */
  readonly relay: string | undefined;

  constructor(scope: Construct, id: string, { bus, relayKey, ...props }: TestProps) {
    super(scope, id, props);
    const queue = new Queue(this, 'Events', { enforceSSL: true, removalPolicy });
    new Rule(this, 'Everything', {
      eventBus: bus,
      eventPattern: { source: ['flotilla'] },
      targets: [new SqsQueue(queue)],
    });
    new CfnOutput(this, 'EventsQueue', { value: queue.queueUrl });
    this.relay = relayKey === undefined ? undefined : this.#addRelay(relayKey);
  }

  #addRelay(key: string): string {
    const table = new TableV2(this, 'Asked', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billing: Billing.onDemand(),
      removalPolicy,
    });
    const relay = new Lambda(this, 'Relay', {
      ...{ runtime: Runtime.NODEJS_24_X, architecture: Architecture.ARM_64, handler: 'index.handler', code: bundle() },
      ...{ memorySize: 256, timeout: Duration.seconds(29) },
      environment: { RELAY_TABLE: table.tableName, RELAY_KEY: key },
      logGroup: new LogGroup(this, 'RelayLogs', { retention: RetentionDays.ONE_DAY, removalPolicy }),
    });
    table.grantReadWriteData(relay);
    waitOnce(relay, relay.role!);
    const api = new HttpApi(this, 'RelayApi', { defaultIntegration: new HttpLambdaIntegration('Relay', relay) });
    new CfnOutput(this, 'RelayApiId', { value: api.apiId });
    new CfnOutput(this, 'RelayTable', { value: table.tableName });
    return `${api.apiEndpoint}/${key}`;
  }
}

/** Lets the functions of a stage ask the relay instead of EKS, which knows no cluster of that name. */
export const relayEks = (application: Stack, relay: string): void => {
  for (const child of application.node.findAll())
    if (child instanceof Lambda) child.addEnvironment('AWS_ENDPOINT_URL_EKS', `${relay}/eks`);
};

import { Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { AttributeType, Billing, StreamViewType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { CfnSecret, type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { StateResources } from './rights.ts';

/** What outlives every release of the program: nothing here goes when the stack goes. */
export class StateStack extends Stack implements StateResources {
  readonly table: TableV2;
  readonly documents: Bucket;
  readonly bus: EventBus;
  readonly harnessSecret: ISecret;

  constructor(scope: Construct, id: string, props: StackProps & { readonly name: string }) {
    super(scope, id, props);
    this.table = new TableV2(this, 'Table', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billing: Billing.onDemand(),
      dynamoStream: StreamViewType.NEW_AND_OLD_IMAGES,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.documents = new Bucket(this, 'Documents', {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      versioned: true,
      lifecycleRules: [
        { noncurrentVersionExpiration: Duration.days(30), abortIncompleteMultipartUploadAfter: Duration.days(1) },
      ],
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.bus = new EventBus(this, 'Bus', {
      eventBusName: props.name,
      description: 'Every change of a batch or a deployment',
    });
    this.bus.applyRemovalPolicy(RemovalPolicy.RETAIN);
    this.harnessSecret = this.#emptySecret();
  }

  /** An operator puts the key in. The L2 would make up a password, which looks like a key and is none. */
  #emptySecret(): ISecret {
    const secret = new CfnSecret(this, 'HarnessSecret', {
      description: 'API key of the Harness account that Flotilla uses',
    });
    secret.applyRemovalPolicy(RemovalPolicy.RETAIN);
    return Secret.fromSecretCompleteArn(this, 'HarnessSecretArn', secret.ref);
  }
}

import { CfnOutput, Duration, Fn, RemovalPolicies, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { AttributeType, Billing, StreamViewType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { CfnSecret, type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { accept } from './accept.ts';
import { OwnIssuer } from './own-issuer.ts';
import type { StateResources } from './rights.ts';
import type { Settings } from './settings.ts';

export interface StateProps extends StackProps {
  readonly name: string;
  readonly settings: Settings;
}

/** What outlives every release of the program: nothing here goes when the stack goes, unless `on_destroy` says so. */
export class StateStack extends Stack implements StateResources {
  readonly table: TableV2;
  readonly documents: Bucket;
  readonly bus: EventBus;
  readonly harnessSecret: ISecret;
  readonly callbackSecret: ISecret;
  /** Absent where the settings name an issuer. */
  readonly ownIssuer?: OwnIssuer;

  constructor(scope: Construct, id: string, { name, settings, ...props }: StateProps) {
    super(scope, id, props);
    const keep = settings.onDestroy === 'keep';
    this.table = new TableV2(this, 'Table', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billing: Billing.onDemand(),
      dynamoStream: StreamViewType.NEW_AND_OLD_IMAGES,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: keep,
    });
    this.documents = new Bucket(this, 'Documents', {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      versioned: true,
      lifecycleRules: [
        { noncurrentVersionExpiration: Duration.days(30), abortIncompleteMultipartUploadAfter: Duration.days(1) },
      ],
      ...(keep ? {} : { removalPolicy: RemovalPolicy.DESTROY, autoDeleteObjects: true }), // a full bucket is not deleted
    });
    accept(this.documents, {
      'AwsSolutions-S1':
        'Nobody but the functions reaches it, and each says in its own log what it does. Who wants the calls too turns on data events in CloudTrail, for the account.',
    });
    this.bus = new EventBus(this, 'Bus', {
      eventBusName: `${name}-${this.#ownName()}`,
      description: 'Every change of a batch or a deployment',
    });
    if (settings.archive) {
      const description = 'Every event of Flotilla, to be played again';
      this.bus.archive('Archive', {
        eventPattern: { source: ['flotilla'] },
        retention: Duration.days(90),
        description,
      });
    }
    this.harnessSecret = this.#emptySecret();
    // CDK's own types are not made for exactOptionalPropertyTypes: `secretFullArn?: string` against `string | undefined`.
    this.callbackSecret = new Secret(this, 'CallbackSecret', {
      description: 'What nobody must guess in the address that Harness calls back',
      generateSecretString: { passwordLength: 40, excludePunctuation: true },
    }) as ISecret;
    accept(this.callbackSecret, {
      'AwsSolutions-SMG4': 'The address stands in the pipelines of Harness, where people put it.',
    });
    if (settings.oidc === undefined) {
      const domain = `${name}-${this.#ownName()}`;
      this.ownIssuer = new OwnIssuer(this, 'Tokens', { name, domain, deletionProtection: keep });
    }
    new CfnOutput(this, 'DocumentsBucket', { value: this.documents.bucketName });
    new CfnOutput(this, 'HarnessSecretId', { value: this.harnessSecret.secretArn });
    new CfnOutput(this, 'BusName', { value: this.bus.eventBusName });
    RemovalPolicies.of(this).apply(keep ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY);
  }

  /**
   * A part of the stack's id, which no stack before had. What has a name of ours and was kept when a stack was destroyed
   * would otherwise be in the way of the next stack of that stage.
   */
  #ownName(): string {
    return Fn.select(0, Fn.split('-', Fn.select(2, Fn.split('/', this.stackId))));
  }

  /** An operator puts the key in. The L2 would make up a password, which looks like a key and is none. */
  #emptySecret(): ISecret {
    const secret = new CfnSecret(this, 'HarnessSecret', {
      description: 'API key of the Harness account that Flotilla uses',
    });
    accept(secret, { 'AwsSolutions-SMG4': 'Harness gives the key out; only its account can make another.' });
    return Secret.fromSecretCompleteArn(this, 'HarnessSecretArn', secret.ref);
  }
}

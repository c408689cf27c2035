import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Effect, PolicyStatement, StarPrincipal } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectLockRetention } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { accept } from './accept.ts';
import { notThePublisher } from './publisher.ts';

export interface AnchorsBucketProps {
  /** The stage's name, by which its publisher is known. */
  readonly service: string;
  readonly keep: boolean;
  /** For so many days nobody can change or delete an anchor, not even the owner of the account. Absent: no lock. */
  readonly lockDays?: number | undefined;
}

/**
 * Where the ends of batches are told outside the table. Only the publisher puts anything there, and nobody deletes it; with a
 * lock S3 holds everybody to that, without one it holds whoever cannot change the policy of the bucket, or its lifecycle rules: S3
 * removes anchors by such a rule whatever the policy denies.
 */
export class AnchorsBucket extends Bucket {
  constructor(scope: Construct, id: string, { service, keep, lockDays }: AnchorsBucketProps) {
    super(scope, id, {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      versioned: true,
      ...(lockDays === undefined
        ? {}
        : { objectLockDefaultRetention: ObjectLockRetention.compliance(Duration.days(lockDays)) }),
      ...(keep ? {} : { removalPolicy: RemovalPolicy.DESTROY, autoDeleteObjects: true }), // a full bucket is not deleted
    });
    this.#deny('OnlyThePublisherPuts', ['s3:PutObject'], notThePublisher(this, service));
    if (keep) this.#deny('NobodyDeletes', ['s3:DeleteObject', 's3:DeleteObjectVersion'], {});
    accept(this, {
      'AwsSolutions-S1':
        'One function puts anchors there and one reads them. Each anchor is signed, numbered and chained: what became of them is seen without a log.',
    });
  }

  #deny(sid: string, actions: readonly string[], conditions: Readonly<Record<string, object>>): void {
    this.addToResourcePolicy(
      new PolicyStatement({
        sid,
        effect: Effect.DENY,
        principals: [new StarPrincipal()],
        actions: [...actions],
        resources: [this.arnForObjects('*')],
        conditions,
      }),
    );
  }
}

import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Effect, PolicyStatement, StarPrincipal } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectLockRetention } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { accept } from './accept.ts';
import { notThePublisher } from './publisher.ts';

export interface AnchorsBucketProps {
  /** The stage's name, which identifies its publisher. */
  readonly service: string;
  readonly keep: boolean;
  /** Nobody can change or delete an anchor for this many days, not even the account's owner. Absent: no lock. */
  readonly lockDays?: number | undefined;
}

/**
 * Keeps the ends of batches outside the table. Only the publisher writes here, and nobody deletes. With a lock, S3
 * enforces that for everybody. Without one, somebody who can change the bucket's policy or its lifecycle rules can get
 * around it: S3 removes objects by a lifecycle rule whatever the policy denies.
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
      ...(keep ? {} : { removalPolicy: RemovalPolicy.DESTROY, autoDeleteObjects: true }), // a bucket that is not empty is not deleted
    });
    this.#deny('OnlyThePublisherPuts', ['s3:PutObject'], notThePublisher(this, service));
    if (keep) this.#deny('NobodyDeletes', ['s3:DeleteObject', 's3:DeleteObjectVersion'], {});
    accept(this, {
      'AwsSolutions-S1':
        'One function writes anchors and one reads them. Each anchor is signed, numbered and chained, so a loss shows without a log.',
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

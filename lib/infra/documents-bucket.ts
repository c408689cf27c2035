import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { accept } from './accept.ts';
import { waitOnce } from './wait-once.ts';

/** A batch keeps its own copy of an upload, so the upload itself can go. */
const uploads = 'uploads/';

/** A preview removes its own copies when it ends. This removes the copies of a lost preview. */
const previews = 'previews/';

/** CDK's function that empties a bucket before it is deleted, one for each stack. */
const emptierId = 'Custom::S3AutoDeleteObjectsCustomResourceProvider';

/** Configuration, batches and plans: what is too large for a row. */
export class DocumentsBucket extends Bucket {
  constructor(scope: Construct, id: string, { keep }: { readonly keep: boolean }) {
    super(scope, id, {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      versioned: true,
      lifecycleRules: [
        { noncurrentVersionExpiration: Duration.days(30), abortIncompleteMultipartUploadAfter: Duration.days(1) },
        { prefix: uploads, expiration: Duration.days(1), noncurrentVersionExpiration: Duration.days(1) },
        { prefix: previews, expiration: Duration.days(1), noncurrentVersionExpiration: Duration.days(1) },
        // In a versioned bucket a removed object leaves a delete marker. S3 removes markers only by a rule of their
        // own.
        { expiredObjectDeleteMarker: true },
      ],
      ...(keep ? {} : { removalPolicy: RemovalPolicy.DESTROY, autoDeleteObjects: true }), // a bucket that is not empty is not deleted
    });
    if (!keep) {
      const emptier = Stack.of(this).node.findChild(emptierId).node;
      waitOnce(emptier.findChild('Handler'), emptier.findChild('Role'));
    }
    accept(this, {
      'AwsSolutions-S1':
        'Only the functions reach it, and each logs what it does. For the calls themselves, turn on CloudTrail data events for the account.',
    });
  }
}

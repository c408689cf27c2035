import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { accept } from './accept.ts';
import { waitOnce } from './wait-once.ts';

/** What came by an upload is of no use once it is a batch, which keeps its own copy: nothing of it stays. */
const uploads = 'uploads/';

/** A preview removes its own copies when it ends; those of one that was lost go by this. */
const previews = 'previews/';

/** CDK's function that empties a bucket before it is deleted: one for each stack. */
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
        // What expires or is removed in a bucket with versions leaves a mark, and S3 takes marks away by a rule of their own only.
        { expiredObjectDeleteMarker: true },
      ],
      ...(keep ? {} : { removalPolicy: RemovalPolicy.DESTROY, autoDeleteObjects: true }), // a full bucket is not deleted
    });
    if (!keep) {
      const emptier = Stack.of(this).node.findChild(emptierId).node;
      waitOnce(emptier.findChild('Handler'), emptier.findChild('Role'));
    }
    accept(this, {
      'AwsSolutions-S1':
        'Nobody but the functions reaches it, and each says in its own log what it does. Who wants the calls too turns on data events in CloudTrail, for the account.',
    });
  }
}

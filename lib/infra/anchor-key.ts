import { Effect, PolicyStatement, StarPrincipal } from 'aws-cdk-lib/aws-iam';
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { notThePublisher } from './publisher.ts';

/** The key that signs anchors. It never leaves KMS, and only the publisher may sign with it. */
export class AnchorKey extends Key {
  constructor(scope: Construct, id: string, { service }: { readonly service: string }) {
    super(scope, id, {
      description: 'Signs the ends of batches',
      keySpec: KeySpec.ECC_NIST_P256,
      keyUsage: KeyUsage.SIGN_VERIFY,
    });
    this.addToResourcePolicy(
      new PolicyStatement({
        sid: 'OnlyThePublisher',
        effect: Effect.DENY,
        principals: [new StarPrincipal()],
        actions: ['kms:Sign'],
        resources: ['*'], // in a key's policy, this means the key itself
        conditions: notThePublisher(this, service),
      }),
    );
  }
}

import { CfnSecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { accept } from './accept.ts';

/** An operator puts the key in. The L2 would make up a password, which looks like a key and is none. */
export class HarnessSecret extends CfnSecret {
  constructor(scope: Construct, id: string) {
    super(scope, id, { description: 'API key of the Harness account that Flotilla uses' });
    accept(this, { 'AwsSolutions-SMG4': 'Harness gives the key out; only its account can make another.' });
  }
}

/** A part of the address that Harness calls back; see `callback-route.ts`. */
export class CallbackSecret extends Secret {
  constructor(scope: Construct, id: string) {
    super(scope, id, {
      description: 'What nobody must guess in the address that Harness calls back',
      generateSecretString: { passwordLength: 40, excludePunctuation: true },
    });
    accept(this, { 'AwsSolutions-SMG4': 'The address stands in the pipelines of Harness, where people put it.' });
  }
}

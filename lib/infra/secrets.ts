import { CfnSecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { accept } from './accept.ts';

/** An operator sets the key. The L2 construct would generate a password that looks like a key and is none. */
export class HarnessSecret extends CfnSecret {
  constructor(scope: Construct, id: string) {
    super(scope, id, { description: 'API key of the Harness account that Flotilla uses' });
    accept(this, { 'AwsSolutions-SMG4': 'Harness issues the key; only its account can create another.' });
  }
}

/** A part of the address that Harness calls back; see `callback-route.ts`. */
export class CallbackSecret extends Secret {
  constructor(scope: Construct, id: string) {
    super(scope, id, {
      description: 'The secret part of the address that Harness calls back',
      generateSecretString: { passwordLength: 40, excludePunctuation: true },
    });
    accept(this, { 'AwsSolutions-SMG4': 'People put the address into their Harness pipelines.' });
  }
}

import { Fn, RemovalPolicies, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { addOutput } from './add-output.ts';
import { AnchorKey } from './anchor-key.ts';
import { AnchorsBucket } from './anchors-bucket.ts';
import { ChangesBus } from './changes-bus.ts';
import { DocumentsBucket } from './documents-bucket.ts';
import { OwnIssuer } from './own-issuer.ts';
import { RecordTable } from './record-table.ts';
import type { StateResources } from './rights.ts';
import { CallbackSecret, HarnessSecret } from './secrets.ts';
import type { Settings } from './settings.ts';

/** An output cannot be empty. */
const nothing = 'none';

/** `catalogue apply` compares a configuration's clusters with this. */
const setUpOf = ({
  clusterRoles = [],
  places = {},
}: Settings): Readonly<Record<string, readonly [string, string]>> => ({
  Places: [Object.keys(places).join(' ') || nothing, 'The networks with functions that ask clusters.'],
  AssumableRoles: [
    clusterRoles.join(' ') || nothing,
    'The roles of other accounts that give access to clusters there.',
  ],
});

export interface StateProps extends StackProps {
  readonly name: string;
  readonly settings: Settings;
}

/** What outlives every release of the program. Nothing here goes with the stack, unless `on_destroy` says so. */
export class StateStack extends Stack implements StateResources {
  readonly table: RecordTable;
  readonly documents: DocumentsBucket;
  readonly bus: ChangesBus;
  readonly anchors: AnchorsBucket;
  readonly anchorKey: IKey;
  readonly harnessSecret: ISecret;
  readonly callbackSecret: ISecret;
  /** Absent where the settings name an issuer. */
  readonly ownIssuer?: OwnIssuer;

  constructor(scope: Construct, id: string, { name, settings, ...props }: StateProps) {
    super(scope, id, props);
    const keep = settings.onDestroy === 'keep';
    const ownName = `${name}-${this.#partOfId()}`;
    this.table = new RecordTable(this, 'Table', { deletionProtection: keep });
    this.documents = new DocumentsBucket(this, 'Documents', { keep });
    this.bus = new ChangesBus(this, 'Bus', { name: ownName, service: name, archive: settings.archive });
    this.anchors = new AnchorsBucket(this, 'Anchors', { service: name, keep, lockDays: settings.anchorLockDays });
    this.anchorKey = new AnchorKey(this, 'AnchorKey', { service: name }) as IKey; // see below
    const { ref } = new HarnessSecret(this, 'HarnessSecret');
    this.harnessSecret = Secret.fromSecretCompleteArn(this, 'HarnessSecretArn', ref);
    // CDK's types do not fit exactOptionalPropertyTypes: `secretFullArn?: string` against `string | undefined`.
    this.callbackSecret = new CallbackSecret(this, 'CallbackSecret') as ISecret;
    if (settings.oidc === undefined) {
      this.ownIssuer = new OwnIssuer(this, 'Tokens', {
        name,
        domain: ownName,
        deletionProtection: keep,
        clients: settings.clients,
      });
    }
    this.#addOutputs(settings);
    RemovalPolicies.of(this).apply(keep ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY);
  }

  #addOutputs(settings: Settings): void {
    const { documents, harnessSecret, bus, anchors, anchorKey } = this;
    const outputs = {
      DocumentsBucket: [documents.bucketName, 'The bucket with the configuration and the documents of batches.'],
      HarnessSecretId: [harnessSecret.secretArn, 'The secret with the Harness key and webhook tokens.'],
      BusName: [bus.eventBusName, 'The event bus with every change.'],
      AnchorsBucket: [anchors.bucketName, 'The bucket that records the ends of batches outside the table.'],
      AnchorKeyArn: [anchorKey.keyArn, 'The key that signs them.'],
      ...setUpOf(settings),
    } as const;
    for (const [name, [value, description]] of Object.entries(outputs)) addOutput(this, name, { value, description });
  }

  /**
   * A part of the stack's id, unique to this stack. Resources with fixed names that outlived a destroyed stack would
   * otherwise block the stage's next stack.
   */
  #partOfId(): string {
    return Fn.select(0, Fn.split('-', Fn.select(2, Fn.split('/', this.stackId))));
  }
}

import { Duration } from 'aws-cdk-lib';
import { EventBus } from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';

export interface ChangesBusProps {
  readonly name: string;
  /** Whether it keeps its events to be played again. */
  readonly archive: boolean;
}

/** The bus that tells every change of a batch or a deployment. */
export class ChangesBus extends EventBus {
  constructor(scope: Construct, id: string, { name, archive }: ChangesBusProps) {
    super(scope, id, { eventBusName: name, description: 'Every change of a batch or a deployment' });
    if (!archive) return;
    this.archive('Archive', {
      eventPattern: { source: ['flotilla'] },
      retention: Duration.days(90),
      description: 'Every event of Flotilla, to be played again',
    });
  }
}

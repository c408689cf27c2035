import { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { type AlarmRow, alarmsTable, comparisonOf } from './alarms-table.ts';
import type { Sources } from './metrics.ts';

export interface AlarmsProps {
  readonly sources: Sources;
  /** Gets every alarm, and its end. */
  readonly topic: ITopic;
}

/** Every alarm of the table, named `<stage>-<row>`. */
export class Alarms extends Construct {
  readonly all: readonly Alarm[];

  constructor(scope: Construct, id: string, { sources, topic }: AlarmsProps) {
    super(scope, id);
    const action = new SnsAction(topic);
    this.all = Object.entries<AlarmRow>(alarmsTable).map(([name, row]) => {
      const alarm = new Alarm(this, name, {
        alarmName: `${sources.service}-${name}`,
        alarmDescription: `${row.means} See docs/runbook.md, ${name}.`,
        metric: row.metric(sources),
        threshold: row.threshold,
        comparisonOperator: comparisonOf(row),
        evaluationPeriods: row.periods,
        treatMissingData: row.missing,
      });
      alarm.addAlarmAction(action);
      alarm.addOkAction(action);
      return alarm;
    });
  }
}

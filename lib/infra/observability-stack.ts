import { Stack, type StackProps } from 'aws-cdk-lib';
import { AlarmStatusWidget, Dashboard } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { addOutput } from './add-output.ts';
import { Alarms } from './alarms.ts';
import { dashboardRows } from './dashboard-rows.ts';
import { machinesOf } from './machine-arns.ts';
import type { Sources } from './metrics.ts';
import { Notifications } from './notifications.ts';
import type { StateResources } from './rights.ts';
import type { Settings } from './settings.ts';

export interface ObservabilityProps extends StackProps {
  readonly name: string;
  readonly settings: Settings;
  readonly state: Pick<StateResources, 'table' | 'bus'>;
  readonly apiId: string;
}

/** Dashboard and alarms. The program does not need them. */
export class ObservabilityStack extends Stack {
  constructor(scope: Construct, id: string, { name, settings, state, apiId, ...props }: ObservabilityProps) {
    super(scope, id, props);
    const { topic } = new Notifications(this, 'Notifications', { name, bus: state.bus, email: settings.alarmEmail });
    const machines = machinesOf(this, name);
    const places = Object.keys(settings.places ?? {});
    const sources: Sources = { service: name, table: state.table, apiId, machines, places };
    const { all } = new Alarms(this, 'Alarms', { sources, topic });
    const dashboard = new Dashboard(this, 'Dashboard', { dashboardName: name });
    dashboard.addWidgets(new AlarmStatusWidget({ title: 'Alarms', alarms: [...all], width: 24, height: 4 }));
    for (const row of dashboardRows(sources)) dashboard.addWidgets(...row);
    const topicSays = 'The topic for alarms and for the ends of batches.';
    addOutput(this, 'NotificationsTopic', { value: topic.topicArn, description: topicSays });
    addOutput(this, 'DashboardName', { value: name, description: 'The dashboard in CloudWatch.' });
  }
}

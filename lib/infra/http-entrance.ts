import { RemovalPolicy } from 'aws-cdk-lib';
import { HttpApi, HttpStage, LogGroupLogDestination } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpIamAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Handler } from './handler.ts';
import type { Settings } from './settings.ts';

export interface HttpEntranceProps {
  readonly name: string;
  readonly settings: Settings;
  readonly handler: Handler;
}

/**
 * The HTTP API: every request goes to one function, which knows the routes and answers 404 and 405 itself. Callers sign
 * with IAM: whoever reaches this can deploy, so it is not open, not even until the first user is set up.
 */
export class HttpEntrance extends Construct {
  readonly api: HttpApi;

  constructor(scope: Construct, id: string, { name, settings, handler }: HttpEntranceProps) {
    super(scope, id);
    this.api = new HttpApi(this, 'Api', {
      apiName: name,
      description: 'Flotilla: batches of deployments',
      createDefaultStage: false,
      defaultIntegration: new HttpLambdaIntegration('Handler', handler.lambda),
      defaultAuthorizer: new HttpIamAuthorizer(),
    });
    new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: settings.throttle.rate, burstLimit: settings.throttle.burst },
      accessLogSettings: { destination: new LogGroupLogDestination(this.#accessLog()) },
    });
  }

  #accessLog(): LogGroup {
    return new LogGroup(this, 'AccessLog', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }
}

import { RemovalPolicy } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  type CfnStage,
  HttpApi,
  HttpMethod,
  type HttpRoute,
  HttpStage,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { accessLogFields } from './access-log-fields.ts';
import { type ApiPart, throttleOf } from './api-parts.ts';
import type { Handler } from './handler.ts';
import { httpRoutes, scopePrefix } from './http-routes.ts';
import type { TokenIssuer } from './own-issuer.ts';
import type { Settings } from './settings.ts';

export interface HttpEntranceProps {
  readonly name: string;
  readonly tokens: TokenIssuer;
  readonly throttle: Settings['throttle'];
  /** Each answers the routes of its part. */
  readonly handlers: Readonly<Record<ApiPart, Handler>>;
}

/**
 * The HTTP API. Every request needs a token, and every known route its scope. Each part has its own function and
 * throttles. An unknown route goes to the function that reads, so that it answers 404 and 405 with its own message.
 */
export class HttpEntrance extends Construct {
  readonly api: HttpApi;
  readonly stage: HttpStage;

  constructor(scope: Construct, id: string, { name, tokens, throttle, handlers }: HttpEntranceProps) {
    super(scope, id);
    const integrationOf = (id: string, part: ApiPart): HttpLambdaIntegration =>
      new HttpLambdaIntegration(id, handlers[part].lambda, { scopePermissionToRoute: false });
    const integrations: Readonly<Record<ApiPart, HttpLambdaIntegration>> = {
      reads: integrationOf('Handler', 'reads'),
      batches: integrationOf('Batches', 'batches'),
      events: integrationOf('Events', 'events'),
      decisions: integrationOf('Decisions', 'decisions'),
      looks: integrationOf('Looks', 'looks'),
      logs: integrationOf('Logs', 'logs'),
    };
    this.api = new HttpApi(this, 'Api', {
      apiName: name,
      description: 'Flotilla: batches of deployments',
      createDefaultStage: false,
      defaultIntegration: integrations.reads,
      defaultAuthorizer: new HttpJwtAuthorizer('Tokens', tokens.issuer, { jwtAudience: [...tokens.audience] }),
    });
    const routes = httpRoutes.flatMap(({ method, path, scope, part }): readonly HttpRoute[] => {
      const authorizationScopes = [...new Set([scope, 'admin'])].map((one) => `${scopePrefix}/${one}`);
      const integration = integrations[part];
      return this.api.addRoutes({ path, methods: [HttpMethod[method]], integration, authorizationScopes });
    });
    this.stage = new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: throttle.rate, burstLimit: throttle.burst },
      accessLogSettings: {
        destination: new LogGroupLogDestination(this.#accessLog()),
        format: AccessLogFormat.custom(JSON.stringify(accessLogFields)),
      },
    });
    for (const { method, path, part } of httpRoutes) {
      this.throttleRoute(`${method} ${path}`, throttleOf(part, throttle));
    }
    this.stage.node.addDependency(...routes); // API Gateway rejects a stage that names a route before the route exists
  }

  /** A route that is named here has its own bucket, whatever the other routes use. */
  throttleRoute(key: string, { rate, burst }: Settings['throttle']): void {
    const stage = this.stage.node.defaultChild as CfnStage;
    const settings = { ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst };
    stage.routeSettings = { ...stage.routeSettings, [key]: settings };
  }

  #accessLog(): LogGroup {
    return new LogGroup(this, 'AccessLog', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }
}

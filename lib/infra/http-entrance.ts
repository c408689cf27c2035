import { RemovalPolicy } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import { HttpApi, HttpMethod, HttpStage, LogGroupLogDestination } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { accessLogFields } from './access-log-fields.ts';
import type { Handler } from './handler.ts';
import { httpRoutes, scopePrefix } from './http-routes.ts';
import type { TokenIssuer } from './own-issuer.ts';
import type { Settings } from './settings.ts';

export interface HttpEntranceProps {
  readonly name: string;
  readonly tokens: TokenIssuer;
  readonly throttle: Settings['throttle'];
  readonly handler: Handler;
}

/**
 * The HTTP API: every request needs a token, and every known route its scope. All go to one function; what is not a known
 * route too, so that it answers 404 and 405 in its own words.
 */
export class HttpEntrance extends Construct {
  readonly api: HttpApi;
  readonly stage: HttpStage;

  constructor(scope: Construct, id: string, { name, tokens, throttle, handler }: HttpEntranceProps) {
    super(scope, id);
    const integration = new HttpLambdaIntegration('Handler', handler.lambda, { scopePermissionToRoute: false });
    this.api = new HttpApi(this, 'Api', {
      apiName: name,
      description: 'Flotilla: batches of deployments',
      createDefaultStage: false,
      defaultIntegration: integration,
      defaultAuthorizer: new HttpJwtAuthorizer('Tokens', tokens.issuer, { jwtAudience: [...tokens.audience] }),
    });
    for (const { method, path, scope } of httpRoutes) {
      const authorizationScopes = [...new Set([scope, 'admin'])].map((one) => `${scopePrefix}/${one}`);
      this.api.addRoutes({ path, methods: [HttpMethod[method]], integration, authorizationScopes });
    }
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
  }

  #accessLog(): LogGroup {
    return new LogGroup(this, 'AccessLog', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }
}

import { HttpMethod, HttpNoneAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Construct } from 'constructs';
import { callbackPath, callbackThrottle } from '../domain/callback-route.ts';
import { accept } from './accept.ts';
import type { Handler } from './handler.ts';
import type { HttpEntrance } from './http-entrance.ts';

export interface CallbackRouteProps {
  readonly entrance: HttpEntrance;
  readonly handler: Handler;
}

/**
 * Where Harness calls back. It can send no token that we could check, so the route is open, has a function of its own with
 * few rights, and its last part is a secret. Runs that end at once are told by one call as well as by many: what comes too
 * often is turned away before it costs anything or takes anything from the API.
 */
export class CallbackRoute extends Construct {
  constructor(scope: Construct, id: string, { entrance, handler }: CallbackRouteProps) {
    super(scope, id);
    const path = `${callbackPath}/{key}`;
    const routes = entrance.api.addRoutes({
      path,
      methods: [HttpMethod.POST],
      integration: new HttpLambdaIntegration('Callback', handler.lambda, { scopePermissionToRoute: false }),
      authorizer: new HttpNoneAuthorizer(),
    });
    for (const route of routes)
      accept(route, {
        'AwsSolutions-APIG4':
          'Harness can send no token. The last part of the path is a secret, the function has few rights and takes the call as a hint only.',
      });
    entrance.throttleRoute(`POST ${path}`, callbackThrottle);
    entrance.stage.node.addDependency(...routes);
  }
}

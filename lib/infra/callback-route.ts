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
 * Where Harness calls back. It cannot send a token that we could check. So the route is open, its function has few
 * rights, and the last part of its path is a secret. One call reports several runs that end together as well as many
 * calls would: excess calls are throttled before they cost anything or use the API's capacity.
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
          'Harness cannot send a token. The last part of the path is a secret. The function has few rights and treats the call as a hint.',
      });
    entrance.throttleRoute(`POST ${path}`, callbackThrottle);
    entrance.stage.node.addDependency(...routes);
  }
}

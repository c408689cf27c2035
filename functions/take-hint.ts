import middy from '@middy/core';
import type { APIGatewayProxyStructuredResultV2 as ApiAnswer } from 'aws-lambda';
import { readSecretVersions } from '../lib/adapters/secrets-manager.ts';
import { takeHint } from '../lib/usecases/deployment/take-hint.ts';
import { logFault } from './api/log-fault.ts';
import type { ApiEvent } from './api/request.ts';
import { withSecurityHeaders } from './api/security-headers.ts';
import { variable } from './runtime/environment.ts';
import { Kept } from './runtime/kept.ts';
import { onLambda } from './runtime/on-lambda.ts';
import { tableDeps } from './runtime/storage.ts';
import { workflowDeps } from './runtime/workflow.ts';

export type HintDeps = Parameters<typeof takeHint>[0] & { readonly callbackKeys: () => Promise<readonly string[]> };

/** Friends and strangers get the same answer, and so does a caller when something is broken here. */
const answer = withSecurityHeaders({ statusCode: 202 });

export const create = (deps: HintDeps) =>
  middy<ApiEvent, ApiAnswer>()
    .onError((request) => {
      logFault(request.event, request.error);
      request.response = answer;
    })
    .handler(async ({ pathParameters }: ApiEvent) => {
      await takeHint(deps, { given: pathParameters?.key ?? '', keys: await deps.callbackKeys() });
      return answer;
    });

export const handler = onLambda(() => {
  const secretId = variable('CALLBACK_SECRET_ID');
  const deps = tableDeps();
  const keys = new Kept<readonly string[]>({
    read: async () => JSON.stringify(await readSecretVersions(secretId)),
    make: (text) => JSON.parse(text) as string[],
    clock: deps.clock,
  });
  return create({ ...deps, ...workflowDeps('watch'), callbackKeys: () => keys.get() });
});

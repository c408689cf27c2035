import { registerHooks } from 'node:module';
import type { JsonObject } from '../../lib/domain/json.ts';

/** It builds types by the programming interface of TypeScript, which there is none of in version 7: so it gets version 5. */
registerHooks({
  resolve: (specifier, context, next) => {
    const isItsOwn = specifier === 'typescript' && context.parentURL?.includes('/node_modules/openapi-typescript/');
    return next(isItsOwn ? 'typescript-5' : specifier, context);
  },
});

/** The types that openapi-typescript makes of a document. */
export const clientTypes = async (document: JsonObject): Promise<string> => {
  const { astToString, default: openapiTS } = await import('openapi-typescript');
  return astToString(await openapiTS(JSON.stringify(document)));
};

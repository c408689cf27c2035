import type { JsonObject } from '../json.ts';
import type { ObjectAddress } from '../ports.ts';
import { stringAt } from '../rollout/kubernetes-object.ts';

/** The address of an object. Missing parts are empty. */
export const addressOf = (object: JsonObject): ObjectAddress => ({
  api_version: stringAt(object, 'apiVersion') ?? '',
  kind: stringAt(object, 'kind') ?? '',
  namespace: stringAt(object, 'metadata', 'namespace'),
  name: stringAt(object, 'metadata', 'name') ?? '',
});

import type { JsonObject } from '../json.ts';
import type { ObjectAddress } from '../ports.ts';
import { stringAt } from '../rollout/kubernetes-object.ts';

/** By its names; what is not said is empty. */
export const addressOf = (object: JsonObject): ObjectAddress => ({
  api_version: stringAt(object, 'apiVersion') ?? '',
  kind: stringAt(object, 'kind') ?? '',
  namespace: stringAt(object, 'metadata', 'namespace'),
  name: stringAt(object, 'metadata', 'name') ?? '',
});

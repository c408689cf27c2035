import * as z from 'zod';
import { functionPlacePattern } from '../domain/catalogue/function-place.ts';

/** A network with copies of the functions that ask clusters. */
export interface PlaceSettings {
  readonly vpc: string;
  readonly subnets: readonly string[];
  /** Used beside our own group, which allows port 443 out only. */
  readonly securityGroups: readonly string[];
  /** The AWS services it has VPC endpoints for. */
  readonly endpoints: readonly string[];
  /** It has a route out, so it needs no endpoints. */
  readonly nat: boolean;
}

const id = (kind: string) => z.string().regex(new RegExp(`^${kind}-[0-9a-f]{8,32}$`));

const place = z
  .strictObject({
    vpc: id('vpc'),
    subnets: z.array(id('subnet')).min(1).max(16),
    security_groups: z.array(id('sg')).max(4).default([]),
    endpoints: z
      .array(z.string().regex(/^[a-z][a-z0-9.-]{0,62}$/))
      .max(50)
      .default([]),
    nat: z.boolean().default(false),
  })
  .transform(({ security_groups: securityGroups, ...rest }): PlaceSettings => ({ ...rest, securityGroups }));

export const placesSchema = z
  .record(z.string().regex(functionPlacePattern), place)
  .refine((places) => Object.keys(places).length <= 10)
  .optional()
  .describe(
    'networks for functions that ask clusters: a mapping of at most 10 names to {vpc, subnets, security_groups, endpoints, nat}, in a file',
  );

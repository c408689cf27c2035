import * as z from 'zod';
import type { GraphView } from '../../../lib/usecases/plan/read-graph.ts';

const places = z.array(z.int().min(0));

export const graphSchema = z
  .object({
    batch_id: z.string(),
    plan_hash: z.string().exactOptional().describe('of the plan; absent for one who may see only a part of the batch'),
    total: z.int().min(0).describe('how many deployments there are in it'),
    keys: z.array(z.string()).describe('pillar/service, in the order of the plan: dependencies before dependents'),
    levels: places.describe('of each key: the length of the longest path of dependencies before it, from 0'),
    dependencies: z.array(places).describe('of each key: the places, in keys, of what must have succeeded before it'),
    critical_path: z.array(z.string()).describe('keys along one longest chain, first to last'),
  } satisfies Record<keyof GraphView, z.ZodType>)
  .meta({ id: 'Graph' }) satisfies z.ZodType<GraphView>;

export const graphExample: GraphView = {
  batch_id: '01M7Z82VGHV3GT6X1EMB454VBS',
  plan_hash: 'a3f1c2…',
  total: 3,
  keys: ['shared/login-api', 'clearing/trade-intake', 'risk/limit-check'],
  levels: [0, 1, 2],
  dependencies: [[], [0], [1]],
  critical_path: ['shared/login-api', 'clearing/trade-intake', 'risk/limit-check'],
};

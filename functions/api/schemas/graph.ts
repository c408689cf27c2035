import * as z from 'zod';
import type { GraphView } from '../../../lib/usecases/plan/read-graph.ts';
import { count } from './status.ts';
import { viewSchema } from './view-schema.ts';

export const graph = viewSchema<GraphView>()(
  z.object({
    batch_id: z.string(),
    plan_hash: z.string().exactOptional().describe('Absent where you may see only a part of the batch.'),
    total: count,
    keys: z.array(z.string()).describe('In the order of the plan: dependencies before dependents.'),
    levels: z.array(count).describe('Of each key, the length of the longest path of dependencies before it.'),
    dependencies: z.array(z.array(count)).describe('Of each key, the places of what must have succeeded before it.'),
    critical_path: z.array(z.string()).describe('Keys along one longest chain, first to last.'),
  }),
).meta({ id: 'Graph', description: 'What waits for what, by place in `keys`.' });

export const exampleGraph: GraphView = {
  batch_id: '01M7Z82VGHV3GT6X1EMB454VBS',
  plan_hash: 'a3f1c2…',
  total: 3,
  keys: ['shared/login-api', 'clearing/trade-intake', 'risk/limit-check'],
  levels: [0, 1, 2],
  dependencies: [[], [0], [1]],
  critical_path: ['shared/login-api', 'clearing/trade-intake', 'risk/limit-check'],
};

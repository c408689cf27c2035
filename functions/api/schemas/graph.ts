import * as z from 'zod';
import type { GraphView } from '../../../lib/usecases/plan/read-graph.ts';
import { count } from './status.ts';
import { viewSchema } from './view-schema.ts';

export const graph = viewSchema<GraphView>()(
  z.object({
    batch_id: z.string(),
    plan_hash: z.string().exactOptional().describe('Absent if you may see only a part of the batch.'),
    total: count,
    keys: z.array(z.string()).describe('In plan order: dependencies before dependents.'),
    levels: z.array(count).describe('For each key, the length of the longest dependency path before it.'),
    dependencies: z.array(z.array(count)).describe('For each key, the indexes of what must have succeeded before it.'),
    critical_path: z.array(z.string()).describe('The keys along one of the longest chains, first to last.'),
  }),
).meta({ id: 'Graph', description: 'What waits for what, by index in `keys`.' });

export const exampleGraph: GraphView = {
  batch_id: '01M7Z82VGHV3GT6X1EMB454VBS',
  plan_hash: 'a3f1c2…',
  total: 3,
  keys: ['shared/login-api', 'clearing/trade-intake', 'risk/limit-check'],
  levels: [0, 1, 2],
  dependencies: [[], [0], [1]],
  critical_path: ['shared/login-api', 'clearing/trade-intake', 'risk/limit-check'],
};

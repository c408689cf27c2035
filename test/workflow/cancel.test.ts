import { describe } from 'vitest';
import { cancelPaths } from './cancel-paths.ts';
import { walkAll } from './path.ts';

/** Nothing new starts, runs are aborted where the executor can, and what changed a target is still told truly. */

describe('a batch is cancelled', () => walkAll(cancelPaths));

import { describe } from 'vitest';
import { cancelPaths } from './cancel-paths.ts';
import { walkAll } from './path.ts';

/** Nothing new starts, runs are aborted where the executor can, and the result of a changed target is still correct. */

describe('a batch is cancelled', () => walkAll(cancelPaths));

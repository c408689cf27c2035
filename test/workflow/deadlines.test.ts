import { describe } from 'vitest';
import { byOwner, byState } from './deadline-paths.ts';
import { walkAll } from './path.ts';

/** Every wait has a deadline that its owner enforces. The state's own is later, for when the owner is gone. */

describe('the deadline of a wait, by its owner', () => walkAll(byOwner));
describe('the time-out of a state whose owner is gone', () => walkAll(byState));

import { SqliteTable } from '../../../lib/adapters/sqlite-table.ts';
import type { Anchors, Table } from '../../../lib/domain/ports.ts';
import { parseAnchor } from '../../../lib/domain/record/anchor.ts';
import { keys } from '../../../lib/domain/record/keys.ts';
import { itemOf } from '../../../lib/domain/record/rows.ts';
import { publishEvents, type WrittenEvent } from '../../../lib/usecases/record/publish-events.ts';
import { FakeClock } from '../batch/api-world.ts';
import { MemoryAnchors, testSigner } from './memory-anchors.ts';

export const eventOf = (batchId: string, seq: number, actor: string): WrittenEvent => ({
  ...keys.event(batchId, 'batch', seq),
  ...{ batch_id: batchId, type: 'batch', seq, at: seq, actor, from: null, to: 'SUCCESS', reason: 'x', message: 'x' },
});

/** A batch of three changes. Its last one is its end. */
export const batchOf = (batchId: string): readonly WrittenEvent[] =>
  ['plan', 'executor', 'finish'].map((actor, at) => eventOf(batchId, at + 1, actor));

export const setUp = async (...batches: readonly string[]) => {
  const table = new SqliteTable(':memory:');
  const anchors = new MemoryAnchors();
  for (const event of batches.flatMap(batchOf)) await table.transact([{ put: itemOf(event, event) }]);
  const deps = {
    anchors,
    signer: testSigner,
    clock: new FakeClock(),
    random: { next: () => 0.5 },
    bus: { put: async () => [] },
  };
  const publish = (events: readonly WrittenEvent[], instead: Partial<{ table: Table; anchors: Anchors }> = {}) =>
    publishEvents({ ...deps, table, ...instead }, events);
  const written = () => [...anchors.texts.values()].map((text) => parseAnchor(text)!);
  const told = () => written().map(({ sequence, batch_id, number }) => `${sequence}: ${batch_id} ${number}`);
  return { table, anchors, publish, written, told, deps };
};

export const dying = new Error('killed');

/** A call that dies before or after its work. */
export const killAt = <Port extends object>(
  port: Port,
  dies: (name: string, args: readonly unknown[]) => 'before' | 'after' | undefined,
): Port =>
  new Proxy(port, {
    get: (target, property) => {
      const member: unknown = Reflect.get(target, property);
      if (typeof member !== 'function') return member;
      return async (...args: unknown[]) => {
        const when = dies(String(property), args);
        if (when === 'before') throw dying;
        const result: unknown = await member.apply(target, args);
        if (when === 'after') throw dying;
        return result;
      };
    },
  });

import type { Json } from '../../domain/json.ts';
import type { HarnessReply } from './api.ts';
import { type Looking, urlsOf } from './looking.ts';
import { ownerOf } from './owner.ts';
import { type Row, rowOf } from './run-rows.ts';
import { readRun } from './run-status.ts';
import { isFollowed, type Project } from './wanted-runs.ts';
import { isSuccess, listAt, objectAt } from './wire.ts';

/**
 * A reply that arrives after its look has given up is still right about finished runs. The next look reports them at
 * once.
 */
export const learnFromLate =
  (looking: Looking, project: Pick<Project, 'wanted'>) =>
  (reply: HarnessReply): HarnessReply => {
    if (!looking.bell.isOver() || !isSuccess(reply)) return reply;
    const data = objectAt(reply.body, 'data');
    const shown: readonly Json[] = [...listAt(data, 'content'), objectAt(data, 'pipelineExecutionSummary')];
    const rows = new Map(shown.flatMap((each): [string, Row][] => entryOf(rowOf(each))));
    for (const { ref, settings } of project.wanted.filter(isFollowed)) {
      const row = rows.get(ref);
      if (row?.isLive === false && ownerOf(row.json, settings) !== 'another')
        looking.memory.ends.set(ref, readRun(row.json, urlsOf(looking, settings)(ref)));
    }
    return reply;
  };

const entryOf = (row: Row | undefined): [string, Row][] => (row === undefined ? [] : [[row.ref, row]]);

import { isAskedFrom } from '../../domain/catalogue/function-place.ts';
import { isFlotillaError } from '../../domain/errors.ts';
import type { Deps } from '../deps.ts';
import { DoAll } from '../do-all.ts';
import { type Surveyed, surveyCluster } from './survey-cluster.ts';
import { SurveyMemory } from './surveyed-targets.ts';

type Needs = Pick<Deps, 'table' | 'documents' | 'catalogue' | 'cluster' | 'clock' | 'random' | 'tell'> & {
  /** Surveys only the clusters asked from this place; `noPlace` means those asked from none. Absent: all clusters. */
  readonly place?: string;
};

/** What surveys remember, by cluster. */
export type SurveyMemories = Map<string, SurveyMemory>;

/**
 * Surveys all configured clusters, one after the other. Skips a cluster that does not answer: its outage is reported
 * elsewhere, and the next survey finds what has changed.
 */
export const surveyClusters = async (deps: Needs, memories: SurveyMemories): Promise<Surveyed> => {
  const { clusters } = await deps.catalogue();
  const all = new DoAll();
  let [targets, drifted] = [0, 0];
  for (const cluster of Object.keys(clusters).sort()) {
    if (!isAskedFrom(deps.place, clusters[cluster]!.place)) continue;
    const memory = memories.get(cluster) ?? new SurveyMemory();
    memories.set(cluster, memory);
    await all.try(async () => {
      try {
        const surveyed = await surveyCluster(deps, cluster, memory);
        targets += surveyed.targets;
        drifted += surveyed.drifted;
      } catch (error) {
        if (!isFlotillaError(error, 'ClusterUnavailable')) throw error;
        deps.tell?.('a cluster could not be surveyed', { cluster, why: error.message });
      }
    });
  }
  all.end();
  return { targets, drifted };
};

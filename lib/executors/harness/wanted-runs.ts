import type { News, Watched } from '../../domain/ports.ts';
import { type HarnessApi, type HarnessScope, projectOf } from './api.ts';
import { type HarnessSettings, readSettings } from './settings.ts';

/** A run that is looked at or searched for, with its parsed settings. */
export interface Wanted {
  readonly key: string;
  readonly settings: HarnessSettings;
  readonly sentAt: number;
  readonly ref?: string;
  readonly event?: string;
  /** Its event should have had a result by now. */
  readonly isLate: boolean;
}

export type Followed = Wanted & { readonly ref: string };
export type Expected = Wanted & { readonly event: string };

/** What one list can show. */
export interface Project {
  /** `<org>/<project>`, also for people. */
  readonly id: string;
  readonly scope: HarnessScope;
  readonly wanted: readonly Wanted[];
}

export const isFollowed = (wanted: Wanted): wanted is Followed => wanted.ref !== undefined;
export const isExpected = (wanted: Wanted): wanted is Expected =>
  wanted.ref === undefined && wanted.event !== undefined;
/** The key is the only way to find it, or the only one left. */
export const isSearched = (wanted: Wanted): boolean =>
  wanted.ref === undefined && (wanted.event === undefined || wanted.isLate);

/** Groups by project. Settings that cannot be read are the news: nothing was ever started with them. */
export const projectsOf = (
  api: Pick<HarnessApi, 'projectOf'>,
  watched: readonly Watched[],
  lateAfter: (watched: Watched) => boolean,
): { readonly projects: readonly Project[]; readonly news: Map<string, News> } => {
  const projects = new Map<string, Project & { wanted: Wanted[] }>();
  const news = new Map<string, News>();
  for (const one of watched) {
    const { request, sent_at, ref, correlation } = one;
    const settings = readSettings(request.deployment.executor.settings);
    if (typeof settings === 'string') {
      news.set(request.key, { kind: 'unread', trouble: { asked: 'the settings of its pipeline', answered: settings } });
      continue;
    }
    const scope = projectOf(api, settings.scope);
    const id = `${scope.org}/${scope.project}`;
    const project = projects.get(id) ?? { id, scope, wanted: [] };
    projects.set(id, project);
    project.wanted.push({
      ...{ key: request.key, settings, sentAt: sent_at, isLate: lateAfter(one) },
      ...(ref === undefined ? {} : { ref }),
      ...(correlation === undefined ? {} : { event: correlation }),
    });
  }
  return { projects: [...projects.values()], news };
};

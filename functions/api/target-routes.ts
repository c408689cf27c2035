import { diffTargets } from '../../lib/usecases/targets/diff-targets.ts';
import { listChanges } from '../../lib/usecases/targets/list-changes.ts';
import { listReleases } from '../../lib/usecases/targets/list-releases.ts';
import { listTargets } from '../../lib/usecases/targets/list-targets.ts';
import { readOneTarget } from '../../lib/usecases/targets/read-target.ts';
import { queryOf } from './request.ts';
import { type Handle, json, withoutQuery } from './route.ts';
import type { Route } from './router.ts';
import { changeList, exampleChange, exampleReleases, releaseList } from './schemas/change.ts';
import { exampleTarget, target, targetList } from './schemas/target.ts';
import { exampleDiff, targetDiff } from './schemas/target-diff.ts';
import { changesAsked, diffAsked, releasesAsked, targetsAsked } from './target-query.ts';

const targetPath = '/targets/{environment}/{cluster}/{pillar}/{service}';

const namesIn = ({ environment = '', cluster = '', pillar = '', service = '' }: Readonly<Record<string, string>>) => ({
  environment,
  cluster,
  pillar,
  service,
});

/** What runs where, what ran there, and what has changed. */
export const targetRoutes: readonly Route<Handle>[] = [
  {
    method: 'GET',
    path: '/targets',
    scope: 'read',
    part: 'reads',
    contract: {
      summary: 'What runs where, and who changed it last.',
      query: targetsAsked,
      answers: { 200: { schema: targetList, example: { targets: [exampleTarget], limit: 100 } } },
    },
    handle: async (deps, { event }) => json(200, await listTargets(deps, queryOf(event, targetsAsked))),
  },
  {
    method: 'GET',
    path: '/targets/diff',
    scope: 'read',
    part: 'reads',
    contract: {
      summary: 'Which services differ between two environments.',
      query: diffAsked,
      answers: { 200: { schema: targetDiff, example: exampleDiff } },
    },
    handle: async (deps, { event }) => json(200, await diffTargets(deps, queryOf(event, diffAsked))),
  },
  {
    method: 'GET',
    path: targetPath,
    scope: 'read',
    part: 'reads',
    contract: {
      summary: 'What runs at one target.',
      answers: { 200: { schema: target, example: exampleTarget } },
      errors: ['TargetNotFound'],
    },
    handle: withoutQuery(async (deps, { parameters }) => json(200, await readOneTarget(deps, namesIn(parameters)))),
  },
  {
    method: 'GET',
    path: `${targetPath}/releases`,
    scope: 'read',
    part: 'reads',
    contract: {
      summary: 'What ran at a target, newest first; with all=true also what failed there.',
      query: releasesAsked,
      answers: { 200: { schema: releaseList, example: exampleReleases } },
      errors: ['TargetNotFound'],
    },
    handle: async (deps, { event, parameters }) =>
      json(200, await listReleases(deps, { ...namesIn(parameters), ...queryOf(event, releasesAsked) })),
  },
  {
    method: 'GET',
    path: '/changes',
    scope: 'read',
    part: 'reads',
    contract: {
      summary: 'What has changed, newest first.',
      query: changesAsked,
      answers: {
        200: {
          schema: changeList,
          example: { changes: [exampleChange], since: '2026-11-14T15:00:00.000Z', limit: 100 },
        },
      },
    },
    handle: async (deps, { event }) => json(200, await listChanges(deps, queryOf(event, changesAsked))),
  },
];

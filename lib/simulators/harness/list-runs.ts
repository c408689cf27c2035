import { type Answer, failure, success } from './envelopes.ts';
import type { Call } from './router.ts';
import type { Run } from './run.ts';
import { summaryOf, type View } from './run-views.ts';
import type { Runs } from './runs.ts';
import { scopeOf } from './start-routes.ts';

/** The fields of the list call's body that are read. */
interface Written {
  readonly status?: readonly string[];
  readonly timeRange?: { readonly startTime?: number; readonly endTime?: number };
  readonly triggerIdentifiers?: readonly string[];
  readonly pipelineName?: string;
}

interface Filter {
  readonly from: number;
  readonly to: number;
  /** Empty: any. */
  readonly pipelines: ReadonlySet<string>;
  readonly statuses: ReadonlySet<string>;
  readonly triggers: ReadonlySet<string>;
}

/** One page of a project's runs, newest start first. The requested order is ignored. */
export const listRuns = (runs: Runs, call: Call, view: View): Answer => {
  const number = Number(call.query.get('page') ?? 0);
  const size = Number(call.query.get('size') ?? 10);
  if (!(Number.isInteger(number) && number >= 0)) return failure('INVALID_REQUEST', 'page must be 0 or more');
  if (!(Number.isInteger(size) && size > 0 && size <= 1000))
    return failure('INVALID_REQUEST', 'size must be over 0 and at most 1000');
  const filter = filterOf(call);
  if (typeof filter === 'string') return failure('INVALID_REQUEST', filter);
  const { org, project } = scopeOf(call);
  const found = runs.ofProject(org, project).filter((run) => isListed(run, filter, view));
  const end = Math.max(0, found.length - number * size);
  const rows = found.slice(Math.max(0, end - size), end).reverse();
  const totalPages = Math.ceil(found.length / size);
  return success({
    content: rows.map((run) => summaryOf(run, view)),
    totalPages,
    totalElements: found.length,
    number,
    size,
    numberOfElements: rows.length,
    first: number === 0,
    last: number >= totalPages - 1,
    empty: rows.length === 0,
  });
};

const filterOf = (call: Call): Filter | string => {
  const written = JSON.parse(call.body || '{}') as Written;
  const { startTime, endTime } = written.timeRange ?? {};
  if ((startTime === undefined) !== (endTime === undefined)) return 'the time range needs its start and its end';
  const asked = (name: string): readonly string[] => call.query.getAll(name).flatMap((text) => text.split(','));
  const module = call.query.get('module') || 'cd';
  // Our pipelines belong to one module.
  const to = module.toLowerCase() === 'cd' ? (endTime ?? Number.POSITIVE_INFINITY) : Number.NEGATIVE_INFINITY;
  return {
    from: startTime ?? Number.NEGATIVE_INFINITY,
    to,
    pipelines: setOf([...asked('pipelineIdentifier'), written.pipelineName ?? '']),
    statuses: setOf([...asked('status'), ...(written.status ?? [])]),
    triggers: setOf(written.triggerIdentifiers ?? []),
  };
};

const setOf = (texts: readonly string[]): ReadonlySet<string> => new Set(texts.filter((text) => text !== ''));

const isIn = (set: ReadonlySet<string>, text: string): boolean => set.size === 0 || set.has(text);

const isListed = (run: Run, { from, to, pipelines, statuses, triggers }: Filter, { now, options }: View): boolean => {
  const { createdAt, origin } = run;
  return (
    createdAt >= from &&
    createdAt <= to &&
    isIn(pipelines, origin.pipeline) &&
    isIn(triggers, origin.trigger ?? '') &&
    run.isSeen(now, options.lagMilliseconds) &&
    (statuses.size === 0 || statuses.has(run.look(now, options.lagMilliseconds).status))
  );
};

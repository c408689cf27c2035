import type { Clock, News, Watched } from '../../domain/ports.ts';
import type { HarnessApi } from './api.ts';
import { bellAfter } from './bell.ts';
import type { Looking } from './looking.ts';
import { Memory } from './memory.ts';
import { lookAtProject } from './project-look.ts';
import { Underway } from './underway.ts';
import { type Project, projectsOf } from './wanted-runs.ts';

export interface LookOptions {
  readonly api: HarnessApi;
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
  readonly lateStartMilliseconds: number;
  /** Reads per minute on average. A look with much to find out may make twice as many. */
  readonly readsPerMinute: number;
}

/** The most requests per look besides its lists. */
const readsBesideLists = 10;
const projectsAtOnce = 20;
/** After this time a look reports what it has. */
const lookMilliseconds = 8_000;

/** Looks at everything that one account has in flight, one look after another. */
export class Looks {
  readonly #options: LookOptions;
  readonly #memory = new Memory();
  readonly #underway: Underway;
  #lastAt = Number.NEGATIVE_INFINITY;

  constructor(options: LookOptions) {
    this.#options = options;
    this.#underway = new Underway(options.clock);
  }

  /** Returns no news about a project whose turn comes at a later look. */
  async look(watched: readonly Watched[]): Promise<ReadonlyMap<string, News>> {
    const { api, clock, lateStartMilliseconds: late, readsPerMinute } = this.#options;
    const now = clock.now();
    const { projects, news } = projectsOf(api, watched, ({ sent_at }) => now > sent_at + late);
    const due = this.#choose(projects, now);
    if (due.length === 0) return news;
    const allowed = ((now - this.#lastAt) * readsPerMinute) / 60_000;
    let left = Math.max(1, Math.min(readsBesideLists, Math.floor(allowed)));
    const bell = bellAfter(clock, lookMilliseconds);
    const take = (): boolean => {
      left -= 1;
      return left >= 0 && !bell.isOver();
    };
    this.#lastAt = now;
    this.#underway.tidy();
    const looking: Looking = {
      api,
      clock,
      memory: this.#memory,
      underway: this.#underway,
      bell,
      now,
      late,
      take,
      news,
    };
    await Promise.all(due.map((project) => lookAtProject(looking, project)));
    bell.stop();
    return news;
  }

  /** The projects whose last look is long enough ago, longest first. Each list page costs its share of a minute. */
  #choose(projects: readonly Project[], now: number): readonly Project[] {
    const { looks } = this.#memory;
    const ids = new Set(projects.map(({ id }) => id));
    for (const id of looks.keys()) if (!ids.has(id)) looks.delete(id);
    const perPage = (60_000 / this.#options.readsPerMinute) * projects.length;
    const dueAt = ({ id }: Project): number => {
      const last = looks.get(id);
      return last === undefined ? 0 : last.at + Math.floor(perPage * Math.max(1, last.pages));
    };
    const due = projects.filter((project) => dueAt(project) <= now);
    return due.sort((one, other) => dueAt(one) - dueAt(other)).slice(0, projectsAtOnce);
  }
}

import type { Page } from '../../domain/ports.ts';
import { keys, targetsOf, targetsOfService } from '../../domain/record/keys.ts';
import { rowOf } from '../../domain/record/rows.ts';
import type { TargetFilters } from '../../domain/targets/target-filters.ts';
import type { TargetRow } from '../../domain/targets/target-row.ts';
import type { Deps } from '../deps.ts';
import { environmentsFrom } from './read-environments.ts';

type Needs = Pick<Deps, 'table' | 'catalogue'>;

/** A target reached by the walk. */
export interface Step {
  readonly target: string;
  /** Undefined if its row no longer exists. */
  readonly row: TargetRow | undefined;
}

export interface WalkOptions {
  /** The target to start after. */
  readonly after?: string | undefined;
  /** How many more are wanted at most. No more are read at once. */
  readonly wanted: () => number;
  /** The most rows to read. */
  readonly most: number;
  /** Whether a target known only by its index row is worth reading. */
  readonly sees: (target: string) => boolean;
}

/** Walks through targets in the order of their names, along the way that reads the fewest rows. */
export class TargetWalk {
  readonly #deps: Needs;
  readonly #options: WalkOptions;
  #read = 0;
  #stoppedAt: string | undefined;

  constructor(deps: Needs, options: WalkOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  /** The target to continue after, if the read limit was reached. Undefined when there is nothing more. */
  get stoppedAt(): string | undefined {
    return this.#stoppedAt;
  }

  steps({ environment, cluster, pillar, service }: TargetFilters): AsyncGenerator<readonly Step[]> {
    const places = cluster === undefined ? '' : `${cluster}/${pillar === undefined ? '' : `${pillar}/`}`;
    if (service === undefined) return this.#throughEnvironments(environment, places);
    const within = environment === undefined ? '' : `${environment}/${cluster ?? ''}`;
    return this.#throughService(service, within);
  }

  async *#throughEnvironments(environment: string | undefined, prefix: string): AsyncGenerator<readonly Step[]> {
    const { after = '' } = this.#options;
    const [first, ...place] = after.split('/');
    const counted = (rows: number): void => {
      this.#read += rows;
    };
    const names = environment === undefined ? environmentsFrom(this.#deps, first, counted) : [environment];
    for await (const name of names) {
      const query = { pk: targetsOf(name), prefix };
      for await (const { items } of this.#pages(query, name === first ? place.join('/') : '', `${name}/`)) {
        yield items.map((item) => ({ target: `${name}/${item.sk}`, row: rowOf<TargetRow>(item) }));
      }
      if (this.#stoppedAt !== undefined) return;
    }
  }

  /** Follows a service's index rows. Each leads to one row. */
  async *#throughService(service: string, prefix: string): AsyncGenerator<readonly Step[]> {
    const { after = '', sees } = this.#options;
    const place = after.split('/').slice(0, 2).join('/');
    for await (const { items } of this.#pages({ pk: targetsOfService(service), prefix }, place, '', 2)) {
      yield Promise.all(
        items.map(async ({ sk }): Promise<Step> => {
          const target = `${sk}/${service}`;
          return { target, row: sees(target) ? await this.#now(target) : undefined };
        }),
      );
    }
  }

  async #now(target: string): Promise<TargetRow | undefined> {
    this.#read += 1;
    return rowOf<TargetRow>(await this.#deps.table.get(keys.targetNow(target)));
  }

  /** `each`: how many reads a row costs. */
  async *#pages(
    query: { readonly pk: string; readonly prefix: string },
    after: string,
    of: string,
    each = 1,
  ): AsyncGenerator<Page, undefined> {
    const { most, wanted } = this.#options;
    for (let next: string | undefined = after === '' ? undefined : after; ; ) {
      const left = Math.floor((most - this.#read) / each);
      if (left < 1) {
        this.#stoppedAt = `${of}${next ?? ''}`;
        return;
      }
      const limit = Math.min(wanted(), left, mostAtOnce);
      const { pk, prefix } = query;
      const range = { ...(prefix === '' ? {} : { prefix }), ...(next === undefined ? {} : { after: next }) };
      const page: Page = await this.#deps.table.query({ pk, limit, ...range });
      this.#read += page.items.length;
      if (page.items.length > 0) yield page;
      next = page.next;
      if (next === undefined) return;
    }
  }
}

/** The most rows that one query returns. */
const mostAtOnce = 1_000;

import type { News, Trouble } from '../../domain/ports.ts';
import { keys } from '../../domain/record/keys.ts';
import { itemOf, rowOf } from '../../domain/record/rows.ts';
import type { TroubleRow } from '../../domain/record/watch-rows.ts';
import type { Deps } from '../deps.ts';
import { isoTime } from '../iso-time.ts';
import { type Asked, noteAnswer, noteOutage } from '../schedule/outages.ts';
import { lasting } from './hindrances.ts';

type Needs = Pick<Deps, 'table' | 'clock' | 'ids' | 'tell'>;

/** How often the row is renewed while the trouble lasts. */
const repeated = 60_000;
/** Silence after which the row no longer counts: nobody looks any more. */
const longestSilence = 3 * repeated;

/** Reports that an executor account cannot be read: in a row for `health`, and in the log. */
export class AccountTrouble {
  readonly #account: string;
  #since: number | undefined;
  /** What the row says, as far as this poller knows. */
  #row: TroubleRow | undefined;
  #isRead = false;
  readonly #asked: Asked;

  constructor(account: string) {
    this.#account = account;
    this.#asked = { scope: { executor: account } };
  }

  async note(deps: Needs, news: readonly News[]): Promise<void> {
    const troubles = news.flatMap((one) => (one.kind === 'unread' ? [one.trouble] : []));
    if (news.length === 0) return;
    if (!this.#isRead) await this.#read(deps);
    const [trouble] = troubles;
    if (trouble === undefined || troubles.length < news.length) return this.#end(deps);
    await this.#go(deps, trouble);
  }

  async #read({ table, clock }: Needs): Promise<void> {
    this.#row = rowOf<TroubleRow>(await table.get(keys.trouble(this.#account)));
    if (this.#row !== undefined && isStill(this.#row, clock.now())) this.#since = this.#row.since;
    this.#isRead = true;
  }

  async #go(deps: Needs, { asked, answered }: Trouble): Promise<void> {
    const { table, clock, tell } = deps;
    const now = clock.now();
    this.#since ??= now;
    if (now - this.#since >= lasting) await noteOutage(deps, this.#asked, `Asked for ${asked}: ${answered}`);
    const isTold = this.#row !== undefined && isStill(this.#row, now);
    if (now - this.#since < lasting || (isTold && now - this.#row!.at < repeated)) return;
    const row: TroubleRow = { account: this.#account, since: this.#since, at: now, asked, answered };
    await table.transact([{ put: itemOf(keys.trouble(this.#account), row) }]);
    this.#row = row;
    if (isTold) return;
    const about = { account: this.#account, since: isoTime(row.since), asked, answered };
    tell?.('an executor cannot be read', about);
  }

  async #end(deps: Needs): Promise<void> {
    const { table, tell } = deps;
    this.#since = undefined;
    await noteAnswer(deps, this.#asked);
    if (this.#row === undefined) return;
    const { since } = this.#row;
    this.#row = undefined;
    await table.transact([{ delete: keys.trouble(this.#account) }]);
    tell?.('an executor can be read again', { account: this.#account, since: isoTime(since) });
  }
}

const isStill = ({ at }: TroubleRow, now: number): boolean => now - at < longestSilence;

/** An account that cannot be read, as the API shows it. */
export interface TroubleView extends Trouble {
  readonly account: string;
  readonly since: string;
}

export const readTroubles = async (
  { table, clock }: Pick<Deps, 'table' | 'clock'>,
  accounts: readonly string[],
): Promise<readonly TroubleView[]> => {
  const rows = await Promise.all(accounts.map((account) => table.get(keys.trouble(account))));
  return rows.flatMap((item) => {
    const row = rowOf<TroubleRow>(item);
    if (row === undefined || !isStill(row, clock.now())) return [];
    const { account, since, asked, answered } = row;
    return [{ account, since: isoTime(since), asked, answered }];
  });
};

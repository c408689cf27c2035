import type { Status } from '../../../lib/domain/deployment/status.ts';
import type { Place } from '../../../lib/domain/schedule/place.ts';
import { locksOf, type Sheet } from '../../../lib/domain/schedule/sheet.ts';

export const nameOf = ({ batch_id, index }: Place): string => `${batch_id}:${index}`;

/** What happened to each deployment, as seen from outside. Throws when a law of turns is broken. */
export class Ledger {
  readonly sheets: ReadonlyMap<string, Sheet>;
  readonly running = new Map<string, Place>();
  readonly outcomes = new Map<string, Status>();
  /** The locks of these are taken until they are resolved. */
  readonly unresolved = new Map<string, Place>();
  /** Left unchanged. Those that wait for them continue. */
  readonly passed = new Set<string>();
  readonly #answers = new Map<string, string>();

  constructor(sheets: readonly Sheet[]) {
    this.sheets = new Map(sheets.map((sheet) => [sheet.batch_id, sheet]));
  }

  granted(place: Place): void {
    this.#answer(place, 'granted');
    if (this.outcomes.has(nameOf(place))) throw new Error(`${nameOf(place)} is granted after it has ended`);
    const sheet = this.sheets.get(place.batch_id)!;
    this.#mustHaveSucceeded(sheet, place.index);
    this.#mustBeAlone(place);
    this.running.set(nameOf(place), place);
    const inBatch = [...this.running.values()].filter(({ batch_id }) => batch_id === place.batch_id).length;
    if (inBatch > sheet.max_concurrency) throw new Error(`${nameOf(place)}: ${inBatch} of its batch are running`);
  }

  /** Its turn was given back before anything started. */
  returned(place: Place): void {
    if (!this.running.delete(nameOf(place))) throw new Error(`${nameOf(place)} gives back a turn that it has not`);
    this.#answers.delete(nameOf(place));
  }

  refused(place: Place): void {
    this.#answer(place, 'refused');
  }

  ended(place: Place, status: Status): void {
    const name = nameOf(place);
    if (this.outcomes.has(name)) throw new Error(`${name} ends as ${status}, and was ${this.outcomes.get(name)}`);
    this.outcomes.set(name, status);
    if (this.running.delete(name) && status === 'UNKNOWN') this.unresolved.set(name, place);
  }

  answerOf(place: Place): string | undefined {
    return this.#answers.get(nameOf(place));
  }

  /** How many running deployments count against a limit. */
  usedOf(limit: string): number {
    return [...this.running.values()].filter((place) => this.limitsOf(place).includes(limit)).length;
  }

  limitsOf({ batch_id, index }: Place): readonly string[] {
    const sheet = this.sheets.get(batch_id)!;
    return sheet.classes[sheet.class_of[index]!]!;
  }

  targetOf({ batch_id, index }: Place): string {
    return this.sheets.get(batch_id)!.targets[index]!;
  }

  locksOf({ batch_id, index }: Place): readonly string[] {
    return locksOf(this.sheets.get(batch_id)!, index);
  }

  /** Every deployment. */
  places(): Place[] {
    return [...this.sheets.values()].flatMap(({ batch_id, keys }) => keys.map((_, index) => ({ batch_id, index })));
  }

  hasEnded(batchId: string): boolean {
    return this.sheets.get(batchId)!.keys.every((_, index) => this.outcomes.has(nameOf({ batch_id: batchId, index })));
  }

  #answer(place: Place, answer: string): void {
    const name = nameOf(place);
    if (this.#answers.has(name)) throw new Error(`${name} is ${answer}, and was ${this.#answers.get(name)} before`);
    this.#answers.set(name, answer);
  }

  #mustHaveSucceeded({ batch_id, dependents, forced }: Sheet, index: number): void {
    dependents.forEach((waiting, dependency) => {
      const name = nameOf({ batch_id, index: dependency });
      const status = this.outcomes.get(name);
      const isOver = status === 'SUCCESS' || this.passed.has(name) || (status !== undefined && forced?.includes(index));
      if (waiting.includes(index) && !isOver) {
        throw new Error(`${batch_id}:${index} starts, and its dependency ${dependency} is ${status}`);
      }
    });
  }

  #mustBeAlone(place: Place): void {
    const locks = this.locksOf(place);
    for (const other of [...this.running.values(), ...this.unresolved.values()]) {
      const common = this.locksOf(other).find((name) => locks.includes(name));
      if (common !== undefined) throw new Error(`${nameOf(place)} starts on ${common}, where ${nameOf(other)} is`);
    }
  }
}

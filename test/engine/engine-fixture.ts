import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { Engine, type EngineOptions, type ExecutionDescription } from '../../lib/engine/engine.ts';
import { type Durability, Journal } from '../../lib/engine/journal.ts';
import type { JournalEntryKind } from '../../lib/engine/journal-entry.ts';
import type { Json } from '../../lib/engine/json.ts';
import { VirtualClock } from '../../lib/engine/virtual-clock.ts';

/** The functions of a test by name. An unexpected call is an error. */
export type Functions = Readonly<Record<string, (payload: never) => unknown>>;

export interface FixtureOptions {
  readonly functions?: Functions;
  readonly clock?: VirtualClock;
  readonly path?: string;
  readonly random?: number;
  readonly onCommitted?: (kind: JournalEntryKind) => void;
  readonly durability?: Durability;
  readonly onStatusChange?: EngineOptions['onStatusChange'];
}

/** A path for a journal file that is removed when the test is over. */
export const journalPath = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'engine-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'journal.db');
};

/** A lambda:invoke task. */
export const task = (name: string, more: object = {}): object => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: { FunctionName: name, Payload: '{% $states.input %}' },
  End: true,
  ...more,
});

/** A task that waits for its token, which its function gets. */
export const tokenTask = (name: string, more: object = {}): object => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
  Arguments: { FunctionName: name, Payload: { token: '{% $states.context.Task.Token %}' } },
  End: true,
  ...more,
});

/** A JSONata machine from its states; it starts at the first. */
export const machine = (states: Record<string, object>, more: object = {}): object => ({
  QueryLanguage: 'JSONata',
  StartAt: Object.keys(states)[0],
  States: states,
  ...more,
});

/** A Distributed Map over the input's `items`. */
export const distributedMap = (states: Record<string, object>, more: object = {}): object => ({
  Type: 'Map',
  Label: 'Items',
  Items: '{% $states.input.items %}',
  ItemProcessor: {
    ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
    StartAt: Object.keys(states)[0],
    States: states,
  },
  End: true,
  ...more,
});

/** An engine with a virtual clock, a journal and the functions of the test. */
export class EngineFixture {
  readonly clock: VirtualClock;
  readonly path: string;
  readonly engine: Engine;
  /** The names of the functions that were called, in order. */
  readonly calls: string[] = [];
  readonly defects: unknown[] = [];

  constructor(options: FixtureOptions = {}) {
    const {
      functions = {},
      clock = new VirtualClock(1_700_000_000_000),
      path = ':memory:',
      random = 0.5,
      onCommitted,
      durability,
      onStatusChange,
    } = options;
    this.clock = clock;
    this.path = path;
    this.engine = new Engine({
      journal: new Journal({
        path,
        onFailure: (error) => this.defects.push(error),
        ...(onCommitted === undefined ? {} : { onCommitted }),
        ...(durability === undefined ? {} : { durability }),
      }),
      clock,
      random: { next: () => random },
      invoke: async (name, payload) => {
        const implementation = functions[name];
        if (implementation === undefined) throw new Error(`The test has no function ${name}`);
        this.calls.push(name);
        return (await implementation(payload as never)) as Json;
      },
      onDefect: (error) => this.defects.push(error),
      ...(onStatusChange === undefined ? {} : { onStatusChange }),
    });
    onTestFinished(() => this.engine.close());
  }

  async start(definition: object, input: Json = {}, name = 'run'): Promise<string> {
    const { stateMachineArn } = await this.engine.createStateMachine({
      name: 'machine',
      definition: JSON.stringify(definition),
    });
    const { executionArn } = await this.engine.startExecution({ stateMachineArn, name, input: JSON.stringify(input) });
    await this.engine.idle();
    return executionArn;
  }

  async describe(executionArn: string): Promise<ExecutionDescription & { readonly value?: Json }> {
    const description = await this.engine.describeExecution({ executionArn });
    return description.output === undefined
      ? description
      : { ...description, value: JSON.parse(description.output) as Json };
  }

  /** Lets time pass until the execution has ended. Throws when nothing could ever end it. */
  async finish(executionArn: string): Promise<ExecutionDescription & { readonly value?: Json }> {
    for (;;) {
      await this.engine.idle();
      if (this.defects.length > 0) throw this.defects[0];
      const description = await this.describe(executionArn);
      if (description.status !== 'RUNNING') return description;
      if (!this.clock.runNext()) throw new Error('The execution waits for something that is not a timer');
    }
  }

  async run(definition: object, input: Json = {}): Promise<ExecutionDescription & { readonly value?: Json }> {
    return await this.finish(await this.start(definition, input));
  }

  /** The states that an execution entered, in order. */
  visited(executionArn: string): string[] {
    return this.engine
      .history(executionArn)
      .filter(({ type }) => type.endsWith('StateEntered'))
      .map(({ details }) => String(details?.name));
  }

  types(executionArn: string): string[] {
    return this.engine.history(executionArn).map(({ type }) => type);
  }

  /** The children of an execution's only Map Run, in the order of their items. */
  async children(executionArn: string): Promise<readonly string[]> {
    const started = this.engine.history(executionArn).find(({ type }) => type === 'MapRunStarted');
    const { executions } = await this.engine.listExecutions({ mapRunArn: String(started?.details?.mapRunArn) });
    return executions.map(({ executionArn: arn }) => arn).reverse();
  }
}

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CommandContext, readBatchFile } from '../lib/cli/command-context.ts';
import { endStatus } from '../lib/cli/end-status.ts';
import { explainDeployments } from '../lib/cli/explain.ts';
import { CommandFailure, type ExitStatus, exitStatus } from '../lib/cli/failure.ts';
import { asFailure } from '../lib/cli/failure-of.ts';
import { type Followed, followBatch, goingOn } from '../lib/cli/follow.ts';
import { oneRequest } from '../lib/cli/one-deployment.ts';
import { Patience } from '../lib/cli/patience.ts';
import { posting } from '../lib/cli/posting.ts';
import { readDeployments } from '../lib/cli/read-deployments.ts';
import { sendBatch } from '../lib/cli/send-batch.ts';
import { withVersions } from '../lib/cli/set-versions.ts';
import { onStopSignal, type StopSignal, signalStatus } from '../lib/cli/stop-signal.ts';
import { type Accepted, submitBatch } from '../lib/cli/submit-batch.ts';
import { linksHeader } from '../lib/domain/batch/links.ts';
import { verdictOf } from '../lib/domain/report/report.ts';
import type { Cancelled } from '../lib/usecases/batch/cancel-batch.ts';
import type { BatchView } from '../lib/usecases/batch/read-batch.ts';
import type { Health } from '../lib/usecases/read-health.ts';
import { contextOf } from './access.ts';
import { type DeployText, deployMarkdown } from './deploy-markdown.ts';
import { bytes, fitText } from './fit-text.ts';
import type { DeployInputs } from './inputs.ts';
import { idempotencyKey, resume } from './rerun.ts';
import { linksOf } from './run-links.ts';
import type { ActionWorld } from './runner.ts';

/** Submits a batch once, waits for its end, and passes its outcome on. */
export const deployMode = async (world: ActionWorld, inputs: DeployInputs): Promise<ExitStatus> => {
  const stop = new AbortController();
  const callOff = onStopSignal((name) => stop.abort(name));
  try {
    return await new Deploying(world, inputs, { context: await contextOf(world, inputs), stop: stop.signal }).run();
  } finally {
    callOff();
  }
};

/** What is sent, and the text that makes it differ from other batches. */
interface Order {
  readonly body: string;
  readonly send: Parameters<typeof submitBatch<Accepted>>[1]['send'];
}

interface Ended extends Followed {
  readonly simulated: Health['simulated'];
}

class Deploying {
  readonly #world: ActionWorld;
  readonly #inputs: DeployInputs;
  readonly #context: CommandContext;
  readonly #stop: AbortSignal;
  readonly #notes: string[] = [];

  constructor(
    world: ActionWorld,
    inputs: DeployInputs,
    { context, stop }: { readonly context: CommandContext; readonly stop: AbortSignal },
  ) {
    this.#world = world;
    this.#inputs = inputs;
    this.#context = context;
    this.#stop = stop;
  }

  async run(): Promise<ExitStatus> {
    const id = await this.#start();
    const ended = this.#stop.aborted ? undefined : await this.#follow(id);
    if (ended !== undefined) return this.#tellEnd(ended);
    return this.#stop.aborted ? this.#leave(id) : this.#tellTimeout(id);
  }

  /** Returns the id of the batch to follow. */
  async #start(): Promise<string> {
    const { patience, onRerun } = this.#inputs;
    const order = await this.#order();
    const key = idempotencyKey(this.#world, order.body);
    const { files, service } = this.#inputs.what;
    const again = ['deploy', service ?? files.join()];
    const sending = { again, idempotencyKey: key, patience, send: order.send };
    const { accepted, isNew } = await submitBatch<Accepted>(this.#context, sending);
    this.#tellBatch(accepted);
    if (isNew) {
      this.#world.runner.line(`Batch ${accepted.batch_id} is accepted.`);
      for (const warning of accepted.warnings) this.#world.runner.annotate('warning', warning);
      return accepted.batch_id;
    }
    const links = linksOf(this.#world);
    const { accepted: next, told } = await resume(this.#world, this.#context, {
      ...{ found: accepted, key, onRerun, links, patience },
    });
    this.#note(told);
    this.#tellBatch(next);
    return next.batch_id;
  }

  async #order(): Promise<Order> {
    const { what, planHash } = this.#inputs;
    const [file = ''] = what.files;
    const name = what.service ?? file;
    const { files: _, service: __, ...options } = what;
    const one = oneRequest(name, options);
    if (one === undefined && what.service !== undefined)
      throw new CommandFailure(exitStatus.usage, ['Input service takes pillar/service=VERSION.']);
    const own = {
      ...(planHash === undefined ? {} : { 'if-match': `"${planHash}"` }),
      [linksHeader]: JSON.stringify(linksOf(this.#world)),
    };
    const { client } = this.#context;
    if (one !== undefined) {
      const { headers: ofJson, ...post } = posting(one);
      return {
        body: post.body,
        send: ({ headers, ...rest }) =>
          client.send('/deployments', { ...rest, ...post, headers: { ...headers, ...own, ...ofJson } }),
      };
    }
    const batch = withVersions(await readBatchFile(this.#context, file), what.set);
    return {
      body: batch.text,
      send: ({ headers, ...rest }) =>
        sendBatch(client, '/batches', batch, { ...rest, headers: { ...headers, ...own } }),
    };
  }

  #tellBatch({ batch_id }: Pick<Accepted, 'batch_id'>): void {
    this.#world.runner.output('batch-id', batch_id);
    this.#world.runner.output('url', this.#page(batch_id));
  }

  #page(id: string): string {
    return `${this.#context.client.url}/batches/${id}`;
  }

  #note(text: string): void {
    this.#notes.push(text);
    this.#context.terminal.out(text);
  }

  async #follow(batchId: string): Promise<Ended | undefined> {
    const { timeout, patience } = this.#inputs;
    try {
      const waiting = new Patience(this.#context, { seconds: patience, signal: this.#stop });
      const { simulated } = await waiting.until(() => this.#context.client.ask<Health>('/health'));
      const following = { batchId, simulated, timeout, patience, stop: this.#stop };
      const followed = await followBatch(this.#context, following);
      return followed === undefined ? undefined : { ...followed, simulated };
    } catch (error) {
      if (this.#stop.aborted) return undefined;
      throw goingOn(this.#context, batchId, error);
    }
  }

  async #tellEnd({ batch, deployments, simulated }: Ended): Promise<ExitStatus> {
    const { terminal } = this.#context;
    const telling = { colours: terminal.colours, command: this.#context.command, batchId: batch.batch_id, simulated };
    for (const line of explainDeployments(deployments, telling)) terminal.out(line);
    const status = endStatus(batch);
    if (status !== exitStatus.done) this.#annotate({ batch, deployments });
    await this.#summary({ batch, deployments });
    await this.#report(batch.batch_id).catch((error: unknown) => {
      // The batch has ended all the same.
      this.#world.runner.annotate('warning', `There is no report: ${asFailure(error).lines.join(' ')}`);
    });
    return status;
  }

  /** GitHub shows ten annotations per step. */
  #annotate({ batch, deployments }: Followed): void {
    const { runner } = this.#world;
    runner.annotate('error', `Batch ${batch.batch_id} ended ${batch.status}: ${batch.message}`);
    const bad = deployments.filter((one) => ['failed', 'error'].includes(verdictOf(one)));
    for (const { key, status, reason, message } of bad.slice(0, 9))
      runner.annotate('error', `${key}: ${status} / ${reason}: ${message}`);
  }

  async #summary({ batch, deployments }: Followed): Promise<void> {
    this.#world.runner.output('status', batch.status);
    const text: DeployText = { batch, deployments, url: this.#page(batch.batch_id), notes: this.#notes };
    const fitting = { most: 1_000_000, size: bytes, end: 'The server has the rest.' };
    await this.#world.runner.summary(fitText((rows) => deployMarkdown(text, rows), fitting));
  }

  async #report(id: string): Promise<void> {
    const { env, runner, directory } = this.#world;
    const write = async (format: 'json' | 'junit', ending: string): Promise<string> => {
      const { text } = await this.#context.client.text(`/batches/${encodeURIComponent(id)}/report?format=${format}`);
      const path = join(env.RUNNER_TEMP || directory, `flotilla-${id.replaceAll(/\W/g, '_')}.${ending}`);
      writeFileSync(path, text);
      return path;
    };
    runner.output('report', await write('json', 'json'));
    runner.output('report-junit', await write('junit', 'xml'));
  }

  async #tellTimeout(id: string): Promise<ExitStatus> {
    const text = `Batch ${id} has not ended after ${this.#inputs.timeout} s. It goes on: ${this.#page(id)}`;
    this.#note(text);
    this.#world.runner.annotate('error', text);
    await this.#tellState(id);
    return exitStatus.timedOut;
  }

  /** After a cancel GitHub kills this process within 7.5 s. So there is one request and no retry. */
  async #leave(id: string): Promise<ExitStatus> {
    if (this.#inputs.onCancel === 'cancel') await this.#cancel(id);
    else this.#note(`The job was cancelled. Batch ${id} goes on; to stop it: ${this.#context.command('cancel', id)}`);
    await this.#tellState(id);
    return signalStatus[this.#stop.reason as StopSignal];
  }

  async #cancel(id: string): Promise<void> {
    const signal = AbortSignal.timeout(4_000);
    try {
      const path = `/batches/${encodeURIComponent(id)}/cancel`;
      const { in_flight } = await this.#context.client.ask<Cancelled>(path, { method: 'POST', signal });
      this.#note(`The job was cancelled, and so is batch ${id}: nothing new starts. In flight: ${in_flight.length}.`);
    } catch {
      const text = `The job was cancelled, but cancelling batch ${id} failed. Stop it with ${this.#context.command('cancel', id)}`;
      this.#note(text);
      this.#world.runner.annotate('error', text);
    }
  }

  /** Shows the state of the batch, if the server answers quickly. */
  async #tellState(id: string): Promise<void> {
    const signal = AbortSignal.timeout(2_000);
    const { client } = this.#context;
    const asked = Promise.all([
      client.ask<BatchView>(`/batches/${encodeURIComponent(id)}`, { signal }),
      readDeployments(client, id, { signal }),
    ]);
    const state = await asked.catch(() => undefined);
    if (state === undefined) await this.#world.runner.summary(`${this.#notes.join('\n\n')}\n`);
    else await this.#summary({ batch: state[0], deployments: state[1] });
  }
}

import type { PreviewView } from '../../usecases/preview/preview-view.ts';
import { type CommandContext, print, readBatchFile } from '../command-context.ts';
import { type ExitStatus, exitStatus } from '../failure.ts';
import { Patience } from '../patience.ts';
import { isApplicable, previewLines } from '../preview-lines.ts';
import { sendBatch } from '../send-batch.ts';
import { withVersions } from '../set-versions.ts';

export interface PreviewOptions {
  readonly set?: readonly string[];
  readonly patience?: number;
}

/** Milliseconds between two looks at the findings. */
const firstPause = 250;
const longestPause = 2_000;

/** Asks the clusters what a batch would do there, waits for the answers, and shows them. */
export const preview = async (
  context: CommandContext,
  { set, patience: seconds }: PreviewOptions,
  file = '',
): Promise<ExitStatus> => {
  const batch = withVersions(await readBatchFile(context, file), set);
  const { answer: begun } = await sendBatch<PreviewView>(context.client, '/previews', batch);
  const found = await awaited(context, begun, new Patience(context, { seconds }));
  print(context, found, previewLines(found, context.terminal.colours));
  return found.state === 'done' && isApplicable(found) ? exitStatus.done : exitStatus.failed;
};

const awaited = async (context: CommandContext, begun: PreviewView, patience: Patience): Promise<PreviewView> => {
  let seen = begun;
  for (let pause = firstPause; seen.state === 'running'; pause = Math.min(pause * 2, longestPause)) {
    await context.clock.sleep(pause);
    seen = await patience.until(() => context.client.ask<PreviewView>(`/previews/${begun.preview_id}`));
  }
  return seen;
};

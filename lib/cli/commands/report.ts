import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { CommandContext } from '../command-context.ts';
import { CommandFailure, type ExitStatus, exitStatus } from '../failure.ts';
import { wholeId } from '../meant-batch.ts';

export interface ReportOptions {
  readonly format?: 'json' | 'junit' | 'markdown';
  readonly output?: string;
}

/**
 * Writes a batch's report to the terminal or to a file. The report, not the exit status, says whether the batch
 * succeeded.
 */
export const report = async (context: CommandContext, options: ReportOptions, named = ''): Promise<ExitStatus> => {
  const { client, terminal, json } = context;
  if (json && options.format !== undefined && options.format !== 'json')
    throw new CommandFailure(exitStatus.usage, ['--json and --format say two things; give one.']);
  const format = json ? 'json' : (options.format ?? 'markdown');
  const id = await wholeId(client, named);
  const { text } = await client.text(`/batches/${encodeURIComponent(id)}/report?format=${format}`);
  if (options.output !== undefined) write(context, options.output, text);
  else if (terminal.live || format === 'json') for (const line of text.trimEnd().split('\n')) terminal.out(line);
  else terminal.write(text);
  return exitStatus.done;
};

const write = ({ directory, terminal }: CommandContext, file: string, text: string): void => {
  try {
    writeFileSync(resolve(directory, file), text);
  } catch (error) {
    throw new CommandFailure(exitStatus.failed, [
      `${file} cannot be written: ${(error as NodeJS.ErrnoException).code}.`,
    ]);
  }
  terminal.error(`Written to ${file}.`);
};

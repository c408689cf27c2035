import type { BatchSource } from '../../usecases/batch/read-source.ts';
import { type CommandContext, print } from '../command-context.ts';
import { type ExitStatus, exitStatus } from '../failure.ts';
import { wholeId } from '../meant-batch.ts';

/** Prints a batch's text as it was submitted: to a file or a pipe byte for byte, to a terminal line by line. */
export const source = async (context: CommandContext, _options: object, named = ''): Promise<ExitStatus> => {
  const { client, terminal, json } = context;
  const id = await wholeId(client, named);
  const { text, contentType } = await client.text(`/batches/${encodeURIComponent(id)}/source`);
  if (json) {
    const told: BatchSource = { batch_id: id, content_type: contentType as BatchSource['content_type'], text };
    print(context, told, []);
  } else if (terminal.live) for (const line of text.split(/\r?\n/)) terminal.out(line.replaceAll('\t', '  '));
  else terminal.write(text);
  return exitStatus.done;
};

import { Option } from 'commander';
import type { Making, WithNumber } from './hold-commands.ts';
import { numberIn } from './number-in.ts';

/** Commands that only read, about one batch or the whole installation. */
export const addReadingCommands = (
  { add, act, utc }: Making,
  { patience }: { readonly patience: WithNumber },
): void => {
  add('graph <id>', 'show what waits for what in a planned batch')
    .option('--dot', 'in the language of Graphviz, for dot -Tsvg')
    .action(act(async () => (await import('./commands/graph.ts')).graph));
  add('show <id> <key>', 'show one deployment of a batch, with what happened to it')
    .option(...utc)
    .action(act(async () => (await import('./commands/show.ts')).show));
  add(
    'events [id]',
    'show what happened to all batches and holds, in order; with an id, to that batch and its deployments',
  )
    .option('--follow', 'stay, and tell what happens')
    .option(
      '--after <number>',
      'those with greater numbers; -20 for the last 20 of all (default: the last 50 of all)',
      after,
    )
    .option(...patience)
    .option(...utc)
    .action(act(async () => (await import('./commands/events.ts')).events));
  add('logs <id> <key>', 'show the logs of the pods of a deployment as they are now')
    .option('--container <name>', 'of this container alone')
    .option('--tail <number>', 'how many lines of each (default: 100)', numberIn(1, 5000))
    .option('--previous', 'of the run before')
    .option('-f, --follow', 'stay, and show lines as they come, until the deployment ends')
    .option(...patience)
    .option(...utc)
    .action(act(async () => (await import('./commands/logs.ts')).logs));
  add('open <id> [key]', 'print the pages of a batch or of a deployment, and open the first in a browser')
    .option('--print', 'print them, and open none')
    .action(act(async () => (await import('./commands/open.ts')).open));
  add('report <id>', 'tell how a batch went, for a build server or a page')
    .addOption(
      new Option('--format <name>', 'junit, markdown, or json, as --json does').choices(['json', 'junit', 'markdown']),
    )
    .option('--output <file>', 'write it into this file')
    .action(act(async () => (await import('./commands/report.ts')).report));
  add('queue', 'show what is in flight and what waits for what, in all batches')
    .option(...utc)
    .action(act(async () => (await import('./commands/queue.ts')).queue));
  add('executors', 'show how the accounts of executors do')
    .option(...utc)
    .action(act(async () => (await import('./commands/executors.ts')).executors));
  add('clusters', 'show how the clusters do; none of them is asked')
    .option(...utc)
    .action(act(async () => (await import('./commands/clusters.ts')).clusters));
};

const after = numberIn(-1000, 999_999_998);

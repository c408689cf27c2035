import { graph } from './commands/graph.ts';
import type { Making } from './hold-commands.ts';

/** What only reads, of one batch and of the whole installation. */
export const addReadingCommands = ({ add, act }: Making): void => {
  add('graph <id>', 'show what waits for what in a planned batch')
    .option('--dot', 'in the language of Graphviz, for dot -Tsvg')
    .action(act(graph));
};

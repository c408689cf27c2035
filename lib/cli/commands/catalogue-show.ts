import type { ShownCatalogue } from '../../domain/catalogue/show-catalogue.ts';
import { type CommandContext, print } from '../command-context.ts';
import { type ExitStatus, exitStatus } from '../failure.ts';
import { catalogueTable } from '../installation-tables.ts';
import { tableLines } from '../tables.ts';

/** Shows what can be deployed and where, as the server knows it. */
export const catalogueShow = async (context: CommandContext): Promise<ExitStatus> => {
  const answer = await context.client.ask<ShownCatalogue>('/catalogue');
  const table = catalogueTable(answer, context.terminal);
  print(context, answer, tableLines(table, context.terminal.colours));
  return exitStatus.done;
};

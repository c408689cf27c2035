import type { Executor } from '../../domain/ports.ts';
import type { RunWatchRow } from '../../domain/record/watch-rows.ts';
import { requestOf } from './watched-row.ts';

/** Every known id of a start, the reply to it, and where a person finds the rest. */
export const searchWords = (row: RunWatchRow, executor: Pick<Executor, 'whereToLook'>): string => {
  const { key, correlation, ref, trace, answer } = row;
  const ids = [
    `key ${key}`,
    ...(correlation === undefined ? [] : [`event ${correlation}`]),
    ...(ref === undefined ? [] : [`run ${ref}`]),
    ...(trace === undefined ? [] : [`trace ${trace}`]),
  ];
  const back = answer === undefined ? 'no reply to the start is known' : `the reply to the start was: ${answer}`;
  return `Known: ${ids.join(', ')}; ${back}. Look at ${executor.whereToLook(requestOf(row), correlation)}.`;
};

/** Others' messages may end without a full stop. */
export const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

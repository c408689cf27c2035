import type { Trouble } from '../../domain/ports.ts';
import { projectOf } from './api.ts';
import { areUnderway, readDetails } from './event-details.ts';
import { placeOf } from './key-search.ts';
import { type Looking, troubleOf } from './looking.ts';
import type { Row } from './run-rows.ts';
import type { HarnessSettings } from './settings.ts';
import { keyOfEvent } from './trigger-status.ts';
import { isSuccess, isThrottled, objectAt, textAt } from './wire.ts';

/** Longer notes cannot be a key of ours. */
const longestText = 1_000;
/** A single run may lack it by chance. */
const enough = 3;

/** If an installation shows no notes or no payloads, that holds for all runs of a project. */
export const lackOf = (looking: Looking, { mode, scope }: HarnessSettings): string => {
  const { org, project } = projectOf(looking.api, scope);
  return `${mode === 'execute' ? 'notes' : 'payloads'} of ${org}/${project}`;
};

/** The id under which a reading is remembered. */
export const keyIdOf = (row: Row, { mode }: HarnessSettings): string => `key ${placeOf(row, mode) ?? row.ref}`;

const notesIdOf = (ref: string): string => `notes ${ref}`;

export const isKeyUnderway = (looking: Looking, { ref, event }: Row): boolean =>
  looking.underway.has(notesIdOf(ref)) || (event !== undefined && areUnderway(looking, event));

/** Reads once where a key may be, and remembers the text. Returns the trouble if it could not be read. */
export const readKey = async (looking: Looking, settings: HarnessSettings, row: Row): Promise<Trouble | undefined> => {
  const { memory, now } = looking;
  const place = placeOf(row, settings.mode) ?? row.ref;
  memory.pauses.note(keyIdOf(row, settings), now);
  const isLast = memory.pauses.timesOf(keyIdOf(row, settings)) >= enough;
  const read =
    settings.mode === 'execute' ? await readNotes(looking, settings, row) : await readPayload(looking, row, isLast);
  if ('trouble' in read) return read.trouble;
  memory.texts.set(place, read.text?.slice(0, longestText) ?? '');
  const lack = lackOf(looking, settings);
  if (read.text !== undefined) memory.lacks.shown(lack);
  else memory.lacks.missed(lack, now, read.isRefused ? 1 : enough);
  return undefined;
};

type Read =
  /** Without a text, there is none to read. */
  { readonly text?: string; readonly isRefused: boolean } | { readonly trouble: Trouble };

const readNotes = async ({ api, underway, bell }: Looking, { scope }: HarnessSettings, { ref }: Row): Promise<Read> => {
  const reply = await underway.once(notesIdOf(ref), () => api.runNotes(scope, ref), bell);
  if (reply?.kind === 'reply' && [403, 404].includes(reply.status) && !isThrottled(reply))
    return { isRefused: reply.status === 403 };
  if (reply === undefined || !isSuccess(reply)) return { trouble: troubleOf(`the notes of run ${ref}`, reply) };
  return { text: textAt(objectAt(reply.body, 'data'), 'notes') ?? '', isRefused: false };
};

/**
 * The event existed, because its run does. So "not shown" is believed only on the last try, but "not allowed" at once.
 */
const readPayload = async (looking: Looking, { event = '' }: Row, isLast: boolean): Promise<Read> => {
  const details = await readDetails(looking, event);
  if (details.kind === 'not-shown' && isLast) return { isRefused: false };
  if (details.kind === 'not-shown')
    return { trouble: { asked: `the details of event ${event}`, answered: 'Harness does not show them' } };
  if (details.kind === 'unread') return details.status === 403 ? { isRefused: true } : { trouble: details.trouble };
  const text = keyOfEvent(details.body);
  return { isRefused: false, ...(text === undefined ? {} : { text }) };
};

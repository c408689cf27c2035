import type { Json } from '../../lib/engine/json.ts';
import { EngineFixture, type Functions, machine } from './engine-fixture.ts';

/** A small machine, and every event of its run but the first. */
export interface Story {
  readonly what: string;
  readonly states: Record<string, object>;
  readonly input?: Json;
  readonly functions?: Functions;
  readonly history: readonly string[];
}

export const end = { Type: 'Pass', End: true };
export const inline = (states: Record<string, object>) => ({ StartAt: Object.keys(states)[0], States: states });
export const failingWith = (name: string, message: string) => () => {
  throw Object.assign(new Error(message), { name });
};

const random = /[0-9a-f]{8}-[0-9a-f-]{27}/g;
const token = /eyJ[\w-]+/g;
const trace = /,"trace":\[.*?\]/g;
/** What lambda:invoke returns besides the payload. */
const envelope = /\{"ExecutedVersion":"\$LATEST","Payload":(.*?),"SdkHttpMetadata".*?"StatusCode":200\}/g;

/** `id <previous type` and the details; texts of JSON without their backslashes. */
export const historyOf = async ({ states, input = {}, functions = {} }: Story): Promise<readonly string[]> => {
  const fixture = new EngineFixture({ functions });
  const arn = await fixture.start(machine(states), input);
  await fixture.finish(arn);
  const [, ...events] = fixture.engine.history(arn);
  return events.map(({ id, previous, type, details }) => {
    const told = details === undefined ? '' : ` ${JSON.stringify(details).replaceAll('\\"', '"')}`;
    const kept = told.replaceAll(envelope, '{"Payload":$1,…}').replaceAll(trace, '…');
    return `${id} <${previous} ${type}${kept.replaceAll(random, 'RANDOM').replaceAll(token, 'TOKEN')}`;
  });
};

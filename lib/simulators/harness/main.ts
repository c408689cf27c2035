import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { describeIssue } from '../../domain/batch/issues.ts';
import { noMemory, openMemory } from '../memory.ts';
import { endWhenTold, outliveReaders, tellReady } from '../own-process.ts';
import { parseFaultFile } from './fault-file.ts';
import type { SimulatedHarnessOptions, SimulatedTrigger } from './options.ts';
import { startSimulatedHarness } from './simulated-harness.ts';
import { harnessMemory } from './world.ts';

/**
 * The simulated Harness as a separate process, on loopback only. Prints one line of JSON with its address as soon as it
 * listens. It ends on SIGTERM, and with `--exit-with-stdin` also when its parent is gone. With `--state FILE` it
 * continues where it ended, however it ended. Settings in the `--faults` file win over flags.
 */
outliveReaders();
const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    'api-key': { type: 'string' },
    'mandate-key': { type: 'boolean' },
    cluster: { type: 'string', multiple: true },
    trigger: { type: 'string', multiple: true },
    'event-milliseconds': { type: 'string' },
    'stage-milliseconds': { type: 'string' },
    'abort-milliseconds': { type: 'string' },
    'requests-per-minute': { type: 'string' },
    'max-concurrent-runs': { type: 'string' },
    details: { type: 'string' },
    faults: { type: 'string' },
    state: { type: 'string' },
    'exit-with-stdin': { type: 'boolean' },
  },
});

const fail = (problem: string): never => {
  process.stderr.write(`simulated-harness: ${problem}\n`);
  process.exit(2);
};

const numbers = [
  'event-milliseconds',
  'stage-milliseconds',
  'abort-milliseconds',
  'requests-per-minute',
  'max-concurrent-runs',
] as const;

const camel = (name: string): string => name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());

const numberOf = (name: string, text: string): number => {
  const value = Number(text);
  return text.trim() !== '' && Number.isFinite(value) && value >= 0
    ? value
    : fail(`--${name} is not a number: ${text}`);
};

/** `name=http://127.0.0.1:1234` */
const clusterOf = (text: string): readonly [string, string] => {
  const [, name, url] = /^([^=]+)=(.+)$/.exec(text) ?? fail(`--cluster wants name=url, not ${text}`);
  return [name!, url!];
};

/** `pipeline/trigger` or `pipeline/trigger=token` */
const triggerOf = (text: string): SimulatedTrigger => {
  const parts = /^([^/]+)\/([^=]+)(?:=(.+))?$/.exec(text) ?? fail('--trigger wants pipeline/trigger[=token]');
  const [, pipeline, trigger, token] = parts;
  return { pipeline: pipeline!, trigger: trigger!, ...(token === undefined ? {} : { token }) };
};

const readOptions = (): SimulatedHarnessOptions => {
  const { details } = values;
  if (details !== undefined && details !== 'V2' && details !== 'v1') return fail('--details is V2 or v1');
  const given = numbers.flatMap((name) => {
    const text = values[name];
    return text === undefined ? [] : [[camel(name), numberOf(name, text)]];
  });
  return {
    ...(Object.fromEntries(given) as SimulatedHarnessOptions),
    port: numberOf('port', values.port),
    clusters: Object.fromEntries((values.cluster ?? []).map(clusterOf)),
    ...(values['api-key'] === undefined ? {} : { apiKey: values['api-key'] }),
    ...(values['mandate-key'] === undefined ? {} : { mandateKey: values['mandate-key'] }),
    ...(values.trigger === undefined ? {} : { triggers: values.trigger.map(triggerOf) }),
    ...(details === undefined ? {} : { details }),
  };
};

const readFaults = (file: string): SimulatedHarnessOptions => {
  let text = '';
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return fail(`${file} cannot be read: ${(error as Error).message}`);
  }
  const read = parseFaultFile(text);
  if ('issues' in read)
    return fail(`${file} is not valid\n${read.issues.map((issue) => describeIssue({ file, ...issue })).join('\n')}`);
  return { ...read.installation, faults: read.orders };
};

const tell = (message: string): void => {
  process.stderr.write(`SIMULATED: ${message}\n`);
};
const memory =
  values.state === undefined
    ? noMemory
    : await openMemory(values.state, harnessMemory, { tell }).catch(({ message }: Error) => fail(message));

const ordered = values.faults === undefined ? {} : readFaults(values.faults);
const harness = await startSimulatedHarness({ ...readOptions(), ...ordered, memory });
tellReady({ what: 'harness', port: harness.port, url: harness.url });
endWhenTold(() => harness.close(), values['exit-with-stdin'] === true);

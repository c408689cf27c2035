import { objectKeysOf } from './jsonata-uses.ts';
import { expressionIn, type State, textsOf } from './machine.ts';
import type { Place, Rules } from './rules.ts';

/** A call that never reached the function, or was turned away: it may be made again. No other error may. */
const transient = [
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.ServiceException',
  'Lambda.TooManyRequestsException',
];

const timeout = ({ state }: Place): readonly string[] => {
  const { Type, TimeoutSeconds } = state;
  const isGiven =
    typeof TimeoutSeconds === 'number' ? TimeoutSeconds > 0 : expressionIn(TimeoutSeconds ?? '') !== undefined;
  return Type !== 'Task' || isGiven ? [] : ['may run for ever'];
};

const retry = ({ state }: Place): readonly string[] => {
  if (state.Type !== 'Task') return [];
  const rows = (state.Retry ?? []) as State[];
  const names = rows.flatMap(({ ErrorEquals }) => ErrorEquals as string[]).sort();
  return [
    ...(JSON.stringify(names) === JSON.stringify(transient) ? [] : [`retries ${names.join(', ') || 'nothing'}`]),
    ...rows
      .filter(({ MaxDelaySeconds, JitterStrategy }) => MaxDelaySeconds === undefined || JitterStrategy !== 'FULL')
      .map(() => 'all that were turned away come again at the same time'),
  ];
};

const placeholder = /\$\{(\w*)\}/g;

const nameIn = (state: State): string | undefined => /^\$\{(\w+)\}$/.exec(state.Arguments?.FunctionName ?? '')?.[1];

const placeholders = ({ state, facts }: Place): readonly string[] => [
  ...textsOf(state)
    .flatMap(({ text, path }) => [...text.matchAll(placeholder)].map(([, name = '']) => ({ name, path })))
    .filter(({ name, path }) => path !== 'Arguments.FunctionName' || !facts.functions.has(name))
    .map(({ name, path }) => `\${${name}} in ${path} is not filled`),
  ...(state.Type === 'Task' && nameIn(state) === undefined ? ['does not name its function by a placeholder'] : []),
];

const payload = ({ state, facts }: Place): readonly string[] => {
  const taken = facts.functions.get(nameIn(state) ?? '');
  if (state.Type !== 'Task' || taken === undefined) return [];
  const given = state.Arguments.Payload;
  const literal = new Set(Object.keys(typeof given === 'object' ? given : {}));
  const keys =
    typeof given === 'string' ? objectKeysOf(expressionIn(given) ?? '""') : { always: literal, perhaps: literal };
  if (keys === undefined) return ['the keys of the payload cannot be told'];
  return [
    ...taken.required.filter((key) => !keys.always.has(key)).map((key) => `the payload has no ${key}`),
    ...[...keys.perhaps].filter((key) => !taken.allowed.includes(key)).map((key) => `nobody takes ${key}`),
  ];
};

const token = ({ state }: Place): readonly string[] => {
  const waits = String(state.Resource).endsWith('.waitForTaskToken');
  const given = textsOf(state).filter(({ text }) => text.includes('$states.context.Task.Token'));
  return [
    ...(waits && !given.some(({ field }) => field === 'Arguments') ? ['waits for a token that it gives nobody'] : []),
    ...given.filter(({ field }) => !waits || field !== 'Arguments').map(({ path }) => `there is no token in ${path}`),
  ];
};

export const taskRules: Rules = { states: { timeout, retry, placeholders, payload, token } };

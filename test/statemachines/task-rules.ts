import { objectKeysOf } from './jsonata-uses.ts';
import { expressionIn, type State, textsOf } from './machine.ts';
import type { Place, Rules } from './rules.ts';

/** A call that never reached the function, or was refused: it may be repeated. No other error may. */
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
      .map(() => 'all refused calls come again at the same time'),
  ];
};

const placeholder = /\$\{(\w*)\}/g;

/**
 * The function that a task calls, or the two between which an expression chooses; each may be followed by the name of a
 * copy.
 */
const namesIn = (state: State): readonly string[] => {
  const given = state.Arguments?.FunctionName ?? '';
  const [copy, name] = [
    String.raw`(?: & (?:\$at|\([^()?]*\([^()]*\) \? '-at-' & [^()]*\)))?`,
    String.raw`'\$\{(\w+)\}'`,
  ];
  const forms = [String.raw`\$\{(\w+)\}`, `\\{% ${name}${copy} %\\}`, `\\{% [^?]+ \\? ${name}${copy} : ${name} %\\}`];
  const one = forms.map((form) => new RegExp(`^${form}$`).exec(given)).find((match) => match !== null);
  return one?.slice(1) ?? [];
};

const placeholders = ({ state, facts }: Place): readonly string[] => [
  ...textsOf(state)
    .flatMap(({ text, path }) => [...text.matchAll(placeholder)].map(([, name = '']) => ({ name, path })))
    .filter(({ name, path }) => path !== 'Arguments.FunctionName' || !facts.functions.has(name))
    .map(({ name, path }) => `\${${name}} in ${path} is not filled`),
  ...(state.Type === 'Task' && namesIn(state).length === 0 ? ['does not name its function by a placeholder'] : []),
];

const payload = ({ state, facts }: Place): readonly string[] => {
  const given = state.Arguments?.Payload;
  const takers = namesIn(state).flatMap((name) => [facts.functions.get(name) ?? []].filter((all) => all.length > 0));
  // What a function accepts may depend on its task; one of two functions may ignore keys of the other.
  const taken = takers.map(
    (all) => all.find(({ task }) => task === given?.task) ?? all.find(({ task }) => task === undefined),
  );
  if (state.Type !== 'Task' || taken.length === 0) return [];
  if (taken.includes(undefined)) return [`no function knows the task ${given?.task}`];
  const required = new Set(taken.flatMap((one) => one?.required ?? []));
  const allowed = new Set(taken.flatMap((one) => one?.allowed ?? []));
  const literal = new Set(Object.keys(typeof given === 'object' ? given : {}));
  const keys =
    typeof given === 'string' ? objectKeysOf(expressionIn(given) ?? '""') : { always: literal, perhaps: literal };
  if (keys === undefined) return ['the keys of the payload are unknown'];
  return [
    ...[...required].filter((key) => !keys.always.has(key)).map((key) => `the payload has no ${key}`),
    ...[...keys.perhaps].filter((key) => !allowed.has(key)).map((key) => `no function accepts ${key}`),
  ];
};

const token = ({ state }: Place): readonly string[] => {
  const waits = String(state.Resource).endsWith('.waitForTaskToken');
  const given = textsOf(state).filter(({ text }) => text.includes('$states.context.Task.Token'));
  return [
    ...(waits && !given.some(({ field }) => field === 'Arguments')
      ? ['waits for a token that it does not pass on']
      : []),
    ...given.filter(({ field }) => !waits || field !== 'Arguments').map(({ path }) => `there is no token in ${path}`),
  ];
};

export const taskRules: Rules = { states: { timeout, retry, placeholders, payload, token } };

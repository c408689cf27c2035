import { cut } from '../cut.ts';
import type { JsonObject } from '../json.ts';
import { foreignText } from '../record/foreign-text.ts';
import { containerEvidence, waitsFor, where } from './container-status.ts';
import type { Progress } from './judgement.ts';
import { stringAt } from './kubernetes-object.ts';
import { type PullCause, pullCause, tellsCause } from './pull-failure.ts';
import type { Signal } from './signal.ts';
import { about, type WarningEvent } from './warning-event.ts';

export interface PullOptions {
  readonly previous?: Progress | undefined;
  /** The images that ran before. */
  readonly before?: readonly string[];
  readonly warnings?: readonly WarningEvent[];
}

type Rule = Pick<Signal, 'key' | 'reason' | 'grace'>;

/** Permanent: neither the reference nor its signature will change. */
const permanent: ReadonlySet<string> = new Set(['InvalidImageName', 'ErrImageNeverPull', 'SignatureValidationFailed']);

/**
 * May recover when the missing ConfigMap or Secret appears. The kubelet retries 10 to 15 s after the first time, and
 * again as long after the second.
 */
const healing: ReadonlySet<string> = new Set([
  'CreateContainerConfigError',
  'CreateContainerError',
  'ImageInspectError',
  'PostStartHookError',
  'RunContainerError',
]);
const healingGrace = 40_000;

const pulling: ReadonlySet<string> = new Set(['ErrImagePull', 'ImagePullBackOff', 'RegistryUnavailable']);
/** Another look a second later. */
const finalPullGrace = 1_000;
/** The kubelet retries 10, 20, 40 s after each try, and a try that times out takes up to 30 s. */
const passingPullGrace = 90_000;

/** The signal of a container that cannot start, if the reason indicates a failure. */
export function waitingSignal(pod: JsonObject, status: JsonObject, options: PullOptions): Signal | undefined {
  const reason = waitsFor(status);
  if (reason === undefined) return undefined;
  const detail = detailOf(pod, status, options);
  const rule = pulling.has(reason) ? pullRule(pod, status, options) : ruleOf(reason, detail);
  if (rule === undefined) return undefined;
  const evidence = [containerEvidence(pod, status, reason, detail)];
  return { ...rule, message: `${where(pod, status)}: ${reason}: ${detail}`, evidence };
}

function ruleOf(reason: string, detail: string): Rule | undefined {
  if (permanent.has(reason)) return { key: reason, reason, grace: 0 };
  return healing.has(reason) ? { key: `${reason}/${causeIn(detail)}`, reason, grace: healingGrace } : undefined;
}

/** The kubelet's message, extended by its event if that says more. */
function detailOf(pod: JsonObject, status: JsonObject, { warnings = [] }: PullOptions): string {
  const said = stringAt(status, 'state', 'waiting', 'message');
  if (said === undefined) return `container image ${imageOf(status)}`;
  const told = tellsCause(said) ? undefined : pullWarning(pod, imageOf(status), warnings);
  return told === undefined ? said : `${said}: ${told}`;
}

const imageOf = (status: JsonObject): string => stringAt(status, 'image') ?? '';

/** Numbers and ids differ between tries; the cause does not. It is stored in a row, so it contains no secret. */
const causeIn = (message: string): string =>
  cut(foreignText(message, longestCause).replaceAll(/[0-9a-f]{8,}|\d+/g, '#'), 100);
const longestCause = 1_000;

/**
 * The kubelet alternates between trying and backing off: one signal covers both. A different cause is a different
 * signal.
 */
function pullRule(pod: JsonObject, status: JsonObject, options: PullOptions): Rule {
  const cause = causeOfPull(pod, status, options);
  const isFinal = !['Passing', 'Unknown'].includes(cause);
  return {
    key: pullKey(isFinal ? cause : 'Passing', imageOf(status)),
    reason: cause === 'Passing' ? 'RegistryUnavailable' : 'ImagePullBackOff',
    grace: isFinal ? finalPullGrace : passingPullGrace,
  };
}

function causeOfPull(
  pod: JsonObject,
  status: JsonObject,
  { before = [], previous, warnings = [] }: PullOptions,
): PullCause {
  const image = imageOf(status);
  if (waitsFor(status) === 'RegistryUnavailable') return 'Passing';
  const said = stringAt(status, 'state', 'waiting', 'message') ?? '';
  const message = said !== '' && tellsCause(said) ? said : pullWarning(pod, image, warnings);
  if (message !== undefined) return pullCause(message, { image, before });
  const isKnown = (cause: PullCause) => previous?.first_seen[pullKey(cause, image)] !== undefined;
  return causes.find(isKnown) ?? 'Unknown';
}

/** The kubelet also reports the cause in an event. */
const pullWarning = (pod: JsonObject, image: string, warnings: readonly WarningEvent[]): string | undefined =>
  about(warnings, pod).find(({ message }) => message.startsWith('Failed to pull image') && message.includes(image))
    ?.message;

const causes: readonly PullCause[] = ['NotFound', 'Unauthorized', 'NoSuchRegistry', 'Passing'];

const pullKey = (cause: PullCause, image: string): string => `ImagePull/${cause}/${image.slice(-150)}`;

import { parseArgs } from 'node:util';
import type { JsonObject } from '../../lib/domain/json.ts';
import type { WorkloadKind } from '../../lib/domain/plan/plan.ts';
import { noRuleReason } from '../../lib/domain/rollout/conventions.ts';
import type { Judgement } from '../../lib/domain/rollout/judgement.ts';
import { stringAt } from '../../lib/domain/rollout/kubernetes-object.ts';
import { judgeRollout } from '../../lib/domain/rollout/verdict.ts';
import { readVerdictCases, type UpstreamCase, WrongFile } from './case.ts';
import { type Rule, rules } from './rules.ts';
import { type Answer, answerOf, type System } from './systems.ts';

/** `npm run conformance:verdicts -- FILE…`: compares our verdicts with other systems'. */

const now = Date.parse('2026-01-01T00:00:00Z');

/** How long a state must last before we take it for final, and how often we look. */
const lasting = { milliseconds: 900_000, step: 5_000 } as const;

const kinds: Readonly<Record<string, WorkloadKind>> = {
  'apps/Deployment': 'deployment',
  'extensions/Deployment': 'deployment',
  'apps/StatefulSet': 'statefulset',
  'apps/DaemonSet': 'daemonset',
  'extensions/DaemonSet': 'daemonset',
  'batch/Job': 'job',
  'batch/CronJob': 'cronjob',
  '/Pod': 'pod',
  'argoproj.io/Rollout': 'rollout',
  'serving.knative.dev/Service': 'knative-service',
  'cert-manager.io/Certificate': 'certificate',
};

const kindOf = (object: JsonObject): WorkloadKind => {
  const [version = '', second] = (stringAt(object, 'apiVersion') ?? '').split('/');
  return kinds[`${second === undefined ? '' : version}/${stringAt(object, 'kind')}`] ?? 'custom';
};

export interface Outcome {
  readonly name: string;
  readonly system: System;
  readonly theirs: Answer;
  readonly ours: Judgement;
  readonly result: 'passed' | 'refused' | 'differed';
  readonly rule?: Rule['name'];
}

/** The cases hold no images: as a chart whose image the catalogue does not name. */
function look({ object, newReplicaSet }: UpstreamCase, at: number, previous?: Judgement): Judgement {
  const kind = kindOf(object);
  return judgeRollout({
    workload: { kind, name: stringAt(object, 'metadata', 'name') ?? '', namespace: 'default' },
    expected: { version: '1', artifactType: 'helm' },
    baseline: { exists: false },
    view: {
      workload: object,
      revisions: newReplicaSet === undefined ? [] : [newReplicaSet],
      pods: kind === 'pod' ? [object] : [],
    },
    ...(previous !== undefined && { previous: previous.progress }),
    now: at,
  });
}

/** The verdict when nothing changes any more. */
function later(one: UpstreamCase, first: Judgement): Judgement {
  let seen = first;
  for (let at = now + lasting.step; seen.verdict === 'waiting' && at <= now + lasting.milliseconds; at += lasting.step)
    seen = look(one, at, seen);
  return seen;
}

export function judgeCase(one: UpstreamCase): Outcome {
  const { system, theirs } = answerOf(one);
  const ours = look(one, now);
  const told = { name: one.name, system, theirs, ours };
  const isAnswer = theirs === ours.verdict || (theirs === 'none' && ours.verdict === 'waiting');
  if (isAnswer && !(ours.reason === noRuleReason && theirs !== 'none')) return { ...told, result: 'passed' };
  const difference = { system, theirs, ours, object: one.object, kind: kindOf(one.object), later: later(one, ours) };
  const rule = rules.find(
    (each) =>
      each.systems.includes(system) &&
      each.theirs.includes(theirs) &&
      each.ours.includes(ours.verdict) &&
      each.holds(difference),
  );
  if (rule !== undefined) return { ...told, result: 'passed', rule: rule.name };
  return { ...told, result: ours.reason === noRuleReason ? 'refused' : 'differed' };
}

/** A line for every case that did not pass, how often each rule was needed, and the counts as the last line. */
export function report(outcomes: readonly Outcome[]): readonly string[] {
  const count = (result: Outcome['result']) => outcomes.filter((one) => one.result === result).length;
  const lines = outcomes
    .filter(({ result }) => result !== 'passed')
    .map(
      ({ name, system, theirs, ours, result }) =>
        `${result} ${name}\n    ${system}: ${theirs}; ours: ${ours.verdict} ${ours.reason}, ${ours.message}`,
    );
  const used = rules
    .map(({ name }) => ({ name, times: outcomes.filter(({ rule }) => rule === name).length }))
    .filter(({ times }) => times > 0)
    .map(({ name, times }) => `by the rule "${name}": ${times}`);
  return [...lines, ...used, `${count('passed')} passed, ${count('refused')} refused, ${count('differed')} differed`];
}

/** 1 when something differed, 2 when there is nothing to run or a file holds no cases. */
export function main(files: readonly string[], print: (line: string) => void): number {
  if (files.length === 0) {
    print('usage: conformance:verdicts -- FILE…');
    return 2;
  }
  try {
    const outcomes = files.flatMap((file) => {
      const { cases, recording } = readVerdictCases(file, now);
      if (recording) print(`${file} is a recording of a cluster, without verdicts: npm run test:recordings replays it`);
      return cases.map(judgeCase);
    });
    for (const line of report(outcomes)) print(line);
    return outcomes.some(({ result }) => result === 'differed') ? 1 : 0;
  } catch (error) {
    if (!(error instanceof WrongFile)) throw error;
    print(error.message);
    return 2;
  }
}

if (import.meta.main) process.exitCode = main(parseArgs({ allowPositionals: true }).positionals, console.log);

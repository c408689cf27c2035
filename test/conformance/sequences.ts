import { parseArgs } from 'node:util';
import { captureBaseline } from '../../lib/domain/rollout/baseline.ts';
import type { Judgement, Progress } from '../../lib/domain/rollout/judgement.ts';
import { judgeRollout } from '../../lib/domain/rollout/verdict.ts';
import { WrongFile } from './case.ts';
import { type Right, readSequences, type Sequence, start } from './sequence.ts';

/** `npm run conformance:sequences -- FILE…`: looks at one rollout in turn, each with its right verdicts. */

export interface Outcome {
  readonly title: string;
  /** The first look with a wrong verdict; absent when all are right. */
  readonly wrong?: { readonly at: number; readonly said: Judgement; readonly right: Right };
}

/** Up to the first final verdict: nobody looks after that. */
export function runSequence(sequence: Sequence): Outcome {
  const { title, workload, expected, settings, since, before, looks } = sequence;
  const baseline = captureBaseline(workload, before);
  let previous: Progress | undefined;
  for (const { at, view, right } of looks) {
    const said = judgeRollout({
      ...{ workload, expected, baseline, view, now: start + at * 1_000 },
      ...(previous !== undefined && { previous }),
      ...(settings !== undefined && { settings }),
      ...(since !== undefined && { since }),
    });
    if (!isRight(said, right)) return { title, wrong: { at, said, right } };
    if (said.verdict !== 'waiting') break;
    previous = said.progress;
  }
  return { title };
}

function isRight({ verdict, reason, message, warnings = [] }: Judgement, right: Right): boolean {
  const says = (pattern: string | undefined, text: string) => pattern === undefined || new RegExp(pattern).test(text);
  return (
    right.verdict.includes(verdict) &&
    says(right.reason, reason) &&
    says(right.message, message) &&
    (right.not_in_message === undefined || !new RegExp(right.not_in_message).test(message)) &&
    (right.warning === undefined || warnings.some((text) => says(right.warning, text)))
  );
}

/** A line for every sequence that failed, and the counts as the last line. */
export function report(outcomes: readonly Outcome[]): readonly string[] {
  const lines = outcomes.flatMap(({ title, wrong }) => {
    if (wrong === undefined) return [];
    const { at, said, right } = wrong;
    return [
      `wrong ${title}\n    after ${at} s: ${said.verdict} ${said.reason}, ${said.message}\n    right: ${right.verdict.join(' or ')}${right.why === undefined ? '' : `, ${right.why}`}`,
    ];
  });
  return [...lines, `${outcomes.length - lines.length} right, ${lines.length} wrong`];
}

/** 1 when something is wrong, 2 when there is nothing to run or a file holds no sequences. */
export function main(files: readonly string[], print: (line: string) => void): number {
  if (files.length === 0) {
    print('usage: conformance:sequences -- FILE…');
    return 2;
  }
  try {
    const outcomes = files.flatMap(readSequences).map(runSequence);
    for (const line of report(outcomes)) print(line);
    return outcomes.some(({ wrong }) => wrong !== undefined) ? 1 : 0;
  } catch (error) {
    if (!(error instanceof WrongFile)) throw error;
    print(error.message);
    return 2;
  }
}

if (import.meta.main) process.exitCode = main(parseArgs({ allowPositionals: true }).positionals, console.log);

import { existsSync, globSync, realpathSync } from 'node:fs';
import { isAbsolute, join, relative, resolve } from 'node:path';
import type { CommandContext } from '../lib/cli/command-context.ts';
import { makePlan, type PlanOptions } from '../lib/cli/commands/plan.ts';
import { CommandFailure, type ExitStatus, exitStatus } from '../lib/cli/failure.ts';
import { asFailure } from '../lib/cli/failure-of.ts';
import { heldPlanLines } from '../lib/cli/hold-lines.ts';
import { describePlan } from '../lib/cli/plan-lines.ts';
import type { Issue } from '../lib/domain/batch/issues.ts';
import { isFlotillaError } from '../lib/domain/errors.ts';
import { isBelow } from '../lib/local/is-below.ts';
import { contextOf } from './access.ts';
import { bytes, characters, fitText } from './fit-text.ts';
import { NotPermitted } from './github-api.ts';
import type { PlanInputs, What } from './inputs.ts';
import { type Outcome, planMarkdown } from './plan-markdown.ts';
import { longestComment, markerOf, type PullRequest, pullRequestOf, writeComment } from './pull-request-comment.ts';
import { runPage } from './run-links.ts';
import type { ActionWorld } from './runner.ts';

/** Plans every file, and shows the plans in the summary and on the pull request. Fails if a file has problems. */
export const planMode = async (world: ActionWorld, inputs: PlanInputs): Promise<ExitStatus> => {
  const context = await contextOf(world, inputs);
  const outcomes: { outcome: Outcome; status: ExitStatus }[] = [];
  for (const what of whatToPlan(world, inputs.what)) outcomes.push(await planOne(context, inputs, what));
  const all = outcomes.map(({ outcome }) => outcome);
  for (const outcome of all) annotate(world, outcome);
  writeOutputs(world, all);
  await world.runner.summary(fitted(world, { outcomes: all, most: mostSummary, size: bytes }));
  if (inputs.comment) await comment(world, inputs, all);
  return outcomes.find(({ status }) => status !== exitStatus.done)?.status ?? exitStatus.done;
};

/** GitHub accepts 1 MiB per step. */
const mostSummary = 1_000_000;

/** The files that match the patterns, each once; or the service. */
const whatToPlan = ({ directory }: ActionWorld, { files, service }: What): readonly string[] => {
  if (service !== undefined) return [service];
  const found = files.map((pattern) => ({ pattern, names: filesOf(directory, pattern) }));
  const missing = found.filter(({ names }) => names.length === 0).map(({ pattern }) => `No file matches ${pattern}.`);
  const all = [...new Set(found.flatMap(({ names }) => names))];
  const leading = all
    .filter((name) => leadsOut(directory, name))
    .map((name) => `${name} is a link that leads out of the repository.`);
  if (missing.length + leading.length > 0) throw new CommandFailure(exitStatus.usage, [...missing, ...leading]);
  return all;
};

/** A name may have characters that mean something in a pattern. */
const filesOf = (directory: string, pattern: string): readonly string[] =>
  existsSync(resolve(directory, pattern)) ? [pattern] : globSync(pattern, { cwd: directory }).sort();

/** A pull request must not show what else is on the runner, such as a token in `.git`. */
const leadsOut = (directory: string, name: string): boolean => {
  const named = resolve(directory, name);
  // A workflow may name a file elsewhere; a pull request may not.
  if (!isBelow(directory, named)) return false;
  const [root, file] = [realpathSync(directory), realpathSync(named)];
  return !isBelow(root, file) || isBelow(join(root, '.git'), file);
};

const planOne = async (context: CommandContext, inputs: PlanInputs, what: string) => {
  const { terminal } = context;
  try {
    const plan = await makePlan(context, { ...optionsOf(inputs), secrets: 'later' }, what);
    for (const line of describePlan(plan, context)) terminal.out(line);
    const outcome: Outcome = { name: what, plan, holds: heldPlanLines(plan, context) };
    return { outcome, status: exitStatus.done };
  } catch (error) {
    const failure = asFailure(error);
    for (const line of failure.lines) terminal.error(line);
    const file = isFlotillaError(error) && typeof error.details.file === 'string' ? error.details.file : what;
    const shown = isAbsolute(file) ? relative(context.directory, file) : file;
    const outcome: Outcome = { name: what, message: failure.lines, issues: issuesOf(failure, shown) };
    return { outcome, status: failure.status };
  }
};

const optionsOf = ({ what, url, config }: PlanInputs): PlanOptions => ({
  ...(what.environment === undefined ? {} : { environment: what.environment }),
  ...(what.infrastructure === undefined ? {} : { infrastructure: what.infrastructure }),
  ...(what.set === undefined ? {} : { set: what.set }),
  ...(url === undefined ? {} : { url }),
  ...(config === undefined ? {} : { config }),
});

/** The problems of a file, each with the file that it is in. */
const issuesOf = ({ problem }: CommandFailure, file: string): readonly Issue[] => {
  const { issues = [] } = problem as { readonly issues?: readonly Partial<Issue>[] };
  return issues.filter((one): one is Issue => one.line !== undefined).map((one) => ({ file, ...one }));
};

const annotate = ({ runner }: ActionWorld, outcome: Outcome): void => {
  if ('plan' in outcome) return;
  const { name, message, issues } = outcome;
  if (issues.length === 0) runner.annotate('error', message.join('\n'), { file: name });
  for (const { file = name, line, column, path, message: text, hint } of issues) {
    const subject = path === '' ? '' : `${path}: `;
    const told = `${subject}${text}${hint === undefined ? '' : ` (${hint})`}`;
    runner.annotate('error', told, { file, startLine: line, startColumn: column });
  }
};

const writeOutputs = ({ runner }: ActionWorld, outcomes: readonly Outcome[]): void => {
  const plans = outcomes.flatMap((one) => ('plan' in one ? [one.plan] : []));
  const problems = outcomes.reduce((sum, one) => sum + ('plan' in one ? 0 : Math.max(1, one.issues.length)), 0);
  runner.output('status', problems === 0 ? 'planned' : 'invalid');
  runner.output('problems', String(problems));
  runner.output('deployments', String(plans.reduce((sum, { total }) => sum + total, 0)));
  // With several files, each section of the summary has its own hash.
  if (outcomes.length === 1 && plans[0] !== undefined) runner.output('plan-hash', plans[0].plan_hash);
};

interface Fitting {
  readonly outcomes: readonly Outcome[];
  readonly marker?: string;
  readonly most: number;
  readonly size: (text: string) => number;
}

const fitted = (world: ActionWorld, { outcomes, marker, most, size }: Fitting): string => {
  const page = runPage(world);
  const where = page === undefined ? 'the log of the run' : `[the summary of the run](${page})`;
  const whole =
    marker === undefined ? 'The log has all of it.' : `The plan is too long for a comment; ${where} has more of it.`;
  const sha = pullRequestOf(world)?.head ?? world.env.GITHUB_SHA;
  const commit = sha === undefined ? '' : `Commit ${sha.slice(0, 12)}. `;
  const told = `${commit}${page === undefined ? '' : `[Run](${page}).`}`;
  const foot = told === '' ? '' : `<sub>${told}</sub>`;
  const text = { outcomes, foot, whole, ...(marker === undefined ? {} : { marker }) };
  return fitText((rows, hasDetails) => planMarkdown(text, { rows, hasDetails }), { most, size, end: whole });
};

const comment = async (world: ActionWorld, inputs: PlanInputs, outcomes: readonly Outcome[]): Promise<void> => {
  const at = pullRequestOf(world);
  if (at === undefined) return;
  if (inputs.githubToken === '') return noComment(world, 'there is no github-token');
  const marker = markerOf(inputs.commentId);
  const body = fitted(world, { outcomes, marker, most: longestComment, size: characters });
  try {
    await write(world, inputs, { at, marker, body });
  } catch (error) {
    if (!(error instanceof NotPermitted)) throw error;
    const why =
      'the token may not write to pull requests (a fork, or `permissions: { pull-requests: write }` is missing)';
    noComment(world, why);
  }
};

const write = async (
  { env, clock, runner }: ActionWorld,
  { githubToken: token, commentAuthor: author }: PlanInputs,
  own: { readonly at: PullRequest; readonly marker: string; readonly body: string },
): Promise<void> => {
  const done = await writeComment({ env, clock, token }, { ...own, author });
  runner.line(`The comment on pull request ${own.at.number} is ${done}.`);
};

const noComment = ({ runner }: ActionWorld, why: string): void =>
  runner.annotate('notice', `No comment on the pull request: ${why}. The plan is in the summary of this run.`);

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

export const root = join(import.meta.dirname, '..', '..');

/** How the examples name the action: people put their own copy of this repository in its place. */
export const ownAction = 'YOUR-ORG/flotilla/action@action-v0';

export const read = (path: string): string => readFileSync(join(root, path), 'utf8');

export interface WorkflowStep {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, string | number | boolean>>;
}

export interface WorkflowJob {
  readonly uses?: string;
  readonly needs?: string | readonly string[];
  readonly environment?: string;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly 'timeout-minutes'?: number;
  readonly steps?: readonly WorkflowStep[];
}

export interface Workflow {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly concurrency?: object;
  readonly jobs: Readonly<Record<string, WorkflowJob>>;
}

export const workflowOf = (path: string): Workflow => parse(read(path)) as Workflow;

/** A GitLab job, merged with the job that it extends. */
export interface GitLabJob {
  readonly extends?: string;
  readonly script: readonly string[];
  readonly before_script?: readonly string[];
}

export const gitlabJob = (name: string): GitLabJob => {
  const all = parse(read('examples/integrations/gitlab/.gitlab-ci.yml')) as Readonly<Record<string, GitLabJob>> & {
    readonly default: GitLabJob;
  };
  const own = all[name]!;
  return { ...all.default, ...(own.extends === undefined ? {} : all[own.extends]), ...own };
};

/** The shell scripts of the Jenkinsfile, in their order. */
export const jenkinsScripts = (): readonly string[] =>
  [...read('examples/integrations/jenkins/Jenkinsfile').matchAll(/\bsh (?:'''([\s\S]*?)'''|'([^'\n]*)')/g)].map(
    ([, long, short]) => long ?? short ?? '',
  );

import type { Links } from '../lib/domain/batch/links.ts';
import type { ActionWorld } from './runner.ts';

type Env = Pick<ActionWorld, 'env'>;

const base = ({ env }: Env): string | undefined => {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository } = env;
  return server && repository ? `${server}/${repository}` : undefined;
};

/** The page of this run; all attempts share it. */
export const runPage = (world: Env): string | undefined => {
  const [page, run] = [base(world), world.env.GITHUB_RUN_ID];
  return page && run ? `${page}/actions/runs/${run}` : undefined;
};

/** The links of a batch: this run, and its commit. */
export const linksOf = (world: Env): Links => {
  const [page, ci, commit] = [base(world), runPage(world), world.env.GITHUB_SHA];
  return { ...(ci === undefined ? {} : { ci }), ...(page && commit ? { commit: `${page}/commit/${commit}` } : {}) };
};

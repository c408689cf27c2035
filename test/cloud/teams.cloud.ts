import { beforeAll, describe, expect, it } from 'vitest';
import { Api } from './api.ts';
import { clientsOf, givenCloud, type Team } from './cloud.ts';
import { addPerson, asTeam, fetchToken, logIn } from './token.ts';

const cloud = givenCloud();
const clients = clientsOf(cloud);

/** Nothing of this name runs, so a request fails unless it is cancelled. */
const batchFor = (team: Team): string => `
version: v1.0
metadata: { name: Of ${team} }
defaults: { environment_id: ${team}-test, infrastructure_id: cluster-eu-1, docker_artifact_type: docker, timeout: 60, retry_count: 0 }
deployments: [{ pillar: ${team}, service_name: books, docker_image_version: 1.0.0 }]
`;

const other: Readonly<Record<Team, Team>> = { clearing: 'risk', risk: 'clearing' };
const teams = ['clearing', 'risk'] as const;

const apis = new Map<Team, Api>();
const batches = new Map<Team, string>();
const apiOf = (team: Team): Api => apis.get(team)!;

const problem = async (response: Response): Promise<readonly unknown[]> => {
  const { code } = (await response.json()) as { readonly code?: string };
  return [response.status, code];
};

beforeAll(async () => {
  for (const team of teams) {
    const token = await fetchToken(clients, asTeam(cloud, team), ['flotilla/read', 'flotilla/deploy']);
    apis.set(team, new Api(cloud, token));
    batches.set(team, await apiOf(team).begin(batchFor(team)));
  }
});

describe.each(teams)('the program of %s', (team) => {
  it('deploys to its own environment, under its name', async () => {
    const batch = await apiOf(team).ask<{ submitted_by: string }>(`/batches/${batches.get(team)}`);
    expect(batch.submitted_by).toBe(`${team}-ci`);
  });

  it("is refused for the other team's environment, with the line", async () => {
    const refused = await apiOf(team).submit(batchFor(other[team]));
    expect(refused.status).toBe(403);
    expect(await refused.json()).toMatchObject({
      code: 'Forbidden',
      issues: [{ line: 5, path: 'deployments[1]', code: 'NotGranted' }],
    });
  });

  it('finds no batch of the other team, and cannot stop it', async () => {
    const id = batches.get(other[team]);
    const api = apiOf(team);
    for (const route of ['', '/source', '/deployments', '/events'])
      expect(await problem(await api.send(`/batches/${id}${route}`))).toEqual([404, 'BatchNotFound']);
    expect(await problem(await api.send(`/batches/${id}/cancel`, { method: 'POST' }))).toEqual([404, 'BatchNotFound']);
    const { batches: listed } = await api.ask<{ batches: { batch_id: string }[] }>('/batches?limit=100');
    expect(listed.map(({ batch_id }) => batch_id)).toEqual([batches.get(team)]);
  });

  it('stops its own', async () => {
    const id = batches.get(team)!;
    expect((await apiOf(team).send(`/batches/${id}/cancel`, { method: 'POST' })).status).toSatisfy(
      (status) => status === 202 || status === 409,
    );
    const { deployments } = await apiOf(team).follow(id);
    expect(Object.keys(deployments)).toEqual([`${team}/books`]);
  });
});

it('a person decides where the group may, and nowhere else', async () => {
  const rita = await addPerson(clients, cloud, { name: 'rita', group: 'risk-leads' });
  const api = new Api(cloud, await logIn(cloud, rita));
  const decide = (team: Team): Promise<Response> =>
    api.send(`/batches/${batches.get(team)}/deployments/${team}/books/resolve`, {
      method: 'POST',
      body: JSON.stringify({ status: 'SUCCESS', reason: 'looked' }),
      headers: { 'content-type': 'application/json' },
    });
  // It is not UNKNOWN; her right would be enough.
  expect(await problem(await decide('risk'))).toEqual([409, 'StatusConflict']);
  expect(await problem(await decide('clearing'))).toEqual([404, 'BatchNotFound']);
});

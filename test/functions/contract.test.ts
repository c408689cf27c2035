import { describe, expect, test } from 'vitest';
import { errorsOf, typesOf } from '../../functions/api/contract.ts';
import { problems } from '../../functions/api/problem.ts';
import { allRoutes, bodyFaults } from './contract-check.ts';

const answers = allRoutes.flatMap((route) =>
  Object.entries(route.contract.answers).flatMap(([status, answer]) =>
    typesOf(answer)
      .filter((type) => !answer.texts?.includes(type))
      .map((type) => ({ route, status: Number(status), type, answer })),
  ),
);
const examples = answers
  .filter(({ answer }) => answer.example !== undefined)
  .map((one) => ({ ...one, title: `${one.route.method} ${one.route.path} ${one.status} ${one.type}` }));

describe('the contract', () => {
  test('has only successful answers, and errors that the API has', () => {
    const statuses = [...new Set(allRoutes.flatMap(({ contract }) => Object.keys(contract.answers)))].sort();
    expect(statuses.filter((status) => !/^(?:20[0124]|304)$/.test(status))).toEqual([]);
    expect(allRoutes.flatMap(errorsOf).filter((name) => problems[name] === undefined)).toEqual([]);
  });

  test('shows an example of every answer in JSON', () => {
    const without = answers.filter(({ answer, type }) => answer.example === undefined && type === 'application/json');
    expect(without.map(({ route: { method, path } }) => `${method} ${path}`)).toEqual([
      'GET /batches/{id}/source',
      'GET /openapi.json',
    ]);
  });

  test.each(examples)('$title: the example has what an answer has, and no more', ({ route, status, type, answer }) => {
    expect(bodyFaults(route, { status, type, body: answer.example })).toEqual([]);
  });
});

import { expect, test } from 'vitest';
import { startSurveyStage } from './survey-stage.ts';

const requestsOf = async (targets: number, namespaces: number): Promise<readonly number[]> => {
  const stage = await startSurveyStage({ targets, namespaces });
  try {
    const counts: number[] = [];
    for (const _ of [1, 2]) {
      const before = stage.requests;
      expect(await stage.survey()).toEqual({ targets, drifted: 0 });
      counts.push(stage.requests - before);
    }
    return counts;
  } finally {
    await stage.close();
  }
};

test('a survey asks an API server by namespaces and kinds, and not by targets', async () => {
  // Discovery of each kind, once; in each namespace a list of each of three kinds, and one of autoscalers.
  const groups = 3;
  expect(await requestsOf(8, 2)).toEqual([groups + 8, 8]);
  expect(await requestsOf(400, 2)).toEqual([groups + 8, 8]);
  expect(await requestsOf(40, 4)).toEqual([groups + 16, 16]);
});

test('a survey marks what somebody has deleted at some of many targets', async () => {
  const stage = await startSurveyStage({ targets: 120, namespaces: 3 });
  stage.drift(7);
  await stage.survey();
  expect(await stage.survey()).toEqual({ targets: 120, drifted: 7 });
  await stage.close();
});

import type { Measurement } from './plan.ts';
import { startSurveyStage } from './survey-stage.ts';

const targets = 10_000;
const namespaces = 50;
const drifted = 100;

const timed = async <Result>(
  act: () => Promise<Result>,
): Promise<{ readonly took: number; readonly result: Result }> => {
  const started = performance.now();
  const result = await act();
  return { took: Math.round((performance.now() - started) / 100) / 10, result };
};

/** Surveys of a large cluster: the first knows nothing, a later one knows what the earlier one read. */
export const benchSurvey = async (): Promise<readonly Measurement[]> => {
  const before = process.memoryUsage().rss;
  const stage = await startSurveyStage({ targets, namespaces });
  const staged = process.memoryUsage().rss;
  const first = await timed(() => stage.survey());
  const asked = stage.requests;
  const second = await timed(() => stage.survey());
  const more = stage.requests - asked;
  const grown = process.memoryUsage().rss - staged;
  stage.drift(drifted);
  await stage.survey();
  const marking = await timed(() => stage.survey());
  await stage.close();
  const of = `${first.result.targets} targets with 3 objects each in ${namespaces} namespaces`;
  return [
    { name: `survey of ${of}: the first`, value: first.took, unit: 's' },
    { name: 'requests to the API server', value: asked, unit: '' },
    { name: 'the next one', value: second.took, unit: 's' },
    { name: 'requests to the API server, the next one', value: more, unit: '' },
    { name: `one that marks ${marking.result.drifted}`, value: marking.took, unit: 's' },
    { name: 'memory of the stage', value: Math.round((staged - before) / 1_048_576), unit: 'MB' },
    { name: 'and of two surveys', value: Math.round(grown / 1_048_576), unit: 'MB' },
  ];
};

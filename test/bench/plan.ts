import { parseBatch } from '../../lib/domain/batch/parse-batch.ts';
import { simulatedConfiguration } from '../../lib/domain/catalogue/simulated-configuration.ts';
import { planBatch } from '../../lib/domain/plan/plan-batch.ts';

export interface Measurement {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
}

const pillars = ['clearing', 'risk', 'data', 'shared'];

/** A batch of the usual form, with three dependencies for nearly every deployment. */
export const ordinaryText = (size: number): string => {
  const items = Array.from({ length: size }, (_, at) => {
    const dependencies = [1, 7, 31].filter((step) => at >= step).map((step) => `service-${at - step}`);
    return [
      `  - pillar: ${pillars[at % pillars.length]}`,
      `    service_name: service-${at}`,
      `    docker_image_version: "1.${at}.0"`,
      '    metadata:',
      `      priority: ${1 + (at % 10)}`,
      '      rollback_strategy: automatic',
      '      health_check: { path: /ready, port: 8080, timeout: 20 }',
      `      dependencies: [${dependencies.join(', ')}]`,
    ].join('\n');
  });
  return [
    'version: v1.0',
    'defaults: { environment_id: staging, infrastructure_id: cluster-eu-1, docker_artifact_type: docker }',
    'deployments:',
    ...items,
    '',
  ].join('\n');
};

/** The best of some runs: the others also measure other load on the machine. */
export const bestMilliseconds = (run: () => unknown): number => {
  const times = Array.from({ length: 5 }, () => {
    const begin = performance.now();
    run();
    return performance.now() - begin;
  });
  return Math.round(Math.min(...times) * 10) / 10;
};

/** Reading and planning batches of 100, 1,000 and 10,000 deployments. */
export const benchPlan = (sizes: readonly number[] = [100, 1000, 10_000]): Measurement[] =>
  sizes.flatMap((size) => {
    const { catalogue } = simulatedConfiguration();
    const text = ordinaryText(size);
    const parsed = parseBatch(text, catalogue);
    if ('issues' in parsed) throw new Error(`the bench batch is not valid: ${JSON.stringify(parsed.issues[0])}`);
    const megabytes = (text.length / 1024 / 1024).toFixed(2);
    return [
      {
        name: `read ${size} deployments (${megabytes} MB)`,
        value: bestMilliseconds(() => parseBatch(text, catalogue)),
        unit: 'ms',
      },
      {
        name: `plan ${size} deployments`,
        value: bestMilliseconds(() => planBatch(parsed.batch, catalogue)),
        unit: 'ms',
      },
    ];
  });

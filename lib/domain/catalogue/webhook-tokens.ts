import type { Configuration, HarnessSettings } from './catalogue.ts';

/** The webhook tokens by `<org>/<project>/<pipeline>/<trigger>`, which is how the executor looks them up. Secrets. */
export const webhookTokensByTrigger = ({ catalogue, connections }: Configuration): Readonly<Record<string, string>> => {
  if (connections.harness.kind !== 'real') return {};
  const tokens = connections.harness.webhook_tokens;
  const settings = [
    ...Object.values(catalogue.pillars).map(({ harness }) => harness),
    ...Object.values(catalogue.services ?? {}).flatMap((ofPillar) =>
      Object.values(ofPillar).map(({ harness }) => harness),
    ),
  ];
  const rows = settings.flatMap((harness): [string, string][] => {
    const token = harness?.webhook_token_of === undefined ? undefined : tokens[harness.webhook_token_of];
    return harness === undefined || token === undefined ? [] : [[triggerName(harness), token]];
  });
  return Object.fromEntries(rows);
};

const triggerName = ({ org, project, pipeline, trigger }: HarnessSettings): string =>
  `${org}/${project}/${pipeline}/${trigger}`;

/** Every input of `action.yml`, with the modes that it is for. */
export const inputModes = {
  mode: ['plan', 'deploy'],
  files: ['plan', 'deploy'],
  service: ['plan', 'deploy'],
  environment: ['plan', 'deploy'],
  infrastructure: ['plan', 'deploy'],
  set: ['plan', 'deploy'],
  config: ['plan'],
  url: ['plan', 'deploy'],
  token: ['plan', 'deploy'],
  auth: ['plan', 'deploy'],
  role: ['plan', 'deploy'],
  'aws-region': ['plan', 'deploy'],
  'client-secret-name': ['plan', 'deploy'],
  audience: ['plan', 'deploy'],
  comment: ['plan'],
  'comment-id': ['plan'],
  'comment-author': ['plan'],
  'github-token': ['plan', 'deploy'],
  'plan-hash': ['deploy'],
  'on-rerun': ['deploy'],
  'on-cancel': ['deploy'],
  timeout: ['deploy'],
  patience: ['deploy'],
} as const satisfies Readonly<Record<string, readonly Mode[]>>;

export type Mode = 'plan' | 'deploy';
export type InputName = keyof typeof inputModes;

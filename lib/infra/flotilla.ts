import { type App, Aspects, Tags } from 'aws-cdk-lib';
import { ApplicationStack } from './application-stack.ts';
import { ObservabilityStack } from './observability-stack.ts';
import { OwnAccountOnly } from './own-account-only.ts';
import type { OwnIssuer, TokenIssuer } from './own-issuer.ts';
import type { Settings } from './settings.ts';
import { StateStack } from './state-stack.ts';

export interface FlotillaProps {
  readonly settings: Settings;
  /** The project's folder. */
  readonly root: string;
}

/** The stacks of a stage: the state, the program, and the observability of both. */
export const addFlotilla = (
  app: App,
  { settings, root }: FlotillaProps,
): { state: StateStack; application: ApplicationStack; observability: ObservabilityStack } => {
  const { stage } = settings;
  const name = `flotilla-${stage}`;
  const state = new StateStack(app, 'State', {
    stackName: `${name}-state`,
    name,
    settings,
    description: `Flotilla ${stage}: table, documents, bus and secret`,
  });
  const application = new ApplicationStack(app, 'Application', {
    stackName: `${name}-application`,
    name,
    root,
    settings,
    state,
    tokens: tokensOf(settings, state),
    description: `Flotilla ${stage}: API, functions and state machines`,
  });
  const observability = new ObservabilityStack(app, 'Observability', {
    stackName: `${name}-observability`,
    name,
    settings,
    state,
    apiId: application.apiId,
    description: `Flotilla ${stage}: dashboard, alarms and notifications`,
  });
  Aspects.of(app).add(new OwnAccountOnly());
  Tags.of(app).add('flotilla:stage', stage);
  return { state, application, observability };
};

const tokensOf = ({ oidc }: Settings, { ownIssuer }: StateStack): TokenIssuer | OwnIssuer => {
  const tokens = oidc ?? ownIssuer;
  if (tokens === undefined)
    throw new Error('The stage has no token issuer: neither the settings nor the state stack name one');
  return tokens;
};

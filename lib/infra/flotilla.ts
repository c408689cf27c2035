import { type App, Tags } from 'aws-cdk-lib';
import { ApplicationStack } from './application-stack.ts';
import { StateStack } from './state-stack.ts';

export interface FlotillaProps {
  /** Several stages live side by side in one account and region. */
  readonly stage: string;
  /** Folder of the project. */
  readonly root: string;
}

/** Both stacks of a stage: what is kept, and the program that works on it. */
export const addFlotilla = (
  app: App,
  { stage, root }: FlotillaProps,
): { state: StateStack; application: ApplicationStack } => {
  // Names of executions hold 80 characters and machines are named after the stage.
  if (!/^[a-z][a-z0-9-]{0,19}$/.test(stage)) {
    throw new Error(`The stage "${stage}" must be 1 to 20 small letters, digits and hyphens, a letter first`);
  }
  const name = `flotilla-${stage}`;
  const state = new StateStack(app, 'State', {
    stackName: `${name}-state`,
    name,
    description: `Flotilla ${stage}: table, documents, bus and secret`,
  });
  const application = new ApplicationStack(app, 'Application', {
    stackName: `${name}-application`,
    name,
    root,
    state,
    description: `Flotilla ${stage}: API, functions and state machines`,
  });
  Tags.of(app).add('flotilla:stage', stage);
  return { state, application };
};

import { join } from 'node:path';
import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { FilterRule } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { addOutput } from './add-output.ts';
import { addPlaceOutputs } from './add-place-outputs.ts';
import { sharesOf } from './api-parts.ts';
import { CallbackRoute } from './callback-route.ts';
import { EndedExecutions } from './ended-executions.ts';
import { pascalCase } from './functions-table.ts';
import { Handlers } from './handlers.ts';
import { HttpEntrance } from './http-entrance.ts';
import { InlineMachine } from './inline-machine.ts';
import { machinesOf } from './machine-arns.ts';
import { NextSteps } from './next-steps.ts';
import type { OwnIssuer, ProgramClient, TokenIssuer } from './own-issuer.ts';
import { RegularCall } from './regular-call.ts';
import type { StateResources } from './rights.ts';
import type { Settings } from './settings.ts';
import { StreamTrigger } from './stream-trigger.ts';

export interface ApplicationProps extends StackProps {
  /** Prefix of the machines' names. */
  readonly name: string;
  readonly root: string;
  readonly settings: Settings;
  readonly state: StateResources;
  /** The issuer whose tokens the API accepts. */
  readonly tokens: TokenIssuer | OwnIssuer;
}

/** A pool generates its clients' ids. This maps each id to the client's name. */
const namesOf = (programs: readonly ProgramClient[]): string =>
  programs.map(({ name, id }) => `${name}=${id}`).join(',');

const machineSays: Readonly<Record<string, string>> = {
  Batch: 'The state machine that runs batches.',
  Watch: 'The state machine that watches runs and rollouts.',
  Preview: 'The state machine that asks clusters what a batch would do.',
};

/** The stateful resources, without the stack that keeps them. */
const resourcesOf = ({ table, documents, bus, anchors, anchorKey, harnessSecret, callbackSecret }: StateResources) => ({
  ...{ table, documents, bus, anchors, anchorKey },
  ...{ harnessSecret, callbackSecret },
});

/** By what they may do in a cluster. Each kind has its own group there. */
const rolesForClusters = (handlers: Handlers) => ({
  clusterRoles: handlers.roleArnsWith('clusters'),
  logRoles: handlers.roleArnsWith('clusters:logs'),
  deployerRoles: handlers.roleArnsWith('clusters:deploy'),
});

/** Each place surveys its own clusters. */
const addSurveys = (scope: Construct, handlers: Handlers, name: string): void => {
  for (const { place, handler } of handlers.copiesOf('SurveyClusters')) {
    new RegularCall(scope, `Survey${pascalCase(place)}`, {
      name: `${name}-survey-${place}`,
      handler,
      rule: {
        id: 'EveryTwoMinutes',
        every: Duration.minutes(2),
        description: `Flotilla: compares what runs in the clusters of ${place} with what was deployed`,
      },
    });
  }
};

/** What runs on a schedule. */
const addSchedules = (scope: Construct, handlers: Handlers, name: string): void => {
  addSurveys(scope, handlers, name);
  new RegularCall(scope, 'Sweeper', {
    name: `${name}-sweeper`,
    handler: handlers.of('sweep'),
    rule: {
      id: 'EveryMinute',
      every: Duration.minutes(1),
      description: 'Flotilla: recovers lost callbacks, expired leases and stalled batches',
    },
  });
  // A difference counts once two surveys have seen it, so it is reported within five minutes.
  new RegularCall(scope, 'Survey', {
    name: `${name}-survey`,
    handler: handlers.of('survey-clusters'),
    rule: {
      id: 'EveryTwoMinutes',
      every: Duration.minutes(2),
      description: 'Flotilla: compares what runs in the clusters with what was deployed',
    },
  });
};

/** The program: functions, state machines and what calls them. It keeps no state and can be replaced at any time. */
export class ApplicationStack extends Stack {
  readonly apiId: string;

  constructor(scope: Construct, id: string, { name, root, settings, state, tokens, ...props }: ApplicationProps) {
    super(scope, id, props);
    const machines = machinesOf(this, name);
    const resources = { ...resourcesOf(state), ...machines, clusterRoles: settings.clusterRoles ?? [] };
    const handlers = new Handlers(this, 'Handlers', {
      ...{ root, resources },
      service: name,
      reserved: settings.reservedConcurrency === undefined ? {} : sharesOf(settings.reservedConcurrency),
      memory: { 'watch-cluster': settings.observerMemory },
      places: settings.places ?? {},
    });

    for (const [stem, arns] of Object.entries(machines)) {
      const [id, file] = [pascalCase(stem), join(root, 'statemachines', `${stem}.asl.json`)];
      const { machine } = new InlineMachine(this, `${id}Machine`, { file, arns, handlers });
      addOutput(this, `${id}MachineName`, { value: machine.stateMachineName, description: machineSays[id]! });
    }
    this.#addStreamTriggers(handlers, { name, state });
    addSchedules(this, handlers, name);
    new EndedExecutions(this, 'Executions', { name, handler: handlers.of('settle-execution'), ...machines });
    if ('programs' in tokens) handlers.tellApi('CLIENTS', namesOf(tokens.programs));
    const entrance = new HttpEntrance(this, 'Entrance', {
      name,
      tokens,
      throttle: settings.throttle,
      handlers: handlers.ofApi(),
    });
    new CallbackRoute(this, 'Callbacks', { entrance, handler: handlers.of('take-hint') });
    this.apiId = entrance.api.apiId;
    new NextSteps(this, 'NextSteps', {
      stage: settings.stage,
      api: entrance.api,
      callbackSecretId: state.callbackSecret.secretArn,
      batchMachineArn: machines.batch.machine,
      ...rolesForClusters(handlers),
      tokens,
    });
    addPlaceOutputs(this, handlers, Object.keys(settings.places ?? {}));
  }

  #addStreamTriggers(handlers: Handlers, { name, state: { table } }: Pick<ApplicationProps, 'name' | 'state'>): void {
    new StreamTrigger(this, 'Inbox', {
      name: `${name}-inbox`,
      table,
      handler: handlers.of('dispatch-turns'),
      keys: { pk: { S: FilterRule.isEqual('INBOX') } },
      retries: 3, // the messages stay in the inbox, and the sweeper wakes the dispatcher too
    });
    new StreamTrigger(this, 'Events', {
      name: `${name}-events`,
      table,
      handler: handlers.of('publish-events'),
      keys: { pk: { S: [...FilterRule.beginsWith('EVENTS#'), ...FilterRule.isEqual('UNANCHORED')] } },
      retries: 20, // an event that is given up gets no number in the feed
    });
  }
}

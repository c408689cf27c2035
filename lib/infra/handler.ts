import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Function as Lambda, LoggingFormat, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { copyAt } from '../domain/catalogue/function-place.ts';
import { accept, acceptWildcards } from './accept.ts';
import type { HandlerCode } from './bundling.ts';
import type { FunctionPlace } from './function-places.ts';
import type { FunctionRow } from './function-row.ts';
import { publisherPath } from './publisher.ts';
import { environmentOf, grantRights, type Resources } from './rights.ts';
import { waitOnce } from './wait-once.ts';

export interface HandlerProps {
  /** Stem of the file in `functions/`. */
  readonly stem: string;
  readonly row: FunctionRow;
  readonly code: HandlerCode;
  readonly resources: Resources;
  /** The stage's name, by which its logs and metrics are told from those of others. */
  readonly service: string;
  /** Copies that are kept for it. An account whose limit is 10 has none to give away. */
  readonly reserved?: number | undefined;
  /** The network that it runs in. Absent: in none. */
  readonly place?: { readonly name: string; readonly network: FunctionPlace };
}

/** One Lambda of the functions table, with a role and a log group of its own, and no right beyond its row. */
export class Handler extends Construct {
  readonly lambda: Lambda;
  readonly role: Role;

  constructor(scope: Construct, id: string, { stem, row, code, resources, service, reserved, place }: HandlerProps) {
    super(scope, id);
    const logGroup = new LogGroup(this, 'Logs', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const beginsTraces = row.trigger === 'http';
    // The role that CDK would make has the managed policy for all log groups of the account.
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      ...(row.rights.includes('bus') ? { path: publisherPath(service) } : {}),
    });
    this.role = role;
    logGroup.grantWrite(role);
    grantRights(role, row, resources);
    acceptWildcards(role, ['*'], 'Traces: X-Ray has no resources that a policy could name.');
    this.lambda = new Lambda(this, 'Function', {
      functionName: `${service}-${copyAt(stem, place?.name)}`, // what the alarms, the runbook and whoever reads its logs call it
      description: `Flotilla ${stem}: ${row.purpose}`,
      code: code.of(stem),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: row.memory,
      timeout: Duration.seconds(row.timeout),
      environment: {
        ...environmentOf(row.rights, resources),
        POWERTOOLS_SERVICE_NAME: service,
        ...(place === undefined ? {} : { PLACE: place.name }),
        ...(row.heap === undefined ? {} : { NODE_OPTIONS: `--max-old-space-size=${row.heap}` }),
      },
      loggingFormat: LoggingFormat.JSON,
      logGroup,
      role,
      // Its segments alone: the SDK that would add more is 125 KB and is kept up for security only (docs/adr/0008).
      tracing: beginsTraces ? Tracing.ACTIVE : Tracing.PASS_THROUGH,
      ...(reserved === undefined ? {} : { reservedConcurrentExecutions: reserved }),
    });
    place?.network.take(this.lambda, role);
    waitOnce(this.lambda, role);
    if (!beginsTraces) {
      accept(this.lambda, {
        'Serverless-LambdaTracing':
          'It goes on with the trace of the execution that calls it. Called by a stream or a clock it would show that one call, and nothing of a deployment.',
      });
    }
    accept(this.lambda, {
      'Serverless-LambdaDLQ':
        'It is called by somebody who waits for its answer, or by a trigger that has a queue of its own for what fails.',
    });
  }
}

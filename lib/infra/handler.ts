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
  /** File name in `functions/`, without extension. */
  readonly stem: string;
  readonly row: FunctionRow;
  readonly code: HandlerCode;
  readonly resources: Resources;
  /** The stage's name, which tells its logs and metrics from those of other stages. */
  readonly service: string;
  /** Reserved concurrency. An account with a limit of 10 has none to spare. */
  readonly reserved?: number | undefined;
  /** The network that it runs in. Absent: none. */
  readonly place?: { readonly name: string; readonly network: FunctionPlace };
}

/** One Lambda of the functions table, with its own role and log group, and only the rights of its row. */
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
    // CDK's default role has the managed policy for all log groups of the account.
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      ...(row.rights.includes('bus') ? { path: publisherPath(service) } : {}),
    });
    this.role = role;
    logGroup.grantWrite(role);
    grantRights(role, row, resources);
    acceptWildcards(role, ['*'], 'Traces: X-Ray has no resources for a policy to name.');
    this.lambda = new Lambda(this, 'Function', {
      functionName: `${service}-${copyAt(stem, place?.name)}`, // the name that alarms, runbook and logs use
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
      // Segments only: the SDK that would add more is 125 KB and only gets security fixes (docs/adr/0008).
      tracing: beginsTraces ? Tracing.ACTIVE : Tracing.PASS_THROUGH,
      ...(reserved === undefined ? {} : { reservedConcurrentExecutions: reserved }),
    });
    place?.network.take(this.lambda, role);
    waitOnce(this.lambda, role);
    if (!beginsTraces) {
      accept(this.lambda, {
        'Serverless-LambdaTracing':
          'It continues the trace of the execution that calls it. Called by a stream or a schedule, its trace would show that one call and no deployment.',
      });
    }
    accept(this.lambda, {
      'Serverless-LambdaDLQ': 'Its caller waits for the answer, or is a trigger with its own dead-letter queue.',
    });
  }
}

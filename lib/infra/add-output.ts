import { CfnOutput } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

export interface Output {
  readonly value: string;
  /** One sentence for people who read the stack's outputs. */
  readonly description: string;
}

/** Adds an output with exactly this name, wherever in the stack its value is known. */
export const addOutput = (scope: Construct, name: string, output: Output): void => {
  new CfnOutput(scope, name, output).overrideLogicalId(name);
};

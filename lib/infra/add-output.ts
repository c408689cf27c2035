import { CfnOutput } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

export interface Output {
  readonly value: string;
  /** One sentence for whoever reads the outputs of a stack. */
  readonly description: string;
}

/** Puts something out under exactly this name, wherever in the stack it is known. */
export const addOutput = (scope: Construct, name: string, output: Output): void => {
  new CfnOutput(scope, name, output).overrideLogicalId(name);
};

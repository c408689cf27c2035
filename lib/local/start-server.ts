import { type Runtime, type RuntimeOptions, startRuntime } from './runtime.ts';
import { type SimulatorOptions, type Simulators, startSimulators } from './simulators.ts';

export interface ServerOptions
  extends Omit<RuntimeOptions, 'simulators'>,
    Pick<SimulatorOptions, 'harnessFlags' | 'tell'> {}

export interface Server extends Runtime {
  readonly simulators: Simulators;
}

/** A runtime and its simulators: both, or nothing is left running. */
export const startServer = async ({ harnessFlags, tell, ...options }: ServerOptions): Promise<Server> => {
  const { data, configuration } = options;
  let simulators: Simulators | undefined;
  const start = async (): Promise<Simulators> => {
    simulators = await startSimulators(configuration, { data, harnessFlags, tell });
    return simulators;
  };
  try {
    const runtime = await startRuntime({ ...options, simulators: start });
    const close = async (): Promise<void> => {
      await runtime.close();
      await simulators!.close();
    };
    return { ...runtime, simulators: simulators!, close };
  } catch (error) {
    await simulators?.close();
    throw error;
  }
};

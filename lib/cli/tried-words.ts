/** What to use instead of a word that people try because another tool has it. */
export interface Instead {
  /** Command-line words, complete but for names in capitals. */
  readonly use: string;
  readonly why: string;
}

const deploy: Instead = { use: 'deploy FILE', why: 'submits a batch' };
const rollback: Instead = {
  use: 'rollback latest',
  why: 'puts back what a batch has changed; --preview shows it first',
};
const cancel: Instead = { use: 'cancel ID', why: 'starts nothing new, and stops what can be stopped' };
const proceed: Instead = {
  use: 'proceed ID KEY',
  why: 'lets a deployment go on that waits for a person. For one that is UNKNOWN: flotilla resolve ID KEY',
};
const follow: Instead = { use: 'status ID --follow', why: 'stays until the batch has ended' };
const logs: Instead = { use: 'logs ID KEY', why: 'shows the logs of a deployment' };
const retry: Instead = { use: 'retry ID', why: 'tries again what did not succeed' };
const plan: Instead = { use: 'plan FILE', why: 'shows what a batch would do' };
const validate: Instead = { use: 'validate FILE', why: 'checks batches and configurations without a server' };
const remove: Instead = {
  use: 'deploy PILLAR/SERVICE --action delete --environment NAME',
  why: 'deletes a service',
};
const targets: Instead = { use: 'targets', why: 'shows what runs where. Batches: flotilla list' };
const show: Instead = { use: 'show ID KEY', why: 'shows one deployment. A batch: flotilla status ID' };
const login: Instead = {
  use: 'whoami',
  why: 'shows who you are. There is no login: set $FLOTILLA_TOKEN, or use --token-file',
};
const configuration: Instead = {
  use: 'catalogue show',
  why: 'shows what the server knows. The file is flotilla.config.yaml; flotilla validate checks it',
};
const pause: Instead = { use: 'pause --reason TEXT', why: 'holds what has not started' };
const resume: Instead = { use: 'resume', why: 'lifts a hold' };
const open: Instead = { use: 'open ID', why: 'opens the page of a run' };
const init: Instead = { use: 'init', why: 'writes a configuration and a batch from what runs' };
const catalogue: Instead = { use: 'catalogue show', why: 'shows pillars, services, environments and clusters' };
const promote: Instead = {
  use: 'diff FROM TO',
  why: 'shows what differs between two environments; flotilla deploy brings it there',
};
const version: Instead = { use: '--version', why: 'prints the version' };

/** Missing commands, by the word that people try. */
export const triedVerbs: Readonly<Record<string, Instead>> = {
  ...{ apply: deploy, submit: deploy, run: deploy, start: deploy, create: deploy, install: deploy, release: deploy },
  ...{ rollout: deploy, launch: deploy, push: deploy, up: deploy, sync: deploy, reconcile: deploy, trigger: deploy },
  ...{ undo: rollback, revert: rollback, restore: rollback, 'roll-back': rollback, down: rollback },
  ...{ get: targets, ls: { use: 'list', why: 'shows the latest batches. What runs where: flotilla targets' } },
  ...{ ps: { use: 'queue', why: 'shows what is in flight and what waits' }, services: targets, deployments: targets },
  ...{
    top: { use: 'queue', why: 'shows what is in flight and what waits' },
    batches: { use: 'list', why: 'shows batches' },
  },
  ...{ describe: show, inspect: show, info: show, explain: show },
  ...{ abort: cancel, stop: cancel, kill: cancel, terminate: cancel, interrupt: cancel },
  ...{ approve: proceed, confirm: proceed, continue: proceed, accept: proceed, ack: proceed },
  ...{ wait: follow, watch: follow, follow, progress: follow },
  ...{ log: logs, tail: logs, rerun: retry, redo: retry, repeat: retry, restart: retry },
  ...{ 'dry-run': plan, dryrun: plan, simulate: plan, template: plan },
  ...{ lint: validate, check: validate, test: validate, validation: validate },
  ...{ delete: remove, remove, rm: remove, destroy: remove, uninstall: remove },
  scale: { use: 'deploy PILLAR/SERVICE --action scale --replicas 3 --environment NAME', why: 'scales a service' },
  ...{ login, logout: login, auth: login, signin: login, who: login, id: login },
  ...{ config: configuration, configuration, settings: configuration, configure: configuration },
  ...{ promote, compare: promote, drift: { use: 'targets --drift', why: 'shows what was changed by hand' } },
  ...{ freeze: pause, lock: pause, hold: pause, suspend: pause, unpause: resume, unfreeze: resume, unlock: resume },
  ...{ ui: open, browse: open, dashboard: open, web: open, console: open, link: open, url: open },
  ...{ new: init, scaffold: init, import: init, bootstrap: init, generate: init },
  ...{ environments: catalogue, envs: catalogue, namespaces: catalogue, pillars: catalogue },
  ...{ server: { use: 'serve', why: 'runs the server on this machine' } },
  ...{ daemon: { use: 'serve', why: 'runs the server on this machine' } },
  ...{ audit: { use: 'events', why: 'shows what happened. flotilla verify checks that nobody changed the record' } },
  ...{ feed: { use: 'events', why: 'shows what happened, in order' } },
  ...{ doctor: { use: 'clusters', why: 'shows how the clusters do; flotilla executors shows the rest' } },
  ...{ ping: { use: 'whoami', why: 'asks the server who you are' } },
  ...{ autocomplete: { use: 'completion bash', why: 'prints the completion of a shell' } },
  ...{ version, upgrade: { use: '--version', why: 'prints the version. To upgrade: docs/upgrading.md' } },
  update: { use: 'deploy PILLAR/SERVICE=VERSION --environment NAME', why: 'deploys another version of one service' },
  set: { use: 'deploy FILE --set PILLAR/SERVICE=VERSION', why: 'deploys another version than the file says' },
};

/** A missing option, and what does the same. */
export interface InsteadOfOption {
  /** Another option; named only if the command has it. */
  readonly option?: string;
  /** Only if the command has one of these arguments. */
  readonly argument?: readonly string[];
  /** Another command. */
  readonly use?: string;
  readonly why?: string;
}

const asJson: readonly InsteadOfOption[] = [
  { option: '--output', why: 'takes a file' },
  { option: '--json', why: 'prints JSON' },
];
const fileItself: readonly InsteadOfOption[] = [
  { argument: ['what', 'file', 'files'], why: 'Name the file without an option: flotilla deploy batch.yaml' },
  { option: '--follow', why: 'stays until it has ended' },
  { why: 'A file is named without an option: flotilla deploy batch.yaml' },
];
const wait: readonly InsteadOfOption[] = [{ option: '--follow', why: 'stays until it has ended' }];
const where: readonly InsteadOfOption[] = [
  { option: '--environment', why: 'says where; the configuration has the namespaces' },
  { why: 'The configuration has the namespaces, with the services.' },
];
const server: readonly InsteadOfOption[] = [{ option: '--url', why: 'names the server' }];
const yes: readonly InsteadOfOption[] = [{ option: '--yes', why: 'answers questions with yes' }];

/** The first that fits the command. */
export const triedOptions: Readonly<Record<string, readonly InsteadOfOption[]>> = {
  '--dry-run': [
    { option: '--preview', why: 'changes nothing' },
    { use: 'plan WHAT', why: 'shows what a batch would do' },
  ],
  ...{ '--wait': wait, '-w': wait, '--watch': wait, '--tail': wait, '--sync': wait },
  ...{ '-f': fileItself, '--file': fileItself, '--filename': fileItself },
  ...{ '-n': where, '--namespace': where, '-e': where, '--env': where },
  ...{ '-o': asJson, '--format': asJson, '--output': [{ option: '--json', why: 'prints JSON' }] },
  ...{ '-y': yes, '--confirm': yes, '--auto-approve': yes, '--force': yes },
  ...{ '--server': server, '--host': server, '--endpoint': server, '--api': server, '--address': server },
  '--version': [{ why: 'The version follows the service: flotilla deploy PILLAR/SERVICE=VERSION --environment NAME' }],
  ...{
    '-v': [{ use: '--version', why: 'prints the version' }],
    '-V': [{ use: '--version', why: 'prints the version' }],
  },
  ...{ '--kubeconfig': [{ why: 'The configuration has the clusters; flotilla init writes it from a kubeconfig.' }] },
  ...{ '--context': [{ why: 'The configuration has the clusters; flotilla init writes it from a kubeconfig.' }] },
};

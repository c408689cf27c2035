import{createRequire}from'node:module';const require=createRequire(import.meta.url);
import {
  ownFile
} from "./chunk-FZYNZMLZ.js";
import {
  Argument,
  Command,
  CommanderError,
  InvalidArgumentError,
  Option,
  linkOption
} from "./chunk-QYVNRWLC.js";
import {
  addListOptions,
  addStatusOptions,
  mostListed,
  pastMoment
} from "./chunk-ABWCOL2C.js";
import {
  usualPatience
} from "./chunk-UVZ4KVFO.js";
import {
  refuseUncheckedTls
} from "./chunk-QAT4GDSJ.js";
import {
  SystemClock,
  UlidIds
} from "./chunk-JZYVN3UJ.js";
import "./chunk-A2SGKEN5.js";
import "./chunk-LHT374OB.js";
import "./chunk-RRFOPA2D.js";
import {
  mostReplicas
} from "./chunk-WKOMQAA7.js";
import {
  processTerminal,
  readStdin
} from "./chunk-LF2NC6Y2.js";
import "./chunk-5QIBHFBD.js";
import "./chunk-577TRTIO.js";
import {
  defaultUrl
} from "./chunk-ZA6VWFRO.js";
import {
  CommandFailure,
  exitStatus
} from "./chunk-2YDQZDL6.js";
import {
  scopes
} from "./chunk-TSETGYP2.js";
import "./chunk-KZRX4HVB.js";
import {
  describeIssue
} from "./chunk-M3TJXYIZ.js";
import "./chunk-D5XJJSI4.js";
import {
  isFlotillaError
} from "./chunk-KXZTDISA.js";
import "./chunk-YO5ET45S.js";

// bin/flotilla.ts
import { userInfo } from "node:os";

// lib/cli/end-with-starters.ts
import { isatty } from "node:tty";

// lib/cli/process-table.ts
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
var hasProc = existsSync("/proc/self/stat");
var lookAt = (pid) => {
  try {
    return hasProc ? fromProc(pid) : fromPs(pid);
  } catch {
    return void 0;
  }
};
var birthOf = (pid) => {
  try {
    if (hasProc) return statOf(pid).birth;
    process.kill(pid, 0);
    return "there";
  } catch (error) {
    return error.code === "EPERM" ? "there" : void 0;
  }
};
var fromProc = (pid) => ({
  parent: statOf(pid).parent,
  command: readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim()
});
var statOf = (pid) => {
  const text = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const isOver = fields[0] === "Z" || fields[0] === "X";
  return { parent: Number(fields[1]), birth: isOver ? void 0 : fields[19] };
};
var fromPs = (pid) => {
  const line = execFileSync("ps", ["-o", "ppid=,args=", "-p", String(pid)], { encoding: "utf8" }).trim();
  const [, parent, command] = /^(\d+) +(.*)$/.exec(line);
  return { parent: Number(parent), command };
};

// lib/cli/starters.ts
var startersOf = ({ parent, env }, look) => {
  if (env.FLOTILLA_LAUNCHER === void 0) return { launcher: [], npm: npmAbove(parent, env, look) };
  const launcher = Number(env.FLOTILLA_LAUNCHER);
  return { launcher: [launcher], npm: launcher === parent ? npmAbove(look(launcher)?.parent, env, look) : [] };
};
var npmAbove = (pid, env, look) => {
  const { npm_lifecycle_script: script, npm_execpath: manager } = env;
  if (pid === void 0 || script === void 0 || goesOnAlone(script)) return [];
  const seen = look(pid);
  if (seen === void 0) return [];
  if (seen.command.includes(` -c ${script}`)) return [pid, seen.parent].filter((one) => look(one) !== void 0);
  return isManager(seen.command, manager) ? [pid] : [];
};
var goesOnAlone = (script) => /(?<![&>])&(?![&>])|\b(?:nohup|setsid)\b/.test(script);
var isManager = (command, path) => /^(?:npm|npx)\b/.test(command) || path !== void 0 && command.includes(path);

// lib/cli/end-with-starters.ts
var pause = 500;
var endWithStarters = (env, tell2) => {
  const starters = startersOf({ parent: process.ppid, env }, lookAt);
  delete env.FLOTILLA_LAUNCHER;
  const forgetNpm = watch(starters, () => {
    tell2("The npm (or shell) that started Flotilla has ended, so Flotilla stops too.");
    end();
  });
  const hasTerminal = [0, 1, 2].some((descriptor) => isatty(descriptor));
  process.on("SIGHUP", hasTerminal ? end : forgetNpm);
};
var end = () => {
  process.kill(process.pid, "SIGTERM");
};
var watch = ({ launcher, npm }, onGone) => {
  let watched = [...launcher, ...npm];
  const births = new Map(watched.map((pid) => [pid, birthOf(pid)]));
  const isGone = (pid) => births.get(pid) === void 0 || birthOf(pid) !== births.get(pid);
  let times = 0;
  const timer = setInterval(() => {
    times = watched.some(isGone) ? times + 1 : 0;
    if (times < 2) return;
    clearInterval(timer);
    onGone();
  }, pause);
  timer.unref();
  if (watched.length === 0) clearInterval(timer);
  return () => {
    watched = [...launcher];
  };
};

// lib/cli/program.ts
import { readFileSync as readFileSync2 } from "node:fs";

// lib/cli/demo/scenes.ts
var scenes = ["release", "canary"];

// lib/cli/number-in.ts
var numberIn = (low, high) => (text) => {
  const value = Number(text);
  if (Number.isInteger(value) && text.trim() !== "" && value >= low && value <= high) return value;
  throw new InvalidArgumentError(`A whole number from ${low} to ${high} is needed.`);
};

// lib/cli/deploy-options.ts
var several = "several times for several";
var oneMore = (text, others = []) => [...others, text];
var setVersion = ["--set <key=version>", `another version than the file says; ${several}`, oneMore];
var withOneOptions = (command) => command.option("--environment <name>", "where, of one deployment without a file").option("--infrastructure <name>", "of one deployment (default: the environment's, else where it runs now)").option(
  "--artifact <kind>",
  "docker, helm or kustomize, of one deployment (default: the environment's, else as now)"
).option("--action <what>", "deploy, delete or scale, of pillar/service without a version and without a file").option("--replicas <number>", "how many, with --action scale", numberIn(0, mostReplicas)).option("--at-once", "take no steps, though the service does; of one deployment without a file").option(...setVersion);
var withPreviewOptions = (command) => command.option(...setVersion);
var withRetryOptions = (command) => command.option("--only <key...>", "these deployments and no others").option("--with <key=version...>", "another version on the way").option("--reason <text>", "why, for the record").option("--preview", "show what would be tried again, and start nothing");

// lib/cli/failure-of.ts
var linesOf = (text) => text.trimEnd().split("\n");
var asFailure = (error) => {
  if (error instanceof CommandFailure) return error;
  if (!isFlotillaError(error)) {
    const message = error instanceof Error ? error.message : String(error);
    return new CommandFailure(exitStatus.failed, linesOf(message));
  }
  const issues = error.details.issues ?? [];
  const file = error.details.file;
  const lines = issues.map((issue) => describeIssue(typeof file === "string" ? { file, ...issue } : issue));
  const wrongUse = ["YamlInvalid", "BatchInvalid", "ConfigurationInvalid", "RequestInvalid"].includes(error.name);
  const problem = { code: error.name, detail: error.message, issues };
  return new CommandFailure(
    wrongUse ? exitStatus.usage : exitStatus.failed,
    [...linesOf(error.message), ...lines],
    problem
  );
};

// lib/cli/hold-commands.ts
var addHoldCommands = ({ add, act, utc }) => {
  const scoped = (command) => command.option("--environment <name>", "in this environment").option("--pillar <name>", "of this pillar").option("--service <key>", "this service: pillar/service, or the service alone").option("--cluster <name>", "on this cluster").option("--batch <id>", "of this batch");
  scoped(add("pause", "hold what has not started: all that is named must fit, and without a name it is everything")).requiredOption("--reason <text>", "why, for everybody who waits").option("--until <time>", 'when it ends by itself: 18:00, "2026-12-01 18:00", or with a zone').option("--for <length>", "the same as a length of time: 30m, 2h, 3d").option("--rollbacks", "hold rollbacks, too").option(...utc).action(act(async () => (await import("./pause-E7XVOHIM.js")).pause));
  scoped(add("resume [hold]", "lift a hold: by its id, or by what it was set on")).option("--reason <text>", "why").option(...utc).action(act(async () => (await import("./resume-7HAU72KR.js")).resume));
  add("holds", "show what is held").option(...utc).action(act(async () => (await import("./holds-5N2TVRQM.js")).holds));
};

// lib/cli/reading-commands.ts
var addReadingCommands = ({ add, act, utc }, { patience }) => {
  add("graph <id>", "show what waits for what in a planned batch").option("--dot", "in the language of Graphviz, for dot -Tsvg").action(act(async () => (await import("./graph-OUFNVG3P.js")).graph));
  add("show <id> <key>", "show one deployment of a batch, with what happened to it").option(...utc).action(act(async () => (await import("./show-H2VLPYMI.js")).show));
  add(
    "events [id]",
    "show what happened to all batches and holds, in order; with an id, to that batch and its deployments"
  ).option("--follow", "stay, and tell what happens").option(
    "--after <number>",
    "those with greater numbers; -20 for the last 20 of all (default: the last 50 of all)",
    after
  ).option(...patience).option(...utc).action(act(async () => (await import("./events-PCGCOUJK.js")).events));
  add("logs <id> <key>", "show the logs of the pods of a deployment as they are now").option("--container <name>", "of this container alone").option("--tail <number>", "how many lines of each (default: 100)", numberIn(1, 5e3)).option("--previous", "of the run before").option(...utc).action(act(async () => (await import("./logs-POYQSAJ7.js")).logs));
  add("report <id>", "tell how a batch went, for a build server or a page").addOption(
    new Option("--format <name>", "junit, markdown, or json, as --json does").choices(["json", "junit", "markdown"])
  ).option("--output <file>", "write it into this file").action(act(async () => (await import("./report-WGEO4ROA.js")).report));
  add("queue", "show what is in flight and what waits for what, in all batches").option(...utc).action(act(async () => (await import("./queue-OOEVTPVZ.js")).queue));
  add("executors", "show how the accounts of executors do").option(...utc).action(act(async () => (await import("./executors-7PPT24NZ.js")).executors));
  add("clusters", "show how the clusters do; none of them is asked").option(...utc).action(act(async () => (await import("./clusters-2M76DPCV.js")).clusters));
};
var after = numberIn(-1e3, 999999998);

// lib/cli/request-commands.ts
var addRequestCommands = ({ add, act, utc }) => {
  const asUser = (command) => command.option("--user <name>", "in whose name, where that may be somebody else");
  const waiting = (command) => asUser(command).option("--wait <seconds>", "wait for its end, 30 s at most", numberIn(0, 30));
  const changing = (command) => waiting(command).option("--request-id <id>", "by which the same request is known again (default: a new one)");
  const versioned = (command) => changing(command).option("--if-version <number>", "only where the deployment is at this version still");
  const valued = (command) => command.option("--replicas <number>", "how many", numberIn(1, 100)).option("--cpu <amount>", "processors, as 500m, or with a limit, as 100m:500m").option("--memory <amount>", "memory, as 128Mi, or with a limit, as 64Mi:128Mi").option("--html <file>", "the page that it shows; - is the standard input");
  valued(changing(add("create <name>", "request a deployment, without a file"))).requiredOption("--namespace <name>", "where it is in Kubernetes").requiredOption("--image <image>", "what runs, with its tag or digest").action(act(async () => (await import("./requests-6JTDIYHH.js")).createRequest));
  asUser(add("list", "show what was requested, the newest first")).option("--status <status>", "that is CREATED, SUCCESS or FAILURE").option(...utc).action(act(async () => (await import("./requests-6JTDIYHH.js")).listRequests));
  asUser(add("show <id>", "show a request, and what became of it")).option("--deployment", "show the deployment of this identifier, as it is now").action(act(async () => (await import("./requests-6JTDIYHH.js")).showRequest));
  valued(versioned(add("update <identifier>", "request a change of a deployment"))).action(
    act(async () => (await import("./requests-6JTDIYHH.js")).updateRequest)
  );
  versioned(add("delete <identifier>", "request the end of a deployment")).action(
    act(async () => (await import("./requests-6JTDIYHH.js")).deleteRequest)
  );
  waiting(add("retry <id>", "run a request again that has failed")).action(
    act(async () => (await import("./requests-6JTDIYHH.js")).retryRequest)
  );
  versioned(add("reconcile <identifier>", "have a deployment made again what was asked for last")).action(
    act(async () => (await import("./requests-6JTDIYHH.js")).reconcileRequest)
  );
};

// lib/cli/rollback-command.ts
var addRollbackCommand = ({ add, act, utc }, {
  yes,
  timeout,
  patience
}) => {
  add("rollback <what>", "put back what a batch has changed, or one deployment: pillar/service").option("--reason <text>", "why, for the record").option("--preview", "show what would go where, and what is left and why; change nothing").option("--only <key...>", "of a batch: these and no others").option("--force <key...>", "of a batch: these, although something that depends on them does not go back").option("--environment <name>", "of one deployment: where").option("--cluster <name>", "of one deployment: where it runs on several").option("--to <version>", "of one deployment: a version that was verified there (default: the one before)").option("--idempotency-key <key>", "of one deployment: sending the same again gives the same batch").option("--follow", "stay until it has ended").option(...timeout).option(...patience).option(...yes).option(...utc).action(act(async () => (await import("./rollback-MVYIXHVB.js")).rollback));
};

// lib/cli/target-commands.ts
var addTargetCommands = ({ add, act, utc }) => {
  add("targets", "show what runs where").option("--environment <name>", "in this environment").option("--cluster <name>", "on this cluster").option("--pillar <name>", "of this pillar").option("--service <key>", "this service: pillar/service, or its name alone with --pillar").option("--state <state>", "changing, verified, failed, unknown, restored, deleted or adopted").option("--drift", "only what somebody has changed since it was deployed").option("--actor <who>", "changed last by them: a subject or a name").option("--text <text>", "with this in its name, version, image, digest, batch or actor").option(...utc).action(act(async () => (await import("./targets-MGMT2W7J.js")).targets));
  add("adopt <target>", "take what somebody has changed there as right: ENVIRONMENT/CLUSTER/PILLAR/SERVICE").option("--reason <text>", "why it is right, for the record").action(act(async () => (await import("./adopt-OSHJSYU7.js")).adopt));
  add("history <key>", "show what ran where of a service, and what failed there, newest first").option("--environment <name>", "in this environment").option("--cluster <name>", "on this cluster").option("--since <time>", `then or later: ${pastMoment}`).option("--limit <number>", "how many (default: 20; with --export, all)", howMany).option("--export <folder>", "write it there as JSON, a file for each, and write over nothing").option(...utc).action(act(async () => (await import("./history-VL6ILYYE.js")).history));
  add("changes", "show what has changed where, newest first").option("--since <time>", `then or later: ${pastMoment} (default: 7d)`).option("--until <time>", "before that").option("--environment <name>", "in this environment").option("--cluster <name>", "on this cluster").option("--pillar <name>", "of this pillar").option("--service <key>", "this service: pillar/service, or its name alone with --pillar").option("--actor <who>", "by them: a subject or a name").option("--status <status>", "that ended so").option("--limit <number>", "how many", howMany, 50).option(...utc).action(act(async () => (await import("./changes-RZAUH55Q.js")).changes));
  add("diff <from> <to>", "show which services are not the same in two environments").option("--cluster <name>", "on this cluster in both").option("--pillar <name>", "of this pillar").option("--service <key>", "this service: pillar/service, or its name alone with --pillar").option("--exit-code", "exit with 1 where they differ").action(act(async () => (await import("./diff-OJXZMEFU.js")).diff));
  add("migrate", "write the rows that an earlier version did not know: once after an upgrade").action(
    act(async () => (await import("./migrate-MQNBEHX4.js")).migrate)
  );
};
var most = 1e5;
var howMany = (text) => {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= most) return value;
  throw new InvalidArgumentError(`A whole number from 1 to ${most} is needed.`);
};

// lib/cli/token-options.ts
var wordsIn = (text) => [
  ...new Set(
    text.split(",").map((word) => word.trim()).filter((word) => word !== "")
  )
];
var scopesOption = (text) => {
  const words = wordsIn(text);
  const known = scopes.filter((scope) => words.includes(scope));
  if (known.length === words.length && known.length > 0) return known;
  throw new InvalidArgumentError(`Of ${scopes.join(", ")} some are needed, with commas between.`);
};
var groupsOption = wordsIn;
var kindOption = (text) => {
  if (text === "person" || text === "program") return text;
  throw new InvalidArgumentError("It is person or program.");
};
var units = { h: 36e5, d: 864e5 };
var expiresOption = (text) => {
  if (text === "never") return text;
  const [, count, unit] = /^([1-9]\d{0,3})([hd])$/.exec(text) ?? [];
  if (count !== void 0) return Number(count) * units[unit];
  throw new InvalidArgumentError("It is 1 to 9999 days or hours, as 90d or 12h, or never.");
};
var usualExpiry = expiresOption("90d");

// lib/cli/user-commands.ts
var addUserCommands = ({ add, act, utc }) => {
  add("whoami", "show whom the server takes you for, and what you may do").action(
    act(async () => (await import("./whoami-2IUFCID4.js")).whoami)
  );
  add("users", "show everybody who was ever let in; for administrators").option(...utc).action(act(async () => (await import("./users-XDPHUNVL.js")).users));
};

// lib/cli/verify-commands.ts
var addVerifyCommands = ({ add, act }) => {
  const verifying = (command) => command.option("--key <fingerprint>", "a key that may have signed the anchors; several times for several", oneMore2).option("--end <anchor>", "the last anchor of an earlier check, NUMBER:HASH: it must be there still", anchorsEnd).option("--anchors <folder>", "read the anchors from a copy of their bucket, not from the server");
  verifying(add("verify [id]", "check that the record is as it was written: events, feeds, ends and batches")).action(
    act(async () => (await import("./verify-YVBF7GZB.js")).verify)
  );
  verifying(
    add(
      "verify-history <id>",
      "check one batch like verify, and that its feed leads, step by step, to what is told of it"
    )
  ).action(act(async () => (await import("./verify-history-XC5JOEZZ.js")).verifyHistory));
};
var sha256 = /^[0-9a-f]{64}$/;
var oneMore2 = (text, others = []) => {
  if (sha256.test(text)) return [...others, text];
  throw new InvalidArgumentError("A fingerprint has 64 hexadecimal digits, as the command prints it.");
};
var anchorsEnd = (text) => {
  const [sequence = "", hash = ""] = text.split(":");
  if (/^[1-9]\d{0,8}$/.test(sequence) && sha256.test(hash)) return { sequence: Number(sequence), hash };
  throw new InvalidArgumentError("It is NUMBER:HASH, as the command prints it.");
};

// lib/cli/program.ts
var runCli = async (argv, world) => {
  const ended = { status: exitStatus.done };
  const program = makeProgram(world, (result) => {
    ended.status = result;
  });
  try {
    refuseUncheckedTls(world.env);
    await program.parseAsync(argv, { from: "user" });
    return ended.status;
  } catch (error) {
    return tell(error, world, argv.includes("--json"));
  }
};
var makeProgram = (world, end2) => {
  const program = new Command("flotilla").description("Deploys batches in a safe order, verifies them on the cluster, restores what failed.").addHelpText(
    "after",
    "\n<id> is the id of a batch, its beginning (4 characters or more), or latest: the last one that you have submitted.\nBatches of one day begin alike: mostly the 5th to 7th character tells them apart."
  ).addHelpText(
    "after",
    "\nExit status: 0 done, 1 failed, 2 wrong use or configuration, 3 timed out, 4 not found, 5 no answer, 6 refused."
  ).version(version(), "--version", "print the version").exitOverride().configureOutput({
    writeOut: (text) => linesOf(text).forEach(world.terminal.out),
    writeErr: (text) => linesOf(text).forEach(world.terminal.error)
  });
  const act = (load) => async (...given) => {
    const [run, { commandContext }] = await Promise.all([load(), import("./command-context-5G6JG4C5.js")]);
    const command = given.at(-1);
    const options = command.opts();
    end2(await run(commandContext(world, options), options, ...command.args));
  };
  const utc = ["--utc", "show times in UTC, not in the zone of this machine"];
  const asLong = `ask a server that is away again for this long (default: ${usualPatience})`;
  const patience = ["--patience <seconds>", asLong, someSeconds];
  const what = "a file, - for the standard input, or pillar/service=VERSION for one deployment without a file";
  const yes = ["--yes", "do not ask whether that batch is meant"];
  const ownServer = `default: $FLOTILLA_URL or ${defaultUrl}`;
  const add = (usage, description, whichServer = ownServer) => addTo(program, usage, description, whichServer);
  const addTo = (group, usage, description, whichServer = ownServer) => group.command(usage).description(description).option("--json", "print JSON").option("--url <address>", `address of the server (${whichServer})`).option(
    "--token-file <file>",
    "file with the access token; - is the standard input (default: $FLOTILLA_TOKEN, else fetched as a client, else none)"
  ).option(
    "--by <name>",
    "in whose name, shown in the record; only with the own token of a server on this machine (default: $FLOTILLA_BY)"
  ).addOption(new Option("--token <token>", "refused").hideHelp());
  program.command("serve").description("run the server on this machine").option("--port <number>", "port to listen on; 0 takes a free one", portNumber, 8080).option("--host <address>", "address to listen on", "127.0.0.1").option("--name <host...>", "a name by which the server is called besides, as that of a proxy in front of it").option("--data <directory>", "where the data is kept", ".flotilla").option("--config <file>", "configuration (default: ./flotilla.config.yaml, else everything is simulated)").option("--allow-programs", "run the programs that kubeconfigs name, without asking").option("--no-token", "ask nobody for a token; only where everything is simulated").option(
    "--callback-key-file <file>",
    "take callbacks of Harness by the key in this file, or by two, one a line (default: $FLOTILLA_CALLBACK_KEY, else none are taken)"
  ).option("--faults <file>", "faults of the simulated Harness, and what kind of installation it is").option(
    "--engine-port <number>",
    "also serve the protocol of Step Functions, on loopback, to who has DIR/engine-secret; 0 takes a free port",
    portNumber
  ).option("--json", "print JSON").action(act(async () => (await import("./serve-XRFNYDEB.js")).serve));
  program.command("init").description("write a configuration and a batch from what runs in a cluster").option("--kubeconfig <file>", "the kubeconfig (default: $KUBECONFIG, else ~/.kube/config)").option("--context <name>", "its context (default: the current one)").option("--namespace <name...>", "namespaces to look into (default: that of the context)").option("--all-namespaces", "all of them but those of the cluster itself").option("--cluster <name>", "what the cluster is called from now on (default: as in the kubeconfig)").option("--environment <name>", "the environment that it is", "dev").option("--force", "write over files that are there").option("--allow-programs", "run the programs that the kubeconfig names, without asking").option("--json", "print JSON").action(act(async () => (await import("./init-3T5YZGCE.js")).init));
  program.command("demo").description("deploy an example to simulators of its own, and check that it ends as designed").addArgument(
    new Argument("[scene]", "a whole release, or a canary that takes over and one that goes back").choices(scenes)
  ).option(...utc).action(act(async () => (await import("./demo-QJNMIDYB.js")).demo));
  withOneOptions(
    add("plan <what>", `show what a batch would do; ${what}`, "default: $FLOTILLA_URL, else none is asked")
  ).option("--config <file>", "configuration to plan with (default: ./flotilla.config.yaml, else simulated)").action(act(async () => (await import("./plan-Q6DOBMLE.js")).plan));
  withPreviewOptions(add("preview <file>", "ask clusters what a batch would do there, and change nothing")).option(...patience).action(act(async () => (await import("./preview-CONV2AJ6.js")).preview));
  const follows = (command) => command.option("--follow", "stay until it has ended").option("--report-url <address>", "follow it, and post its end there as JSON").option("--timeout <seconds>", "stop following after this long", seconds).option(...patience).option("--idempotency-key <key>", "sending the same again gives the same batch");
  follows(withOneOptions(add("deploy <what>", `submit a batch; ${what}`))).option("--reason <text>", "why, of one deployment, for the record").option("--link <name=address>", "what set it off, as ci=https://\u2026; several times for several", linkOption).option("--yes", "do not ask whether it is to be deleted, with --action delete").option("--plan-hash <hash>", "only as it was planned: refused when the plan would be another by now").option(...utc).action(act(async () => (await import("./deploy-BB7PNATP.js")).deploy));
  addStatusOptions(add("status <id>", "show a batch and its deployments, or those that fit")).option("--at <number>", "how all stood at that event of its feed", eventNumber).option("--follow", "stay until it has ended").option("--timeout <seconds>", "stop following after this long", seconds).option(...patience).option(...utc).action(act(async () => (await import("./status-FQ3ST72N.js")).status));
  add("health <key>", "ask now how a service is: its workload, and its health check").requiredOption("--environment <name>", "the environment that it is in").option("--cluster <name>", "its cluster, where it is on several of the environment").option(...utc).action(act(async () => (await import("./health-MXEORZUE.js")).health));
  add("source <id>", "give the text of a batch as it was submitted").action(
    act(async () => (await import("./source-ADBNCBFG.js")).source)
  );
  addListOptions(add("list", "show the latest batches; all that is named must fit")).option("--limit <number>", `how many, at most ${mostListed}`, limit, 20).option(...utc).action(act(async () => (await import("./list-3EVKTR4H.js")).list));
  add("cancel <id>", "start nothing new, stop what can be stopped").option(...yes).action(act(async () => (await import("./cancel-YJK33M67.js")).cancel));
  follows(withRetryOptions(add("retry <id>", "try again what is not good in a batch, as a batch of its own"))).option(...yes).option(...utc).action(act(async () => (await import("./retry-DPQP4QCL.js")).retry));
  add("proceed <id> [key]", "let a deployment go on that waits for a person, or with --all all of a batch that do").option("--all", "all that wait for a person there").option(...yes).action(act(async () => (await import("./proceed-ANQBFSIN.js")).proceed));
  add("resolve <id> [key]", "say what became of an UNKNOWN deployment, or of all by what their clusters show").option("--status <status>", "SUCCESS or FAILED", resolution).option("--reason <text>", "what you have found out; with --all, instead of what was seen").option("--all", "propose an outcome for each that is UNKNOWN, and ask for each; --yes takes all proposals").option(...yes).action(act(async () => (await import("./resolve-MGYFO3QZ.js")).resolve));
  addVerifyCommands({ add, act, utc });
  const catalogue = program.command("catalogue").description("what there is to deploy, and where");
  addTo(catalogue, "show", "show the names that the server knows: pillars, services, environments, clusters").action(
    act(async () => (await import("./catalogue-show-7GY45AKM.js")).catalogueShow)
  );
  catalogue.command("apply").description("check the configuration and put it where a stage on AWS reads it, with your AWS credentials").option("--stage <name>", "the stage (default: the configuration's aws.stage, else dev)").option("--config <file>", "the configuration (default: ./flotilla.config.yaml)").option("--with-secrets", "also put the Harness key and the webhook tokens into the secret of the stage").option("--json", "print JSON").action(act(async () => (await import("./catalogue-apply-W3AFJG7Y.js")).catalogueApply));
  program.command("cluster-role <cluster>").description("print what lets Flotilla look in a cluster, for kubectl apply -f -").option("--config <file>", "the configuration (default: ./flotilla.config.yaml)").option("--all-namespaces", "in every namespace, and not only in those where services are").option("--executor <name>", "kubernetes: what lets it deploy there by itself").option("--resource <names...>", "with it: what manifests have besides, as kubectl names it").option("--json", "print JSON").action(act(async () => (await import("./cluster-role-D5TKKTSU.js")).clusterRole));
  addTargetCommands({ add, act, utc });
  addHoldCommands({ add, act, utc });
  addReadingCommands({ add, act, utc }, { patience });
  addRollbackCommand(
    { add, act, utc },
    { yes, patience, timeout: ["--timeout <seconds>", "stop following after this long", seconds] }
  );
  addUserCommands({ add, act, utc });
  const requests = program.command("requests").description("single deployments, without a file");
  addRequestCommands({ add: (usage, description) => addTo(requests, usage, description), act, utc });
  addTokenCommands(program, act);
  return program;
};
var addTokenCommands = (program, act) => {
  const tokens = program.command("token").description("the tokens of the server on this machine");
  const add = (usage, description) => tokens.command(usage).description(description).option("--data <directory>", "where the data of the server is kept", ".flotilla").option("--json", "print JSON");
  add("create <name>", "make a token, and show it this once").option("--scopes <list>", "what it is good for: read, logs, deploy, approve, impersonate, admin", scopesOption, [
    "read",
    "deploy"
  ]).option(
    "--kind <kind>",
    "who has it: program, or person, who alone may say what became of an UNKNOWN",
    kindOption,
    "program"
  ).option("--groups <list>", "groups that grants may name", groupsOption, []).option("--expires <time>", "how long it is good: 90d, 12h, never", expiresOption, usualExpiry).action(act(async () => (await import("./token-TLE3LYDM.js")).createToken));
  add("list", "show which tokens there are").action(act(async () => (await import("./token-TLE3LYDM.js")).listTokens));
  add("revoke <name>", "make a token good for nothing").action(
    act(async () => (await import("./token-TLE3LYDM.js")).revokeToken)
  );
};
var version = () => {
  return JSON.parse(readFileSync2(ownFile("package.json"), "utf8")).version;
};
var portNumber = numberIn(0, 65535);
var longest = 2147483;
var seconds = numberIn(1, longest);
var someSeconds = numberIn(0, longest);
var eventNumber = numberIn(1, 999999999);
var limit = numberIn(1, mostListed);
var resolution = (text) => {
  const status = text.toUpperCase();
  if (status === "SUCCESS" || status === "FAILED") return status;
  throw new InvalidArgumentError("It is SUCCESS or FAILED.");
};
var tell = (error, { terminal: terminal2 }, json) => {
  if (error instanceof CommanderError) {
    return error.exitCode === 0 ? exitStatus.done : exitStatus.usage;
  }
  const failure = asFailure(error);
  if (json) terminal2.out(JSON.stringify(failure.problem));
  else for (const line of failure.lines) terminal2.error(line);
  return failure.status;
};

// bin/flotilla.ts
var loginOf = () => {
  try {
    return userInfo().username;
  } catch {
    return void 0;
  }
};
var terminal = processTerminal();
endWithStarters(process.env, terminal.error);
var clock = new SystemClock();
process.exitCode = await runCli(process.argv.slice(2), {
  env: process.env,
  login: loginOf(),
  directory: process.cwd(),
  terminal,
  clock,
  ids: new UlidIds(clock),
  readStdin
});

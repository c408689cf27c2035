import{createRequire}from'node:module';const require=createRequire(import.meta.url);
import {
  faultOfVersion,
  parseFaultFile,
  parseFaultOrder,
  ruleOf
} from "./chunk-KIWGYTJH.js";
import {
  byOwnName,
  endWhenTold,
  listenAsBefore,
  noMemory,
  openMemory,
  outliveReaders,
  tellReady
} from "./chunk-TF7IPKVT.js";
import "./chunk-EZIQMRRB.js";
import "./chunk-OOLSFRDN.js";
import {
  require_dist
} from "./chunk-YRLDZUPZ.js";
import "./chunk-WBVFCZFM.js";
import {
  describeIssue
} from "./chunk-M3TJXYIZ.js";
import "./chunk-D5XJJSI4.js";
import "./chunk-6VULFD22.js";
import {
  __toESM
} from "./chunk-YO5ET45S.js";

// lib/simulators/harness/main.ts
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";

// lib/simulators/harness/simulated-harness.ts
import { once } from "node:events";

// lib/simulators/harness/http-server.ts
import { createServer } from "node:http";
var bodyLimit = 4 * 1024 * 1024;
var readBody = async (request) => {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > bodyLimit) throw new RangeError("body too large");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
};
var send = (response, sent) => {
  if (sent.cut !== void 0) {
    response.socket?.destroy();
    return;
  }
  response.writeHead(sent.status, { "content-type": sent.type, "x-simulated": "true" });
  response.end(sent.text);
};
var answerTo = async (request, carry) => carry({
  method: request.method ?? "GET",
  url: new URL(request.url ?? "/", "http://simulated"),
  headers: request.headers,
  body: await readBody(request)
});
var serve = (carry) => createServer(
  byOwnName((request, response) => {
    answerTo(request, carry).catch((error) => ({ status: 500, type: "text/plain", text: `SIMULATED: ${String(error)}` })).then((sent) => send(response, sent));
  })
);

// lib/simulators/harness/envelopes.ts
var success = (data) => ({
  status: 200,
  envelope: { status: "SUCCESS", data, metaData: null }
});
var statusOf = {
  INVALID_REQUEST: 400,
  /** The service's own throttling, unlike that of the edge. */
  TOO_MANY_REQUESTS: 400,
  ABORT_ALL_ALREADY_NG: 400,
  INVALID_TOKEN: 401,
  EXPIRED_TOKEN: 401,
  NG_ACCESS_DENIED: 403,
  ENTITY_NOT_FOUND: 404,
  UNKNOWN_ERROR: 500
};
var failure = (code, message) => ({
  status: statusOf[code] ?? 500,
  envelope: {
    status: "ERROR",
    code,
    message,
    detailedMessage: null,
    responseMessages: [{ code, level: "ERROR", message, exception: null, failureTypes: [] }],
    metadata: null
  }
});
var invalidFields = (fields) => ({
  status: 400,
  envelope: {
    status: "FAILURE",
    code: "INVALID_REQUEST",
    message: "Validation failed",
    errors: fields.map((fieldId) => ({ fieldId, error: "must not be null" }))
  }
});
var throttledAtEdge = () => ({ status: 429, html: "Too Many Requests", isThrottled: true });
var throttledByService = () => ({
  ...failure("TOO_MANY_REQUESTS", "SIMULATED: too many requests"),
  isThrottled: true
});
var htmlError = (told) => ({
  status: 502,
  html: `<html><head><title>502 Bad Gateway</title></head><body>${told}</body></html>`
});
var escapeHtml = (text2) => text2.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);
var page = (title, lines2) => ({
  status: 200,
  html: `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>SIMULATED Harness: ${escapeHtml(title)}</title></head>
<body><h1>SIMULATED Harness</h1><p>This is not Harness. Nothing here deploys anything outside this machine.</p>
<h2>${escapeHtml(title)}</h2><ul>${lines2.map((line) => `<li>${escapeHtml(line)}</li>`).join("")}</ul></body></html>`
});

// lib/simulators/harness/last-minute.ts
var minute = 6e4;
var LastMinute = class {
  #times = [];
  #first = 0;
  add(now) {
    this.#times.push(now);
  }
  count(now) {
    while (this.#first < this.#times.length && this.#times[this.#first] <= now - minute) this.#first += 1;
    if (this.#first > 1e3 && this.#first * 2 > this.#times.length) {
      this.#times = this.#times.slice(this.#first);
      this.#first = 0;
    }
    return this.#times.length - this.#first;
  }
};

// lib/simulators/harness/router.ts
var isOfProtocol = (path) => path.startsWith("/pipeline/api/");
var noSuchRoute = ({ method, path }) => failure("ENTITY_NOT_FOUND", `HTTP 404 Not Found: ${method} ${path}`);
var matchPath = (pattern, given) => {
  const isPrefix = pattern.at(-1) === "*";
  const wanted = isPrefix ? pattern.slice(0, -1) : pattern;
  if (isPrefix ? given.length < wanted.length : given.length !== wanted.length) return void 0;
  const params = {};
  for (const [index, part] of wanted.entries()) {
    const value = given[index];
    if (part.startsWith(":") && value !== "") params[part.slice(1)] = decodeURIComponent(value);
    else if (part !== value) return void 0;
  }
  return params;
};
var routerOf = (routes, edge) => {
  const patterns = routes.map((route) => ({ route, pattern: route.path.split("/") }));
  return ({ method, url, headers, body }) => {
    const path = url.pathname.replace(/^\/gateway(?=\/)/, "");
    const given = path.split("/");
    let params;
    const found = patterns.find(({ route, pattern }) => {
      params = route.method === method ? matchPath(pattern, given) : void 0;
      return params !== void 0;
    })?.route;
    const call = { method, path, params: params ?? {}, query: url.searchParams, headers, body };
    const answer = edge.refuse(call) ?? (found === void 0 ? noSuchRoute(call) : handle(found, call));
    if (isOfProtocol(path) && answer.cut !== "before") edge.took(call, answer, found?.name ?? "other");
    return answer;
  };
};
var handle = (route, call) => {
  try {
    return route.handle(call);
  } catch (error) {
    return failure("UNKNOWN_ERROR", `the simulator failed: ${String(error)}`);
  }
};

// lib/simulators/harness/access.ts
var Meter = class {
  #seen = /* @__PURE__ */ new Map();
  #clock;
  #limit;
  constructor(clock, limit) {
    this.#clock = clock;
    this.#limit = limit;
  }
  isOver(key) {
    if (this.#limit === 0) return false;
    return (this.#seen.get(key)?.count(this.#clock.now()) ?? 0) >= this.#limit;
  }
  took(key) {
    if (this.#limit === 0) return;
    const recent = this.#seen.get(key) ?? new LastMinute();
    this.#seen.set(key, recent);
    recent.add(this.#clock.now());
  }
};
var checkKey = (call, options) => {
  const key = call.headers["x-api-key"];
  const isWebhook = call.path.startsWith("/pipeline/api/webhook/");
  if (key === void 0 && isWebhook)
    return options.mandateKey ? failure("INVALID_REQUEST", "Please pass the X-Api-Key header") : void 0;
  if (options.apiKey === void 0 || key === options.apiKey) return void 0;
  return failure("INVALID_TOKEN", "Token is not valid");
};
var keyOf = (call) => call.headers["x-api-key"] ?? "";
var edgeOf = (options) => {
  const meter = new Meter(options.clock, options.requestsPerMinute);
  return {
    refuse: (call) => {
      if (!isOfProtocol(call.path)) return void 0;
      if (meter.isOver(keyOf(call)))
        return options.throttledBy === "service" ? throttledByService() : throttledAtEdge();
      return checkKey(call, options);
    },
    took: (call, answer) => {
      if (answer.isThrottled !== true) meter.took(keyOf(call));
    }
  };
};

// lib/simulators/harness/carry.ts
var carryBy = ({ answer, trace, clock, closing }) => async (asked) => {
  if (closing.aborted) return { cut: "before" };
  const given = answer(asked);
  const sent = sentOf(given, trace);
  if (given.late !== void 0) await clock.sleep(given.late, closing);
  return closing.aborted ? { cut: "after" } : sent;
};
var sentOf = ({ status, json: json2, envelope, html = "", cut }, trace) => {
  if (cut !== void 0) return { cut };
  const value = envelope === void 0 ? json2 : { ...envelope, correlationId: trace() };
  return value === void 0 ? { status, type: "text/html; charset=utf-8", text: html } : { status, type: "application/json", text: JSON.stringify(value) };
};

// lib/simulators/harness/wall-clock.ts
import { setTimeout as wait } from "node:timers/promises";
var wallClock = {
  now: () => Date.now(),
  sleep: (milliseconds, signal) => wait(milliseconds, void 0, { ref: false, ...signal === void 0 ? {} : { signal } }).catch(() => void 0)
};

// lib/simulators/harness/options.ts
var settle = (options) => ({
  port: 0,
  mandateKey: false,
  clusters: {},
  eventMilliseconds: 300,
  stageMilliseconds: 1500,
  abortMilliseconds: 300,
  requestsPerMinute: 400,
  throttledBy: "edge",
  lagMilliseconds: 0,
  maxConcurrentRuns: Number.POSITIVE_INFINITY,
  details: "V2",
  notes: "call",
  payload: "shown",
  executionDetails: "shown",
  faults: [],
  clock: wallClock,
  random: { next: Math.random },
  memory: noMemory,
  ...options
});

// lib/simulators/harness/run-views.ts
var node = (stage) => ({
  nodeType: "Deployment",
  nodeGroup: "STAGE",
  nodeIdentifier: stage.name,
  name: stage.name,
  nodeUuid: stage.id,
  nodeExecutionId: stage.id,
  status: stage.status,
  module: "cd",
  ...stage.startTs === void 0 ? {} : { startTs: stage.startTs },
  ...stage.endTs === void 0 ? {} : { endTs: stage.endTs },
  // The text of a failure sits in the response messages; the plain message is empty.
  ...stage.failure === void 0 ? {} : { failureInfo: failureInfo(stage.failure) }
});
var failureInfo = (message) => ({
  message: "",
  failureTypeList: [],
  responseMessages: [{ code: "GENERAL_ERROR", level: "ERROR", message, exception: null, failureTypes: [] }]
});
var triggerInfo = (run) => {
  const { event, trigger, org, project } = run.origin;
  if (event === void 0)
    return { triggerType: "MANUAL", triggeredBy: { identifier: "simulated-user", extraInfo: {} } };
  return {
    triggerType: "WEBHOOK_CUSTOM",
    triggeredBy: {
      identifier: trigger,
      extraInfo: { eventCorrelationId: event, triggerRef: `${org}/${project}/${trigger}` }
    },
    isRerun: false
  };
};
var notesIn = (run, { notes }) => {
  if (notes === "hidden" || run.origin.faults.has("hide-notes")) return {};
  const shown = notes === "row" ? { notes: run.origin.notes ?? "" } : {};
  return { notesExistForPlanExecutionId: run.origin.notes !== void 0, ...shown };
};
var isUnderWay = ({ startTs, endTs }) => startTs !== void 0 && endTs === void 0;
var summaryOf = (run, { now, options }) => {
  const look = run.look(now, options.lagMilliseconds);
  const failed = look.stages.find(({ failure: failure2 }) => failure2 !== void 0)?.failure;
  const count = (...wanted) => look.stages.filter(({ status }) => wanted.includes(status)).length;
  return {
    pipelineIdentifier: run.origin.pipeline,
    orgIdentifier: run.origin.org,
    projectIdentifier: run.origin.project,
    planExecutionId: run.id,
    name: run.origin.pipeline,
    status: look.status,
    tags: [],
    executionTriggerInfo: triggerInfo(run),
    ...failed === void 0 ? {} : { failureInfo: failureInfo(failed) },
    layoutNodeMap: Object.fromEntries(look.stages.map((stage) => [stage.id, node(stage)])),
    modules: ["cd", "pms"],
    startingNodeId: look.stages[0].id,
    startTs: run.createdAt,
    ...look.endTs === void 0 ? {} : { endTs: look.endTs },
    createdAt: run.createdAt,
    canRetry: look.endTs !== void 0,
    runSequence: run.sequence,
    successfulStagesCount: count("Success"),
    runningStagesCount: look.stages.filter(isUnderWay).length,
    failedStagesCount: count("Failed", "Errored", "Expired"),
    totalStagesCount: look.stages.length,
    ...look.status === "Aborted" && run.abortedBy !== void 0 ? { abortedBy: { email: run.abortedBy } } : {},
    executionMode: "NORMAL",
    ...notesIn(run, options)
  };
};
var eventDetailsOf = (event, run, view) => {
  const [first] = event.triggers;
  const { org, project, payload, faults } = event.origin;
  const { options } = view;
  const isPayloadShown = options.payload === "shown" && !faults.has("hide-payload");
  const isRunShown = options.executionDetails === "shown" && !faults.has("hide-execution-details");
  return {
    webhookProcessingDetails: {
      eventFound: true,
      eventId: event.id,
      orgIdentifier: org,
      projectIdentifier: project,
      triggerIdentifier: first?.trigger ?? null,
      pipelineIdentifier: first?.pipeline ?? null,
      pipelineExecutionId: event.runs[0] ?? null,
      exceptionOccured: event.exceptionOccured,
      status: event.status,
      message: event.message ?? null,
      payload: isPayloadShown ? payload.text : null,
      eventCreatedAt: event.createdAt,
      runtimeInput: null,
      warningMsg: event.warning ?? null
    },
    executionDetails: run === void 0 || !isRunShown ? null : { pipelineExecutionSummary: summaryOf(run, view) }
  };
};
var planExecutionOf = (run) => ({
  planExecution: {
    uuid: run.id,
    createdAt: run.createdAt,
    planId: `plan-${run.id}`,
    setupAbstractions: {},
    status: "RUNNING",
    startTs: run.createdAt,
    metadata: { executionUuid: run.id, runSequence: run.sequence, pipelineIdentifier: run.origin.pipeline }
  },
  gitDetails: {}
});

// lib/simulators/harness/payload.ts
var import_yaml = __toESM(require_dist(), 1);
var object = (value) => typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
var text = (value) => typeof value === "string" ? value : "";
var optional = (name, value) => typeof value === "string" && value !== "" ? { [name]: value } : {};
var strings = (from) => Object.fromEntries(Object.entries(from).filter((entry) => typeof entry[1] === "string"));
var payloadOfJson = (body) => {
  try {
    const value = object(JSON.parse(body));
    const flotilla = object(value.flotilla);
    return {
      ...optional("key", flotilla.key),
      ...optional("batch", flotilla.batch_id),
      ...optional("deployment", flotilla.deployment),
      service: text(value.service_name),
      version: text(value.docker_image_version),
      pillar: text(value.pillar),
      target: strings(object(value.target)),
      text: body
    };
  } catch {
    return void 0;
  }
};
var payloadOfYaml = (body, pipeline, notes) => {
  let root;
  try {
    root = body.trim() === "" ? {} : object(object((0, import_yaml.parse)(body)).pipeline);
  } catch (error) {
    return `Invalid YAML: ${error.message}`;
  }
  if (body.trimStart().startsWith("{")) return "Required pipeline variables are missing";
  if (body.trim() !== "" && root.identifier !== pipeline) return "The pipeline identifier in the YAML is another one";
  const variables = new Map(
    (Array.isArray(root.variables) ? root.variables : []).map((entry) => [
      text(object(entry).name),
      object(entry).value
    ])
  );
  const target = [...variables].filter(([name]) => name.startsWith("target_")).map(([name, value]) => [name.slice(7), value]);
  return {
    ...optional("key", variables.get("flotilla_key") ?? notes),
    ...optional("batch", variables.get("flotilla_batch_id")),
    ...optional("deployment", variables.get("flotilla_deployment")),
    service: text(variables.get("service_name")),
    version: text(variables.get("docker_image_version")),
    pillar: text(variables.get("pillar")),
    target: strings(Object.fromEntries(target)),
    text: body
  };
};

// lib/simulators/harness/struck.ts
var ruined = (answer) => (work, { when }) => {
  if (when === "before") return answer("SIMULATED: nothing was done");
  work();
  return answer("SIMULATED: it was done all the same");
};
var effects = {
  reject: () => failure("INVALID_REQUEST", "SIMULATED: this request is refused"),
  "too-many-requests": () => throttledAtEdge(),
  throttle: () => throttledByService(),
  "server-error": ruined((told) => failure("UNKNOWN_ERROR", told)),
  "html-error": ruined(htmlError),
  "drop-reply": (work) => ({ ...work(), cut: "after" }),
  "refuse-connection": () => ({ status: 0, cut: "before" }),
  "no-v2-details": (_, __, call) => noSuchRoute(call)
};
var struck = (world, { route, call, facts, except }, work) => {
  const { fault, late } = world.faults.drawRequest(route, facts, except);
  const effect = fault === void 0 ? void 0 : effects[fault.fault];
  const answer = effect === void 0 ? work() : effect(work, fault, call);
  return late > 0 ? { ...answer, late } : answer;
};

// lib/simulators/harness/triggers.ts
var matchTriggers = (triggers, call) => {
  if (triggers === void 0) return anyTrigger(call);
  const matching = triggers.filter(
    (each) => each.enabled !== false && (call.pipeline === void 0 || each.pipeline === call.pipeline) && (call.trigger === void 0 || each.trigger === call.trigger) && (call.token === void 0 || each.token === call.token)
  );
  if (call.token !== void 0 && matching.length === 0)
    return "No enabled custom trigger found for the used custom webhook token";
  const open = call.token === void 0 ? matching.filter((each) => each.token === void 0) : matching;
  if (matching.length > 0 && open.length === 0) return "This trigger has a webhook token: use the v3 address";
  return open.length > 0 ? open : "No enabled custom trigger found for the given identifiers";
};
var anyTrigger = ({ pipeline, trigger, token }) => pipeline === void 0 || trigger === void 0 ? "No enabled custom trigger found for the given identifiers" : [{ pipeline, trigger, ...token === void 0 ? {} : { token } }];

// lib/simulators/harness/start-routes.ts
var scopeNames = ["accountIdentifier", "orgIdentifier", "projectIdentifier"];
var missingScope = (call) => {
  const missing = scopeNames.filter((name) => (call.query.get(name) ?? "") === "");
  return missing.length === 0 ? void 0 : invalidFields(missing);
};
var scopeOf = (call) => ({
  org: call.query.get("orgIdentifier") ?? "",
  project: call.query.get("projectIdentifier") ?? ""
});
var startRoutes = (world) => {
  const webhook = (call, token) => {
    const pipeline = call.query.get("pipelineIdentifier") ?? void 0;
    const trigger = call.query.get("triggerIdentifier") ?? void 0;
    const triggers = matchTriggers(world.options.triggers, { pipeline, trigger, token });
    if (typeof triggers === "string") return failure("INVALID_REQUEST", triggers);
    const payload = payloadOfJson(call.body);
    if (payload === void 0) return failure("INVALID_REQUEST", "The webhook event could not be received");
    const facts = { ...payload, pipeline: triggers[0].pipeline };
    return struck(world, { route: "webhook", call, facts }, () => {
      const faults = world.faults.drawStart(facts);
      return storedAnswer(world, call, world.events.store(triggers, { ...scopeOf(call), payload, faults }).id);
    });
  };
  const checked = (handle2) => (call) => missingScope(call) ?? handle2(call);
  return [
    {
      ...{ name: "webhook", method: "POST", path: "/pipeline/api/webhook/custom/v2" },
      handle: checked((call) => webhook(call, void 0))
    },
    {
      name: "webhook",
      method: "POST",
      path: "/pipeline/api/webhook/custom/:token/v3",
      handle: checked((call) => webhook(call, call.params.token))
    },
    {
      name: "execute",
      method: "POST",
      path: "/pipeline/api/pipeline/execute/:pipeline",
      handle: checked((call) => execute(world, call))
    }
  ];
};
var storedAnswer = (world, call, event) => {
  const account = encodeURIComponent(call.query.get("accountIdentifier") ?? "");
  return success({
    eventCorrelationId: event,
    apiUrl: `${world.url()}/pipeline/api/webhook/triggerExecutionDetailsV2/${event}?accountIdentifier=${account}`,
    uiUrl: `${world.url()}/ng/#/account/${account}/cd/deployments`,
    uiSetupUrl: `${world.url()}/ng/#/account/${account}/cd/pipelines`
  });
};
var execute = (world, call) => {
  const pipeline = call.params.pipeline;
  const isKnown = world.options.triggers?.some((each) => each.pipeline === pipeline) ?? true;
  if (!isKnown) return failure("ENTITY_NOT_FOUND", `Pipeline with identifier ${pipeline} not found`);
  const notes = call.query.get("notesForPipelineExecution") ?? void 0;
  const payload = payloadOfYaml(call.body, pipeline, notes);
  if (typeof payload === "string") return failure("INVALID_REQUEST", payload);
  const facts = { ...payload, pipeline };
  return struck(world, { route: "execute", call, facts }, () => {
    const run = world.runs.start({
      ...{ pipeline, payload, faults: world.faults.drawStart(facts) },
      ...scopeOf(call),
      ...notes === void 0 ? {} : { notes }
    });
    return success(planExecutionOf(run));
  });
};

// lib/simulators/harness/list-runs.ts
var listRuns = (runs, call, view) => {
  const number = Number(call.query.get("page") ?? 0);
  const size = Number(call.query.get("size") ?? 10);
  if (!(Number.isInteger(number) && number >= 0)) return failure("INVALID_REQUEST", "page must be 0 or more");
  if (!(Number.isInteger(size) && size > 0 && size <= 1e3))
    return failure("INVALID_REQUEST", "size must be over 0 and at most 1000");
  const filter = filterOf(call);
  if (typeof filter === "string") return failure("INVALID_REQUEST", filter);
  const { org, project } = scopeOf(call);
  const found = runs.ofProject(org, project).filter((run) => isListed(run, filter, view));
  const end = Math.max(0, found.length - number * size);
  const rows = found.slice(Math.max(0, end - size), end).reverse();
  const totalPages = Math.ceil(found.length / size);
  return success({
    content: rows.map((run) => summaryOf(run, view)),
    totalPages,
    totalElements: found.length,
    number,
    size,
    numberOfElements: rows.length,
    first: number === 0,
    last: number >= totalPages - 1,
    empty: rows.length === 0
  });
};
var filterOf = (call) => {
  const written = JSON.parse(call.body || "{}");
  const { startTime, endTime } = written.timeRange ?? {};
  if (startTime === void 0 !== (endTime === void 0)) return "the time range needs its start and its end";
  const asked = (name) => call.query.getAll(name).flatMap((text2) => text2.split(","));
  const module = call.query.get("module") || "cd";
  const to = module.toLowerCase() === "cd" ? endTime ?? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  return {
    from: startTime ?? Number.NEGATIVE_INFINITY,
    to,
    pipelines: setOf([...asked("pipelineIdentifier"), written.pipelineName ?? ""]),
    statuses: setOf([...asked("status"), ...written.status ?? []]),
    triggers: setOf(written.triggerIdentifiers ?? [])
  };
};
var setOf = (texts) => new Set(texts.filter((text2) => text2 !== ""));
var isIn = (set, text2) => set.size === 0 || set.has(text2);
var isListed = (run, { from, to, pipelines, statuses, triggers }, { now, options }) => {
  const { createdAt, origin } = run;
  return createdAt >= from && createdAt <= to && isIn(pipelines, origin.pipeline) && isIn(triggers, origin.trigger ?? "") && run.isSeen(now, options.lagMilliseconds) && (statuses.size === 0 || statuses.has(run.look(now, options.lagMilliseconds).status));
};

// lib/simulators/harness/read-routes.ts
var executions = "/pipeline/api/pipelines/execution";
var viewOf = ({ options }) => ({ now: options.clock.now(), options });
var readRoutes = (world) => [
  ...eventRoutes(world),
  {
    ...{ name: "list", method: "POST", path: `${executions}/summary` },
    handle: (call) => missingScope(call) ?? list(world, call)
  },
  ofRun(
    world,
    { name: "detail", method: "GET", path: `${executions}/v2/:id` },
    (run) => success({ pipelineExecutionSummary: summaryOf(run, viewOf(world)), executionGraph: null })
  ),
  ofRun(
    world,
    { name: "notes", method: "GET", path: `${executions}/:id/notes` },
    (run, call) => world.options.notes === "hidden" || run.origin.faults.has("hide-notes") ? noSuchRoute(call) : success({ notes: run.origin.notes ?? "" })
  ),
  ofRun(
    world,
    { name: "abort", method: "PUT", path: "/pipeline/api/pipeline/execute/interrupt/:id" },
    (run, call) => interrupt(world, run, call)
  )
];
var list = (world, call) => {
  const pipelines = call.query.getAll("pipelineIdentifier");
  const facts = { pipeline: pipelines.length === 1 ? pipelines[0] : void 0 };
  return struck(world, { route: "list", call, facts }, () => listRuns(world.runs, call, viewOf(world)));
};
var ofRun = (world, route, answer) => {
  const { clock, lagMilliseconds } = world.options;
  const isKnown = (run) => route.name === "abort" ? !run.isForgotten(clock.now()) : run.isSeen(clock.now(), lagMilliseconds);
  const handle2 = (call) => {
    const run = world.runs.find(call.params.id);
    const { org, project } = scopeOf(call);
    const isThere = run !== void 0 && run.origin.org === org && run.origin.project === project;
    const strike = { route: route.name, call, facts: isThere ? run.facts : {} };
    return struck(
      world,
      strike,
      () => isThere && isKnown(run) ? answer(run, call) : failure("ENTITY_NOT_FOUND", `Plan execution ${call.params.id} not found`)
    );
  };
  return { ...route, handle: (call) => missingScope(call) ?? handle2(call) };
};
var eventRoutes = (world) => {
  const path = "/pipeline/api/webhook/triggerExecutionDetails";
  const answer = (call, isNewer) => {
    const event = world.events.find(call.params.id);
    const facts = event === void 0 ? {} : { ...event.origin.payload, pipeline: event.triggers[0]?.pipeline };
    const except = isNewer ? {} : { except: "no-v2-details" };
    return struck(world, { route: "event-details", call, facts, ...except }, () => {
      if (isNewer && world.options.details === "v1") return noSuchRoute(call);
      const isReady = event !== void 0 && event.status !== "QUEUED";
      if (event === void 0 || !(isReady || isNewer))
        return failure("INVALID_REQUEST", `Webhook event ${call.params.id} not found in history`);
      const view = viewOf(world);
      const run = event.runs[0] === void 0 ? void 0 : world.runs.find(event.runs[0]);
      const isSeen = run?.isSeen(view.now, view.options.lagMilliseconds) === true;
      return success(eventDetailsOf(event, isSeen ? run : void 0, view));
    });
  };
  const route = { name: "event-details", method: "GET" };
  return [
    { ...route, path: `${path}/:id`, handle: (call) => answer(call, false) },
    { ...route, path: `${path}V2/:id`, handle: (call) => answer(call, true) }
  ];
};
var interrupt = (world, run, call) => {
  const type = call.query.get("interruptType");
  if (type === "UserMarkedFailure")
    return failure("INVALID_REQUEST", "The setting to mark running steps as failed is off in this account");
  if (type !== "AbortAll") return failure("INVALID_REQUEST", `Interrupt type ${type} is not supported here`);
  const result = world.runs.abort(run);
  if (result === "again") return failure("ABORT_ALL_ALREADY_NG", "Execution already has ABORT_ALL interrupt");
  if (result === "over") return failure("INVALID_REQUEST", "Execution is already in a final status");
  if (result === "refused") return failure("INVALID_REQUEST", "SIMULATED: this run cannot be aborted");
  return success({ id: `interrupt-${run.id}`, type: "AbortAll", planExecutionId: run.id });
};

// lib/simulators/harness/simulator-routes.ts
var reportRuns = (world) => world.runs.all().map(({ id, origin, latest, createdAt }) => ({
  plan_execution_id: id,
  ...origin.payload.key === void 0 ? {} : { key: origin.payload.key },
  ...origin.payload.batch === void 0 ? {} : { batch_id: origin.payload.batch },
  ...origin.payload.deployment === void 0 ? {} : { deployment: origin.payload.deployment },
  ...origin.event === void 0 ? {} : { event_id: origin.event },
  ...origin.trigger === void 0 ? {} : { trigger: origin.trigger },
  pipeline: origin.pipeline,
  service: origin.payload.service,
  version: origin.payload.version,
  status: latest.status,
  started_at: createdAt,
  ...latest.endTs === void 0 ? {} : { ended_at: latest.endTs }
}));
var countByKey = (runs) => {
  const counts = {};
  for (const { key = "" } of runs) counts[key] = (counts[key] ?? 0) + 1;
  return counts;
};
var json = (value, status = 200) => ({ status, json: value });
var simulatorRoutes = (world) => [
  {
    method: "GET",
    path: "/simulator/runs",
    handle: () => {
      const runs = reportRuns(world);
      return json({ simulated: true, runs, by_key: countByKey(runs) });
    }
  },
  {
    method: "GET",
    path: "/simulator/events",
    handle: () => json({
      simulated: true,
      events: world.events.list().map(({ id, status, runs, origin }) => ({ id, status, runs, key: origin.payload.key }))
    })
  },
  {
    method: "GET",
    path: "/simulator/requests",
    handle: () => json({ simulated: true, ...world.requests.report() })
  },
  { method: "GET", path: "/simulator/faults", handle: () => json({ simulated: true, faults: world.faults.list() }) },
  {
    method: "POST",
    path: "/simulator/faults",
    handle: ({ body }) => {
      const order = parseFaultOrder(body);
      if ("issues" in order) {
        const problem = order.issues.map(describeIssue).join("; ");
        return json({ simulated: true, problem, problems: order.issues }, 400);
      }
      world.faults.order(order);
      return json({ simulated: true, faults: world.faults.list() }, 201);
    }
  },
  {
    method: "DELETE",
    path: "/simulator/faults",
    handle: () => {
      world.faults.clear();
      return json({ simulated: true, faults: [] });
    }
  },
  { method: "GET", path: "/", handle: () => page("runs", lines(world)) },
  // Browsers keep what follows the # to themselves, so every link lands here.
  { method: "GET", path: "/ng/*", handle: () => page("runs", lines(world)) }
];
var lines = (world) => reportRuns(world).map(
  (run) => `${run.plan_execution_id} ${run.pipeline} ${run.service} ${run.version} ${run.status}`
);

// lib/simulators/harness/workload-manifest.ts
var object2 = (value) => typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
var podSpecPath = (kind) => {
  if (kind === "pod") return ["spec"];
  if (kind === "cronjob") return ["spec", "jobTemplate", "spec", "template", "spec"];
  return ["spec", "template", "spec"];
};
var containersOf = (kind, manifest) => {
  const spec = podSpecPath(kind).reduce((at, name) => object2(at[name]), manifest);
  const list2 = Array.isArray(spec.containers) ? spec.containers : [];
  return list2.map((entry) => ({ name: String(object2(entry).name), image: String(object2(entry).image) }));
};
var imageWithVersion = (image, version) => {
  const repository = image.replace(/@.*$/, "").replace(/:[^/:]*$/, "");
  return `${repository}${/^sha(256|512):/.test(version) ? "@" : ":"}${version.replaceAll("+", "_")}`;
};
var nest = (path, value) => path.reduceRight((inner, name) => ({ [name]: inner }), value);
var patchOf = (kind, container) => nest(podSpecPath(kind), { containers: [container] });
var apiVersions = {
  deployment: ["apps/v1", "Deployment"],
  statefulset: ["apps/v1", "StatefulSet"],
  daemonset: ["apps/v1", "DaemonSet"],
  job: ["batch/v1", "Job"],
  cronjob: ["batch/v1", "CronJob"],
  pod: ["v1", "Pod"]
};
var imageOf = (service) => service.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
var readinessProbe = { httpGet: { path: "/ready", port: 8080 }, periodSeconds: 1 };
var newWorkload = ({ target, service, version }) => {
  const { kind = "deployment", name = "", namespace = "default", container = name, image = imageOf(service) } = target;
  const [apiVersion, kindName] = apiVersions[kind];
  const metadata = { name, namespace, labels: { app: name } };
  const own = { name: container, image: imageWithVersion(image, version) };
  const pod = { containers: [{ ...own, readinessProbe }] };
  const once2 = {
    template: { metadata: { labels: { app: name } }, spec: { containers: [own], restartPolicy: "Never" } }
  };
  const standing = {
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: pod }
  };
  const specs = {
    deployment: { replicas: 1, ...standing },
    statefulset: { replicas: 1, serviceName: name, ...standing },
    daemonset: standing,
    job: { backoffLimit: 0, ...once2 },
    cronjob: { schedule: "0 3 * * *", jobTemplate: { spec: once2 } },
    pod
  };
  return { apiVersion, kind: kindName, metadata, spec: specs[kind] };
};
var isControllerLabel = (name) => name.endsWith("controller-uid") || name.endsWith("job-name");
var withoutControllerLabels = (labels) => Object.fromEntries(Object.entries(object2(labels)).filter(([name]) => !isControllerLabel(name)));
var rerunOf = (job, container) => {
  const { name, namespace, labels, annotations } = object2(job.metadata);
  const { selector: _selector, manualSelector: _manual, template, ...spec } = object2(job.spec);
  const templateMetadata = object2(object2(template).metadata);
  const podSpec = object2(object2(template).spec);
  const containers = (Array.isArray(podSpec.containers) ? podSpec.containers : []).map(
    (entry) => object2(entry).name === container.name ? { ...object2(entry), image: container.image } : entry
  );
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      name,
      namespace,
      labels: withoutControllerLabels(labels),
      ...annotations === void 0 ? {} : { annotations }
    },
    spec: {
      ...spec,
      template: {
        metadata: { labels: withoutControllerLabels(templateMetadata.labels) },
        spec: { ...podSpec, containers }
      }
    }
  };
};

// lib/simulators/harness/cluster-apply.ts
var collections = {
  deployment: "apis/apps/v1/namespaces/:namespace/deployments",
  statefulset: "apis/apps/v1/namespaces/:namespace/statefulsets",
  daemonset: "apis/apps/v1/namespaces/:namespace/daemonsets",
  job: "apis/batch/v1/namespaces/:namespace/jobs",
  cronjob: "apis/batch/v1/namespaces/:namespace/cronjobs",
  pod: "api/v1/namespaces/:namespace/pods",
  rollout: "apis/argoproj.io/v1alpha1/namespaces/:namespace/rollouts",
  "knative-service": "apis/serving.knative.dev/v1/namespaces/:namespace/services"
};
var requestTimeout = 1e4;
var deletionLooks = 100;
var ask = async (method, url, type, body) => {
  const response = await fetch(url, {
    method,
    headers: {
      accept: "application/json",
      "user-agent": "harness",
      ...type === void 0 ? {} : { "content-type": type }
    },
    ...body === void 0 ? {} : { body: JSON.stringify(body) },
    signal: AbortSignal.timeout(requestTimeout)
  });
  return { status: response.status, body: await response.json() };
};
var problemOf = (what, { status, body }) => status < 300 ? void 0 : `${what}: the cluster answered ${status} ${String(body.message ?? "")}`;
var applyToCluster = async (options, payload) => {
  const { cluster = "", namespace = "default", kind = "", name = "" } = payload.target;
  if (Object.keys(options.clusters).length === 0) return void 0;
  const base = options.clusters[cluster];
  if (base === void 0) return `the pipeline knows no cluster ${cluster}`;
  const collection = collections[kind];
  if (collection === void 0 || name === "") return `the pipeline cannot deploy a ${kind} named ${name}`;
  const path = collection.replace(":namespace", encodeURIComponent(namespace));
  const url = `${base.replace(/\/$/, "")}/${path}`;
  try {
    return await change({ collection: url, object: `${url}/${encodeURIComponent(name)}`, payload, options });
  } catch (error) {
    return `cluster ${cluster} cannot be reached: ${error.message}`;
  }
};
var isCustom = (kind) => kind === "rollout" || kind === "knative-service";
var manager = "fieldManager=harness";
var change = async ({ collection, object: object3, payload, options }) => {
  const { kind = "", container, image } = payload.target;
  const found = await ask("GET", object3);
  if (found.status === 404 && isCustom(kind)) return problemOf("read", found);
  if (found.status === 404) {
    const manifest = newWorkload(payload);
    return problemOf(
      "apply",
      await ask("PATCH", `${object3}?${manager}&force=true`, "application/apply-patch+yaml", manifest)
    );
  }
  const unreadable = problemOf("read", found);
  if (unreadable !== void 0) return unreadable;
  const containers = containersOf(kind, found.body);
  const chosen = containers.find(({ name }) => name === container) ?? (container === void 0 ? containers[0] : void 0);
  if (chosen === void 0) return `the workload has no container ${container ?? ""}`;
  const wanted = { name: chosen.name, image: imageWithVersion(image ?? chosen.image, payload.version) };
  if (kind === "job") return runJobAgain(collection, object3, { manifest: rerunOf(found.body, wanted), options });
  if (isCustom(kind)) {
    const path = `/spec/template/spec/containers/${containers.indexOf(chosen)}/image`;
    const patch2 = [{ op: "replace", path, value: wanted.image }];
    return problemOf("patch", await ask("PATCH", `${object3}?${manager}`, "application/json-patch+json", patch2));
  }
  const patch = patchOf(kind, wanted);
  return problemOf(
    "patch",
    await ask("PATCH", `${object3}?${manager}`, "application/strategic-merge-patch+json", patch)
  );
};
var runJobAgain = async (collection, object3, { manifest, options }) => {
  const removed = await ask("DELETE", `${object3}?propagationPolicy=Background`);
  if (removed.status !== 404 && removed.status >= 300) return problemOf("delete", removed);
  for (let look = 0; (await ask("GET", object3)).status !== 404; look += 1) {
    if (look === deletionLooks) return "the old job did not go away";
    await options.clock.sleep(100);
  }
  return problemOf("create", await ask("POST", `${collection}?${manager}`, "application/json", manifest));
};

// lib/simulators/harness/faults.ts
var millisecondsOf = (drawn, fault) => {
  const order = drawn.get(fault);
  return order === void 0 ? 0 : order.milliseconds ?? ruleOf(fault).milliseconds ?? 0;
};
var FaultTable = class {
  #memory;
  #random;
  #orders;
  /** The orders of the file are those of this start: what an earlier file ordered is gone. */
  constructor(memory2, random, ofFile = []) {
    this.#memory = memory2;
    this.#random = random;
    const before = memory2.all("faults")[0]?.orders ?? [];
    this.#orders = [
      ...before.filter(({ isOfFile }) => isOfFile !== true),
      ...ofFile.map((order) => ({ ...entryOf(order), isOfFile: true }))
    ];
    if (before.length > 0 || ofFile.length > 0) this.#keep();
  }
  order(order) {
    this.#orders.push(entryOf(order));
    this.#keep();
  }
  clear() {
    this.#orders = [];
    this.#keep();
  }
  list() {
    return this.#orders.filter((entry) => !isUsedUp(entry)).map(({ order }) => order);
  }
  /** What strikes the request itself. `except`: what cannot strike a request like this one. */
  drawRequest(route, facts, except) {
    const own = faultOfVersion(facts.version ?? "");
    let fault = own !== void 0 && isOn({ fault: own }, route) ? { fault: own } : void 0;
    let late;
    for (const entry of this.#orders) {
      const { order } = entry;
      const isLate = order.fault === "slow-answer";
      if (order.fault === except || !isOn(order, route) || (isLate ? late : fault) !== void 0) continue;
      if (!this.#strikes(entry, facts)) continue;
      if (isLate) late = millisecondsOf(/* @__PURE__ */ new Map([[order.fault, order]]), order.fault);
      else fault = order;
    }
    return { ...fault === void 0 ? {} : { fault }, late: late ?? 0 };
  }
  /** What strikes the event of a start that was taken, and its runs: each fault once. */
  drawStart(facts) {
    const drawn = /* @__PURE__ */ new Map();
    const own = faultOfVersion(facts.version ?? "");
    if (own !== void 0 && !isOfRequest(own)) drawn.set(own, { fault: own });
    for (const entry of this.#orders) {
      const { order } = entry;
      if (isOfRequest(order.fault) || drawn.has(order.fault)) continue;
      if (this.#strikes(entry, facts)) drawn.set(order.fault, order);
    }
    return drawn;
  }
  #strikes(entry, facts) {
    const { match = {}, every = 1, share = 1 } = entry.order;
    const isMatch = Object.entries(match).every(([name, value]) => facts[name] === value);
    if (!isMatch || isUsedUp(entry)) return false;
    entry.seen = (entry.seen ?? 0) + 1;
    const isIt = entry.seen % every === 0 && (share === 1 || this.#random.next() < share);
    if (isIt && entry.left !== void 0) entry.left -= 1;
    if (every > 1 || entry.left !== void 0) this.#keep();
    return isIt;
  }
  #keep() {
    this.#memory.put("faults", "latest", { orders: this.#orders });
  }
};
var entryOf = (order) => ({
  order,
  ...order.times === void 0 ? {} : { left: order.times }
});
var isUsedUp = ({ left = 1 }) => left <= 0;
var isOfRequest = (fault) => ruleOf(fault).strikes === "request";
var isOn = ({ fault, on }, route) => isOfRequest(fault) && (on ?? ruleOf(fault).on ?? []).includes(route);

// lib/simulators/harness/run.ts
var remembered = (origin) => ({
  ...origin,
  faults: [...origin.faults]
});
var recalled = (origin) => ({ ...origin, faults: new Map(origin.faults) });
var Run = class _Run {
  id;
  sequence;
  origin;
  createdAt;
  stages;
  /** Ends every wait of the run: an abort was accepted, or the simulator ends. */
  stop = new AbortController();
  /** Set once an abort was accepted. */
  abortedBy;
  #looks = [];
  constructor(id, sequence, origin, now) {
    this.id = id;
    this.sequence = sequence;
    this.origin = origin;
    this.createdAt = now;
    this.stages = ["Prepare", "Deploy"].map((name) => ({ id: `${id}-${name}`, name, status: "NotStarted" }));
    this.become("Queued", now);
  }
  static of({ id, sequence, origin, createdAt, stages, looks, abortedBy }) {
    const run = new _Run(id, sequence, recalled(origin), createdAt);
    run.stages.splice(0, run.stages.length, ...stages);
    run.#looks.splice(0, 1, ...looks);
    if (abortedBy !== void 0) run.abortAs(abortedBy);
    return run;
  }
  get record() {
    const { id, sequence, origin, createdAt, stages, abortedBy } = this;
    return {
      ...{ id, sequence, createdAt, stages, looks: this.#looks },
      origin: remembered(origin),
      ...abortedBy === void 0 ? {} : { abortedBy }
    };
  }
  get latest() {
    return this.#looks.at(-1);
  }
  get isOver() {
    return this.latest.endTs !== void 0;
  }
  get isAborting() {
    return this.abortedBy !== void 0;
  }
  abortAs(whose) {
    this.abortedBy = whose;
    this.stop.abort();
  }
  /** What faults match. */
  get facts() {
    return { ...this.origin.payload, pipeline: this.origin.pipeline };
  }
  become(status, now, isEnd = false) {
    const stages = this.stages.map((stage) => ({ ...stage }));
    this.#looks.push({ at: now, status, stages, ...isEnd ? { endTs: now } : {} });
  }
  isForgotten(now) {
    const { faults } = this.origin;
    return faults.has("forget-run") && now - this.createdAt >= millisecondsOf(faults, "forget-run");
  }
  /** Whether what is read knows of it. `late`: what all learn so much later. */
  isSeen(now, late) {
    const since = this.createdAt + Math.max(late, millisecondsOf(this.origin.faults, "late-run"));
    return now >= since && !this.isForgotten(now);
  }
  /** As clients see it now: the newest look that is old enough, else the first. */
  look(now, late) {
    const { faults } = this.origin;
    const lag = Math.max(late, millisecondsOf(faults, "stale-status"));
    return this.#looks.findLast(({ at }) => at <= now - lag) ?? this.#looks[0];
  }
};

// lib/simulators/harness/events.ts
var Events = class {
  #options;
  #ids;
  #runs;
  #memory;
  #all = /* @__PURE__ */ new Map();
  #closing = new AbortController();
  constructor(options, { ids, runs }) {
    this.#options = options;
    this.#ids = ids;
    this.#runs = runs;
    this.#memory = options.memory;
    for (const record of options.memory.all("event")) {
      const event = { ...record, origin: recalled(record.origin) };
      this.#all.set(event.id, event);
      if (event.status === "QUEUED") void this.#work(event);
    }
  }
  store(triggers, origin) {
    const event = {
      id: this.#ids.event(),
      createdAt: this.#options.clock.now(),
      triggers,
      origin,
      status: "QUEUED",
      exceptionOccured: false,
      runs: []
    };
    this.#all.set(event.id, event);
    this.#keep(event);
    void this.#work(event);
    return event;
  }
  find(id) {
    return this.#all.get(id);
  }
  list() {
    return [...this.#all.values()];
  }
  close() {
    this.#closing.abort();
  }
  async #work(event) {
    const { faults } = event.origin;
    if (faults.has("lose-event")) return;
    const { clock, eventMilliseconds } = this.#options;
    const due = event.createdAt + eventMilliseconds + millisecondsOf(faults, "late-event");
    await clock.sleep(Math.max(0, due - clock.now()), this.#closing.signal);
    if (this.#closing.signal.aborted) return;
    this.#memory.together(() => {
      const fail2 = faults.get("fail-event");
      if (fail2 === void 0) this.#startRuns(event);
      else {
        event.status = fail2.status ?? "NO_MATCHING_TRIGGER_FOR_PAYLOAD_CONDITIONS";
        event.message = "SIMULATED: the event did not lead to a run";
        event.exceptionOccured = true;
      }
      this.#keep(event);
    });
  }
  #keep(event) {
    this.#memory.put("event", event.id, { ...event, origin: remembered(event.origin) });
  }
  #startRuns(event) {
    for (const { pipeline, trigger } of event.triggers) {
      const run = this.#runs.start({ ...event.origin, pipeline, trigger, event: event.id });
      event.runs.push(run.id);
    }
    event.status = "TARGET_EXECUTION_REQUESTED";
    event.message = "Trigger execution was successful, pipeline execution requested";
    if (event.runs.length > 1) event.warning = `${event.runs.length} triggers matched; only the first is shown`;
  }
};

// lib/simulators/harness/ids.ts
var hex = "0123456789abcdef";
var word = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";
var Ids = class {
  #random;
  #traces;
  #made = 0;
  constructor(random) {
    this.#random = random;
    this.#traces = this.#drawn(hex, 8);
  }
  /** 24 hex digits. */
  event() {
    return this.#drawn(hex, 16) + this.#count(16, 8);
  }
  /** 22 letters and digits. */
  run() {
    return this.#drawn(word, 16) + this.#count(36, 6);
  }
  /** In the form of a UUID; the trace of a request, which nothing asks for. */
  trace() {
    return `${this.#traces}-0000-4000-8000-${this.#count(16, 12)}`;
  }
  #drawn(letters, length) {
    let text2 = "";
    while (text2.length < length) text2 += letters[Math.floor(this.#random.next() * letters.length)];
    return text2;
  }
  #count(radix, length) {
    this.#made += 1;
    return this.#made.toString(radix).padStart(length, "0");
  }
};

// lib/simulators/harness/request-log.ts
var none = () => ({ total: 0, throttled: 0, routes: /* @__PURE__ */ new Map() });
var RequestLog = class {
  #clock;
  #all = none();
  #minutes = /* @__PURE__ */ new Map();
  #lastMinute = new LastMinute();
  #busiest = 0;
  constructor(clock) {
    this.#clock = clock;
  }
  count(route, answer) {
    const now = this.#clock.now();
    const minute2 = now - now % 6e4;
    const ofMinute = this.#minutes.get(minute2) ?? none();
    this.#minutes.set(minute2, ofMinute);
    for (const count of [this.#all, ofMinute]) {
      count.total += 1;
      if (answer.isThrottled === true) count.throttled += 1;
      count.routes.set(route, (count.routes.get(route) ?? 0) + 1);
    }
    this.#lastMinute.add(now);
    this.#busiest = Math.max(this.#busiest, this.#lastMinute.count(now));
  }
  report() {
    const minutes = [...this.#minutes].sort(([one], [other]) => one - other);
    return {
      ...tallyOf(this.#all),
      busiest_minute: this.#busiest,
      minutes: minutes.map(([at, count]) => ({ at, ...tallyOf(count) }))
    };
  }
};
var tallyOf = ({ total, throttled, routes }) => ({
  total,
  throttled,
  by_route: Object.fromEntries([...routes].sort(([one], [other]) => one.localeCompare(other)))
});

// lib/simulators/harness/runs.ts
var scopeName = (org, project) => JSON.stringify([org, project]);
var Runs = class {
  #options;
  #ids;
  #apply;
  #all = /* @__PURE__ */ new Map();
  #byProject = /* @__PURE__ */ new Map();
  #closing = new AbortController();
  #waiting = [];
  #active = 0;
  constructor(options, { ids, apply }) {
    this.#options = options;
    this.#ids = ids;
    this.#apply = apply;
    for (const record of options.memory.all("run")) this.#add(Run.of(record));
    for (const run of this.#all.values()) {
      if (run.isOver) continue;
      void this.#drive(run);
      if (run.isAborting) void this.#endAborted(run);
    }
  }
  start(origin) {
    const run = new Run(this.#ids.run(), this.#all.size + 1, origin, this.#clock.now());
    this.#add(run);
    this.#keep(run);
    void this.#drive(run);
    return run;
  }
  find(id) {
    return this.#all.get(id);
  }
  /** In the order of their start. */
  all() {
    return [...this.#all.values()];
  }
  /** The same, of one project only. */
  ofProject(org, project) {
    return this.#byProject.get(scopeName(org, project)) ?? [];
  }
  /** `done`: the service says that it will end as Aborted. The rest are the ways in which it refuses. */
  abort(run) {
    const { faults } = run.origin;
    if (run.isOver) return "over";
    if (run.isAborting) return "again";
    if (faults.has("refuse-abort")) return "refused";
    if (faults.has("ignore-abort")) return "done";
    run.abortAs("simulated-user@example.com");
    this.#become(run, "Discontinuing");
    void this.#endAborted(run);
    return "done";
  }
  close() {
    this.#closing.abort();
    for (const run of this.#all.values()) if (!run.isOver) run.stop.abort();
  }
  get #clock() {
    return this.#options.clock;
  }
  #add(run) {
    this.#all.set(run.id, run);
    const name = scopeName(run.origin.org, run.origin.project);
    const ofProject = this.#byProject.get(name);
    if (ofProject === void 0) this.#byProject.set(name, [run]);
    else ofProject.push(run);
  }
  #become(run, status, isEnd = false) {
    run.become(status, this.#clock.now(), isEnd);
    this.#keep(run);
  }
  #keep(run) {
    this.#options.memory.put("run", run.id, run.record);
  }
  async #endAborted(run) {
    const { faults } = run.origin;
    const takes = faults.has("slow-abort") ? millisecondsOf(faults, "slow-abort") : this.#options.abortMilliseconds;
    const due = run.latest.at + takes;
    await this.#clock.sleep(Math.max(0, due - this.#clock.now()), this.#closing.signal);
    if (!this.#closing.signal.aborted) this.#end(run, "Aborted");
  }
  async #drive(run) {
    const { faults } = run.origin;
    if (faults.has("queued-for-ever")) return this.#remain(run, faults.get("queued-for-ever")?.status ?? "Queued");
    await this.#turn(run);
    const failed = await this.#stages(run);
    if (!this.#isStopped(run)) this.#end(run, failed ?? "Success");
    this.#active -= 1;
    this.#waiting.shift()?.();
  }
  async #turn(run) {
    if (this.#active >= this.#options.maxConcurrentRuns) {
      this.#become(run, "QueuedExecutionConcurrencyReached");
      await new Promise((resolve) => this.#waiting.push(resolve));
    }
    this.#active += 1;
  }
  /** Gives the status of a failed run; undefined when all went well or the run was stopped. */
  async #stages(run) {
    for (const stage of run.stages) {
      if (this.#isStopped(run)) return void 0;
      if (stage.endTs === void 0) await this.#perform(run, stage);
      if (stage.failure !== void 0) return stage.status;
    }
    return void 0;
  }
  /** Whatever of its time is over already is over. */
  async #perform(run, stage) {
    const { faults } = run.origin;
    if (stage.startTs === void 0) this.#begin(run, stage);
    const isFirst = stage.name === "Prepare";
    const due = stage.startTs + this.#options.stageMilliseconds + (isFirst ? millisecondsOf(faults, "slow") : 0);
    await this.#until(run, due);
    const rejected = isFirst && faults.has("wait-for-person") ? await this.#person(run, stage, due) : void 0;
    if (isFirst && faults.has("stuck-running"))
      await this.#remain(run, faults.get("stuck-running")?.status ?? "Running");
    if (this.#isStopped(run)) return;
    const failed = isFirst ? void 0 : await this.#deploy(run);
    if (this.#closing.signal.aborted) return;
    const failure2 = rejected ?? failed;
    stage.endTs = this.#clock.now();
    stage.status = failure2 === void 0 ? "Success" : statusOfFailure(faults, rejected !== void 0);
    if (failure2 !== void 0) stage.failure = failure2;
    this.#keep(run);
  }
  async #deploy(run) {
    const { faults, payload } = run.origin;
    const what = `${payload.service} ${payload.version}`;
    if (faults.has("fail-stage")) return `SIMULATED: the step Rollout of ${what} failed: manifest check found an error`;
    const problem = await this.#apply(run.origin);
    if (problem !== void 0) return `SIMULATED: ${problem}`;
    if (faults.has("fail-after-apply")) return `SIMULATED: the step Smoke Test of ${what} failed after the rollout`;
    return void 0;
  }
  #begin(run, stage) {
    stage.status = "Running";
    stage.startTs = this.#clock.now();
    this.#become(run, "Running");
  }
  /** Gives a message when the person said no. */
  async #person(run, stage, since) {
    if (this.#isStopped(run)) return void 0;
    const { faults } = run.origin;
    const { status = "ApprovalWaiting", outcome } = faults.get("wait-for-person");
    stage.status = status;
    if (run.latest.status !== status) this.#become(run, status);
    await this.#until(run, since + millisecondsOf(faults, "wait-for-person"));
    if (this.#isStopped(run)) return void 0;
    if (outcome === "rejected") return "SIMULATED: a person rejected the run";
    stage.status = "Running";
    this.#become(run, "Running");
    return void 0;
  }
  /** Until it is stopped. */
  async #remain(run, status) {
    if (this.#isStopped(run)) return;
    if (run.latest.status !== status) this.#become(run, status);
    while (!this.#isStopped(run)) await this.#clock.sleep(forEver, run.stop.signal);
  }
  #end(run, status) {
    const now = this.#clock.now();
    for (const stage of run.stages) {
      if (stage.startTs === void 0 || stage.endTs !== void 0) continue;
      stage.status = status;
      stage.endTs = now;
    }
    this.#become(run, status, true);
  }
  #isStopped(run) {
    return this.#closing.signal.aborted || run.isAborting;
  }
  #until(run, due) {
    return this.#clock.sleep(Math.max(0, due - this.#clock.now()), run.stop.signal);
  }
};
var forEver = 24 * 36e5;
var statusOfFailure = (faults, isRejected) => isRejected ? "ApprovalRejected" : faults.get("fail-stage")?.status ?? "Failed";

// lib/simulators/harness/world.ts
var harnessMemory = { what: "Harness", version: 1 };
var createWorld = (options, url) => {
  const ids = new Ids(options.random);
  const deploy = options.deploy ?? ((payload) => applyToCluster(options, payload));
  const runs = new Runs(options, { ids, apply: ({ payload }) => deploy(payload) });
  return {
    ...{ options, ids, runs, url },
    faults: new FaultTable(options.memory, options.random, options.faults),
    events: new Events(options, { ids, runs }),
    requests: new RequestLog(options.clock)
  };
};

// lib/simulators/harness/opened-harness.ts
var openHarness = (options, url) => {
  const settled = settle(options);
  const world = createWorld(settled, url);
  const closing = new AbortController();
  const routes = [...startRoutes(world), ...readRoutes(world), ...simulatorRoutes(world)];
  const edge = edgeOf(settled);
  const answer = routerOf(routes, {
    ...edge,
    took: (call, given, route) => {
      edge.took(call, given, route);
      world.requests.count(route, given);
    }
  });
  return {
    controls: {
      order: (fault) => world.faults.order(fault),
      runs: () => reportRuns(world),
      requests: () => world.requests.report()
    },
    settled,
    carry: carryBy({ answer, trace: () => world.ids.trace(), clock: settled.clock, closing: closing.signal }),
    close: () => {
      closing.abort();
      world.events.close();
      world.runs.close();
      settled.memory.close();
    }
  };
};

// lib/simulators/harness/simulated-harness.ts
var startSimulatedHarness = async (options = {}) => {
  let url = "";
  const harness2 = openHarness(options, () => url);
  const { port: wanted, memory: memory2 } = harness2.settled;
  const server = serve(harness2.carry);
  const port = await listenAsBefore(server, wanted, memory2);
  url = `http://127.0.0.1:${port}`;
  return {
    ...harness2.controls,
    url,
    port,
    close: async () => {
      harness2.close();
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    }
  };
};

// lib/simulators/harness/main.ts
outliveReaders();
var { values } = parseArgs({
  options: {
    port: { type: "string", default: "0" },
    "api-key": { type: "string" },
    "mandate-key": { type: "boolean" },
    cluster: { type: "string", multiple: true },
    trigger: { type: "string", multiple: true },
    "event-milliseconds": { type: "string" },
    "stage-milliseconds": { type: "string" },
    "abort-milliseconds": { type: "string" },
    "requests-per-minute": { type: "string" },
    "max-concurrent-runs": { type: "string" },
    details: { type: "string" },
    faults: { type: "string" },
    state: { type: "string" },
    "exit-with-stdin": { type: "boolean" }
  }
});
var fail = (problem) => {
  process.stderr.write(`simulated-harness: ${problem}
`);
  process.exit(2);
};
var numbers = [
  "event-milliseconds",
  "stage-milliseconds",
  "abort-milliseconds",
  "requests-per-minute",
  "max-concurrent-runs"
];
var camel = (name) => name.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
var numberOf = (name, text2) => {
  const value = Number(text2);
  return text2.trim() !== "" && Number.isFinite(value) && value >= 0 ? value : fail(`--${name} is not a number: ${text2}`);
};
var clusterOf = (text2) => {
  const [, name, url] = /^([^=]+)=(.+)$/.exec(text2) ?? fail(`--cluster wants name=url, not ${text2}`);
  return [name, url];
};
var triggerOf = (text2) => {
  const parts = /^([^/]+)\/([^=]+)(?:=(.+))?$/.exec(text2) ?? fail("--trigger wants pipeline/trigger[=token]");
  const [, pipeline, trigger, token] = parts;
  return { pipeline, trigger, ...token === void 0 ? {} : { token } };
};
var readOptions = () => {
  const { details } = values;
  if (details !== void 0 && details !== "V2" && details !== "v1") return fail("--details is V2 or v1");
  const given = numbers.flatMap((name) => {
    const text2 = values[name];
    return text2 === void 0 ? [] : [[camel(name), numberOf(name, text2)]];
  });
  return {
    ...Object.fromEntries(given),
    port: numberOf("port", values.port),
    clusters: Object.fromEntries((values.cluster ?? []).map(clusterOf)),
    ...values["api-key"] === void 0 ? {} : { apiKey: values["api-key"] },
    ...values["mandate-key"] === void 0 ? {} : { mandateKey: values["mandate-key"] },
    ...values.trigger === void 0 ? {} : { triggers: values.trigger.map(triggerOf) },
    ...details === void 0 ? {} : { details }
  };
};
var readFaults = (file) => {
  let text2 = "";
  try {
    text2 = readFileSync(file, "utf8");
  } catch (error) {
    return fail(`${file} cannot be read: ${error.message}`);
  }
  const read = parseFaultFile(text2);
  if ("issues" in read)
    return fail(`${file} is not valid
${read.issues.map((issue) => describeIssue({ file, ...issue })).join("\n")}`);
  return { ...read.installation, faults: read.orders };
};
var tell = (message) => {
  process.stderr.write(`SIMULATED: ${message}
`);
};
var memory = values.state === void 0 ? noMemory : await openMemory(values.state, harnessMemory, { tell }).catch(({ message }) => fail(message));
var ordered = values.faults === void 0 ? {} : readFaults(values.faults);
var harness = await startSimulatedHarness({ ...readOptions(), ...ordered, memory });
tellReady({ what: "harness", port: harness.port, url: harness.url });
endWhenTold(() => harness.close(), values["exit-with-stdin"] === true);

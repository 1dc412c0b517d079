// `node scripts/limits.js`: src/api/limits.ts, what each field of a request may be, from the contract as the API serves it.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";

const CONTRACT = resolve(import.meta.dirname, "../../chalicelib/openapi.json");
const MADE = resolve(import.meta.dirname, "../src/api/limits.ts");

/** The contract's words for a limit, and those of HTML's input. */
const ATTRIBUTES = {
  minimum: "min",
  maximum: "max",
  minLength: "minLength",
  maxLength: "maxLength",
  pattern: "pattern",
};

/** For each operation by its name, the limits of its query and its body: `{listUsers: {q: {maxLength: 100}}}`. */
export function limitsOf(contract) {
  const operations = Object.values(contract.paths).flatMap((path) => Object.values(path));
  const named = operations.filter((operation) => operation.operationId);
  return withoutEmpty(Object.fromEntries(named.map((each) => [each.operationId, limitsOfRequest(contract, each)])));
}

function limitsOfRequest(contract, { parameters = [], requestBody = {} }) {
  const query = parameters.map((each) => resolved(contract, each)).filter((each) => each.in === "query");
  const properties = Object.fromEntries(query.map(({ name, schema }) => [name, schema]));
  const body = resolved(contract, requestBody).content?.["application/json"].schema ?? {};
  return { ...limitsOfSchema(contract, { properties }), ...limitsOfSchema(contract, body) };
}

/** An object's limits are those of its fields; of alternatives, those of each. */
function limitsOfSchema(contract, schema) {
  const { oneOf = [], properties = {}, ...own } = resolved(contract, schema);
  const fields = Object.entries(properties).map(([name, field]) => [name, limitsOfSchema(contract, field)]);
  const attributes = Object.entries(ATTRIBUTES).map(([name, attribute]) => [attribute, asAttribute(own[name])]);
  const alternatives = oneOf.map((each) => limitsOfSchema(contract, each));
  return withoutEmpty(Object.assign(Object.fromEntries([...attributes, ...fields]), ...alternatives));
}

/** HTML's patterns are anchored by themselves. */
function asAttribute(limit) {
  return typeof limit === "string" ? limit.replace(/^\^|\$$/g, "") : limit;
}

function resolved(contract, schema) {
  if (!schema.$ref) return schema;
  const [, ...steps] = schema.$ref.split("/");
  const target = steps.reduce((part, step) => part[step], contract);
  return resolved(contract, target);
}

function withoutEmpty(limits) {
  const isEmpty = (limit) => limit === undefined || (typeof limit === "object" && !Object.keys(limit).length);
  return Object.fromEntries(Object.entries(limits).filter(([, limit]) => !isEmpty(limit)));
}

/** An unchanged file keeps its time, so that nothing is built anew because of it. */
function write(text) {
  if (!existsSync(MADE) || readFileSync(MADE, "utf8") !== text) writeFileSync(MADE, text);
}

if (process.argv[1] === import.meta.filename) {
  const limits = Object.entries(limitsOf(JSON.parse(readFileSync(CONTRACT, "utf8"))));
  const lines = limits.map(([operation, fields]) => `export const ${operation} = ${JSON.stringify(fields)} as const;`);
  write(["// Made by `npm run types`.", ...lines, ""].join("\n"));
}

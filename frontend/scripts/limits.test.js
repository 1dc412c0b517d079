import { expect, it } from "vitest";

import { limitsOf } from "./limits";

const LIMIT = { type: ["integer", "null"], minimum: 0, maximum: 1000 };
const CONTRACT = {
  paths: {
    "/users": {
      parameters: [{ name: "tenant", in: "path", schema: { maxLength: 1 } }],
      get: {
        operationId: "listUsers",
        parameters: [
          { name: "q", in: "query", schema: { type: "string", maxLength: 100 } },
          { name: "closed", in: "query", schema: { type: "boolean" } },
          { $ref: "#/components/parameters/Token" },
        ],
      },
      patch: { operationId: "changeUser", requestBody: { $ref: "#/components/requestBodies/UserChange" } },
      delete: { operationId: "closeUser" },
    },
  },
  components: {
    parameters: { Token: { name: "token", in: "header", schema: { minLength: 32 } } },
    requestBodies: {
      UserChange: { content: { "application/json": { schema: { $ref: "#/components/schemas/UserChange" } } } },
    },
    schemas: {
      UserChange: {
        properties: {
          code: { type: "string", pattern: "^[a-z]{8}$" },
          quota: { oneOf: [{ $ref: "#/components/schemas/Quota" }, { type: "null" }] },
          trial: { properties: { enabled: { type: "boolean" } } },
        },
      },
      Quota: { properties: { limit: LIMIT } },
    },
  },
};

it("names the limits of each operation's query and body as the attributes of a field", () => {
  expect(limitsOf(CONTRACT)).toEqual({
    listUsers: { q: { maxLength: 100 } },
    changeUser: { code: { pattern: "[a-z]{8}" }, quota: { limit: { min: 0, max: 1000 } } },
  });
});

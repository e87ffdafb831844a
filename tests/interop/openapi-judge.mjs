// npm `express-openapi-validator` over Okta's own OpenAPI document: is this a request that the document allows?
//
// Protocol: one line of JSON on stdin for each question, one on stdout for each answer; ends when stdin closes.
//   first   {"openapi": FILE} -> {"ready": true}
//   then    {"method", "path", "query", "headers": [[N, V], ...], "body"}
//           -> {"operation": ID or null, "errors": [{"path", "message"}, ...]}
// "operation" is null if the document has no such path. Each request is sent over loopback, so that headers and forms
// are read as a server reads them.

import { once } from 'node:events';
import { request } from 'node:http';
import { createInterface } from 'node:readline';

import express from 'express';
import OpenApiValidator from 'express-openapi-validator';

// The credential itself is not in a log; its scheme is, and the document asks for one.
const hasScheme = (schemes) => (call) => {
  const scheme = (call.headers.authorization ?? '').split(' ')[0];
  return schemes.includes(scheme);
};

function judge(openapi) {
  const app = express();
  app.use(express.json({ strict: false }), express.urlencoded({ extended: false }));
  app.use(
    OpenApiValidator.middleware({
      apiSpec: openapi,
      ignoreUndocumented: true,
      validateRequests: { allowUnknownQueryParameters: false },
      validateResponses: false,
      validateSecurity: {
        handlers: {
          apiToken: hasScheme(['SSWS']),
          oauth2: hasScheme(['Bearer', 'DPoP']),
          Client_authentication_client_secret_basic: hasScheme(['Basic']),
          Client_authentication_private_key_jwt: (call) => call.body.client_assertion !== undefined,
        },
      },
    }),
  );
  app.use((call, response) => {
    response.json({ operation: operationOf(call), errors: [] });
  });
  app.use((error, call, response, _next) => {
    response.json({ operation: operationOf(call), errors: error.errors ?? [{ path: call.path, message: error.message }] });
  });
  return app;
}

function operationOf(call) {
  return call.openapi?.schema?.operationId ?? null;
}

async function send(port, { method, path, query, headers, body }) {
  const outgoing = request({ port, host: '127.0.0.1', method, path: query ? `${path}?${query}` : path });
  headers
    .filter(([name]) => !['host', 'content-length', 'transfer-encoding', 'connection'].includes(name.toLowerCase()))
    .forEach(([name, value]) => outgoing.setHeader(name, value));
  outgoing.end(body);
  const [response] = await once(outgoing, 'response');
  const parts = [];
  for await (const part of response) parts.push(part);
  return JSON.parse(Buffer.concat(parts).toString());
}

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const { openapi } = JSON.parse((await lines.next()).value);
const server = judge(openapi).listen(0, '127.0.0.1');
await once(server, 'listening');
process.stdout.write(`${JSON.stringify({ ready: true })}\n`);
for await (const line of { [Symbol.asyncIterator]: () => lines }) {
  process.stdout.write(`${JSON.stringify(await send(server.address().port, JSON.parse(line)))}\n`);
}
server.close();

// A token server that nobody here wrote: npm `oidc-provider` at the routes of Okta's org authorization server.
//
// Protocol:
//   stdin   one line of JSON, then silence; the server ends when stdin closes
//             {"clients": [CLIENT, ...], "scopes": ["okta.users.read", ...], "initial_access_token": "...", "dpop": true}
//             CLIENT = {"client_id", "jwks": {"keys": [...]}, "scope"?, "token_endpoint_auth_signing_alg"?}
//           A client without "scope" may ask for every scope. "initial_access_token" is optional and opens
//           /oauth2/v1/clients (RFC 7591) to whoever presents it as a Bearer token; Okta's application type `service`
//           and response type `token`, which OpenID Connect does not have, are then taken off a registration and put
//           back on the answer, which is oidc-provider's own in all the rest. The initial access token stands for a
//           client's registration access token too (RFC 7592), because Okta has one credential for both. With
//           "dpop": true every proof
//           needs a nonce, tokens are JWTs, and GET and POST /api/... are served to whoever npm `oauth4webapi`, as
//           the resource server, finds to hold the token's key; the answer repeats the token's claims.
//   stdout  one line of JSON once the server listens
//             {"issuer": "http://127.0.0.1:PORT", "token_endpoint": "http://127.0.0.1:PORT/oauth2/v1/token"}
//   stderr  one line for each refusal, `refused: ERROR: REASON` (the answer itself hides the reason of an
//           `invalid_client`), among oidc-provider's own notices
//   status  0 after stdin closed, 1 with a message if the configuration is refused
//
// Configured away from oidc-provider's defaults:
//   - `aud` of an assertion must be the endpoint that is called, as a string: Okta refuses the issuer, which
//     oidc-provider would take;
//   - only Okta's six asymmetric algorithms, only `private_key_jwt`, and no clock tolerance.
// The checks of signature, `iss`, `exp`, `jti` and replay are oidc-provider's own.
//
// Unlike Okta, a scope that nobody knows is left out of the answer instead of being refused; a scope that the client
// may not have is `invalid_scope`. At most 1000 entries are remembered, tokens and spent `jti`s together.

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';

// stdout carries the protocol alone, and oidc-provider prints notices there.
console.info = console.error;
const { errors, Provider } = await import('oidc-provider');
const resourceServer = await import('oauth4webapi');

const ROUTES = {
  introspection: '/oauth2/v1/introspect',
  jwks: '/oauth2/v1/keys',
  registration: '/oauth2/v1/clients',
  revocation: '/oauth2/v1/revoke',
  token: '/oauth2/v1/token',
};

const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512'];

const REFUSALS = ['grant.error', 'introspection.error', 'registration_create.error', 'revocation.error'];

function clientMetadata(client, scopes) {
  return {
    scope: scopes.join(' '),
    ...client,
    grant_types: ['client_credentials'],
    redirect_uris: [],
    response_types: [],
    token_endpoint_auth_method: 'private_key_jwt',
  };
}

function assertAudienceIsTheEndpoint(ctx, claims) {
  const endpoint = ctx.oidc.urlFor(ctx.oidc.route);
  if (claims.aud !== endpoint) {
    throw new errors.InvalidClientAuth(`audience (aud) must be ${endpoint}`);
  }
}

// Tokens that a resource server can check by itself, bound to the key of a proof with a nonce.
function boundTokens(issuer, scopes) {
  return {
    dPoP: { enabled: true, nonceSecret: randomBytes(32), requireNonce: () => true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => issuer,
      getResourceServerInfo: () => ({
        accessTokenFormat: 'jwt',
        audience: issuer,
        jwt: { sign: { alg: 'RS256' } },
        scope: scopes.join(' '),
      }),
      useGrantedResource: () => true,
    },
  };
}

function configuration(issuer, { clients, scopes, initial_access_token: initialAccessToken, dpop }) {
  return {
    assertJwtClientAuthClaimsAndHeader: assertAudienceIsTheEndpoint,
    clientAuthMethods: ['private_key_jwt'],
    clients: clients.map((client) => clientMetadata(client, scopes)),
    clockTolerance: 0,
    enabledJWA: { clientAuthSigningAlgValues: ALGORITHMS },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      introspection: { enabled: true },
      registration: { enabled: initialAccessToken !== undefined, initialAccessToken },
      registrationManagement: { enabled: initialAccessToken !== undefined, rotateRegistrationAccessToken: false },
      revocation: { enabled: true },
      ...(dpop ? boundTokens(issuer, scopes) : {}),
    },
    routes: ROUTES,
    scopes,
    ttl: { ClientCredentials: 3600 },
  };
}

function report(_ctx, error) {
  console.error(`refused: ${error.error ?? error.code}: ${error.error_detail ?? error.error_description ?? error.message}`);
}

// Okta's service apps have an application type and a response type of their own, and one credential manages them all.
function oktasDialect(initialAccessToken) {
  const registrationTokens = new Map();
  return async (ctx, next) => {
    if (!ctx.path.startsWith(ROUTES.registration)) return next();
    if (ctx.method === 'POST') {
      ctx.req.body = withoutOktasTypes(JSON.parse(await text(ctx.req)));
    } else if (ctx.get('authorization') === `Bearer ${initialAccessToken}`) {
      const token = registrationTokens.get(ctx.path.slice(ROUTES.registration.length + 1));
      ctx.req.headers.authorization = `Bearer ${token ?? 'none'}`;
    }
    await next();
    if (ctx.body?.client_id) {
      registrationTokens.set(ctx.body.client_id, ctx.body.registration_access_token);
      Object.assign(ctx.body, { application_type: 'service', response_types: ['token'] });
    }
  };
}

function withoutOktasTypes({ application_type: type, response_types: responses, ...metadata }) {
  if (type !== 'service' || String(responses) !== 'token') {
    throw new errors.InvalidClientMetadata('no service app of Okta');
  }
  return { ...metadata, redirect_uris: [], response_types: [] };
}

async function serveResource(issuer, request, response) {
  const server = { issuer, jwks_uri: `${issuer}${ROUTES.jwks}` };
  const seen = new Request(`${issuer}${request.url}`, { method: request.method, headers: request.headers });
  const answer = (status, body) => {
    response.writeHead(status, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(body));
  };
  try {
    const claims = await resourceServer.validateJwtAccessToken(server, seen, issuer, {
      requireDPoP: true,
      [resourceServer.allowInsecureRequests]: true,
    });
    answer(200, claims);
  } catch (error) {
    report(null, error);
    answer(401, { error: 'invalid_token', error_description: error.message });
  }
}

const input = createInterface({ input: process.stdin });
const { value: line = '' } = await input[Symbol.asyncIterator]().next();
const settings = JSON.parse(line);

const server = createServer();
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const issuer = `http://127.0.0.1:${server.address().port}`;
const provider = new Provider(issuer, configuration(issuer, settings));
if (settings.initial_access_token) provider.use(oktasDialect(settings.initial_access_token));
REFUSALS.forEach((event) => provider.on(event, report));
const serve = provider.callback();
server.on('request', (request, response) => {
  if (settings.dpop && request.url.startsWith('/api/')) {
    serveResource(issuer, request, response);
  } else {
    serve(request, response);
  }
});

process.stdin.on('close', () => {
  server.close();
  server.closeAllConnections();
});
process.stdout.write(`${JSON.stringify({ issuer, token_endpoint: `${issuer}${ROUTES.token}` })}\n`);

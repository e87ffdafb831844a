// npm `@okta/okta-sdk-nodejs` with a key of ours: a token by `private_key_jwt`, then the list of users.
//
// Protocol: one line of JSON on stdin for each call, one on stdout for each answer; ends when stdin closes.
//   {"org_url", "client_id", "scopes": [...], "private_key": TEXT or JWK, "key_id"?}
//   -> {"users": ["login", ...]} or {"error": "..."}
// "key_id" names a key that does not name itself, as a PEM.

import { createInterface } from 'node:readline';

import okta from '@okta/okta-sdk-nodejs';

async function users({ org_url, client_id, scopes, private_key, key_id }) {
  const client = new okta.Client({
    orgUrl: org_url,
    authorizationMode: 'PrivateKey',
    clientId: client_id,
    scopes,
    privateKey: private_key,
    keyId: key_id,
  });
  const logins = [];
  await (await client.userApi.listUsers()).each((user) => logins.push(user.profile.login));
  return logins;
}

for await (const line of createInterface({ input: process.stdin })) {
  const answer = await users(JSON.parse(line)).then(
    (logins) => ({ users: logins }),
    (error) => ({ error: String(error) }),
  );
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

"""PyPI `okta` with a key of ours: a token by `private_key_jwt`, then the list of users.

Protocol: one line of JSON on stdin for each call, one on stdout for each answer; ends when stdin closes.
  {"org_url", "client_id", "scopes": [...], "private_key": TEXT or JWK, "key_id"?}
  -> {"users": ["login", ...]} or {"error": "..."}
"key_id" names a key that does not name itself, as a PEM.
"""

import asyncio
import json
import os
import sys

# The SDK's own switch for an org on plain http.
os.environ["OKTA_TESTING_TESTINGDISABLEHTTPSCHECK"] = "true"

from okta.client import Client  # noqa: E402


async def users(call):
    settings = {
        "orgUrl": call["org_url"],
        "authorizationMode": "PrivateKey",
        "clientId": call["client_id"],
        "scopes": call["scopes"],
        "privateKey": call["private_key"],
    }
    if "key_id" in call:
        settings["kid"] = call["key_id"]
    async with Client(settings) as client:
        found, _, error = await client.list_users()
    if error:
        return {"error": str(error)}
    return {"users": [user.profile.login for user in found]}


for line in sys.stdin:
    try:
        answer = asyncio.run(users(json.loads(line)))
    except Exception as error:  # the answer is whatever the SDK came to
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)

// npm `jose` and Node's own `crypto` on keys of ours.
//
// Protocol: one line of JSON on stdin for each key, one on stdout for each verdict; ends when stdin closes.
//   {"alg", "private": TEXT, "public"?: TEXT, "private_pem"?, "public_pem"?, "certificate"?}
//   -> {"judges": ["jose"], "thumbprint", "sha256", "sha1"} or {"error": "..."}
// "private" and "public" are JWKs as texts; "public" is absent for a symmetric key. "judges" names those that used the key
// with "alg": signed by the private and verified by the public half, or encrypted by the public and decrypted by the private
// half. jose knows no secp256k1; Node's crypto stands in for it. "sha256" and "sha1" are the digests of the DER of the
// SubjectPublicKeyInfo in base64url, null for a symmetric key.

import {
  createHash,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  sign,
  verify,
  X509Certificate,
} from 'node:crypto';
import { createInterface } from 'node:readline';

import { calculateJwkThumbprint, CompactEncrypt, CompactSign, compactDecrypt, compactVerify, importJWK } from 'jose';

const PAYLOAD = new TextEncoder().encode('the payload');
const DIR = { 16: 'A128GCM', 24: 'A192GCM', 32: 'A256GCM', 48: 'A192CBC-HS384', 64: 'A256CBC-HS512' };
const SPKI = { type: 'spki', format: 'der' };

function require(condition, message) {
  if (!condition) {
    throw new Error(message);
  }
}

function isSignature(alg) {
  return /^((RS|PS|ES|HS)(256|384|512)|EdDSA)$/.test(alg);
}

async function useJose(alg, privateJwk, publicJwk) {
  let again;
  if (isSignature(alg)) {
    const token = await new CompactSign(PAYLOAD).setProtectedHeader({ alg }).sign(privateJwk);
    again = (await compactVerify(token, publicJwk, { algorithms: [alg] })).payload;
  } else {
    const enc = alg === 'dir' ? DIR[Buffer.from(privateJwk.k, 'base64url').length] : 'A256GCM';
    // With "dir", jose takes "alg" of a JWK for the content encryption; the octets alone have none.
    const [to, from] = alg === 'dir' ? Array(2).fill(await importJWK(privateJwk)) : [publicJwk, privateJwk];
    const token = await new CompactEncrypt(PAYLOAD).setProtectedHeader({ alg, enc }).encrypt(to);
    again = (await compactDecrypt(token, from, { keyManagementAlgorithms: [alg] })).plaintext;
  }
  require(Buffer.compare(again, PAYLOAD) === 0, 'jose reads another payload');
  return 'jose';
}

function useNode(alg, { privateKey, publicKey }) {
  if (alg === 'ES256K') {
    const dsaEncoding = 'ieee-p1363';
    const signature = sign('sha256', PAYLOAD, { key: privateKey, dsaEncoding });
    require(verify('sha256', PAYLOAD, { key: publicKey, dsaEncoding }, signature), 'the signature does not verify');
  } else {
    const ephemeral = generateKeyPairSync('ec', { namedCurve: 'secp256k1' });
    const sent = diffieHellman({ privateKey: ephemeral.privateKey, publicKey });
    require(sent.equals(diffieHellman({ privateKey, publicKey: ephemeral.publicKey })), 'the shared secrets differ');
  }
  return 'node';
}

function judgePair(question, privateJwk, publicJwk) {
  const privateKey = createPrivateKey({ key: privateJwk, format: 'jwk' });
  const publicKey = createPublicKey({ key: publicJwk, format: 'jwk' });
  require(createPublicKey(privateKey).equals(publicKey), 'the public JWK is of another key');
  if ('private_pem' in question) {
    require(createPrivateKey(question.private_pem).equals(privateKey), 'the private PEM holds another key');
  }
  if ('public_pem' in question) {
    require(publicKey.export({ type: 'spki', format: 'pem' }) === question.public_pem, 'the public PEM differs');
  }
  if ('certificate' in question) {
    const certificate = new X509Certificate(question.certificate);
    require(certificate.checkPrivateKey(privateKey), 'the certificate holds another key');
    require(certificate.verify(publicKey), 'the signature of the certificate does not verify');
  }
  return { privateKey, publicKey };
}

async function judge(question) {
  const privateJwk = JSON.parse(question.private);
  const publicJwk = JSON.parse(question.public ?? question.private);
  const verdict = { thumbprint: await calculateJwkThumbprint(privateJwk), sha256: null, sha1: null };
  require(verdict.thumbprint === (await calculateJwkThumbprint(publicJwk)), 'the thumbprints differ');
  let pair;
  if (privateJwk.kty !== 'oct') {
    pair = judgePair(question, privateJwk, publicJwk);
    const digest = (hash) => createHash(hash).update(pair.publicKey.export(SPKI)).digest('base64url');
    verdict.sha256 = digest('sha256');
    verdict.sha1 = digest('sha1');
  }
  const judgedBy =
    privateJwk.crv === 'secp256k1'
      ? useNode(question.alg, pair)
      : await useJose(question.alg, privateJwk, publicJwk);
  return { judges: [judgedBy], ...verdict };
}

for await (const line of createInterface({ input: process.stdin })) {
  const verdict = await judge(JSON.parse(line)).catch((error) => ({ error: String(error) }));
  process.stdout.write(`${JSON.stringify(verdict)}\n`);
}

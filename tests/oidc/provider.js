// A provider for the tests: oidc-provider with keys of its own and the people that the first argument names. It says where it listens, and ends
// with its standard input.
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const { redirect, people, methods, claimsInToken } = JSON.parse(process.argv[2]);

const server = createServer();
await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
const issuer = `http://127.0.0.1:${server.address().port}`;

const key = (kid, alg, type, options) => {
  const jwk = generateKeyPairSync(type, options).privateKey.export({ format: 'jwk' });
  return { ...jwk, kid, alg, use: 'sig' };
};
const rsa = { modulusLength: 2048 };
const keys = [
  key('one', 'RS256', 'rsa', rsa),
  key('two', 'PS256', 'rsa', rsa),
  key('three', 'ES256', 'ec', { namedCurve: 'P-256' }),
];

const client = (client_id, token_endpoint_auth_method, id_token_signed_response_alg, client_secret) => ({
  client_id,
  client_secret,
  token_endpoint_auth_method,
  id_token_signed_response_alg,
  redirect_uris: [redirect],
  response_types: ['code'],
  grant_types: ['authorization_code'],
});
// What must be escaped in a header and in a form.
const secret = 'a:b c+d/e%f=g&h-0123456789';
const clients = methods.includes('none')
  ? ['RS256', 'PS256', 'ES256'].map((alg) => client(`public-${alg}`, 'none', alg))
  : [];
clients.push(...methods.filter((method) => method !== 'none').map((method) => client(method, method, 'ES256', secret)));

const provider = new Provider(issuer, {
  clients,
  jwks: { keys },
  clientAuthMethods: methods,
  enabledJWA: { idTokenSigningAlgValues: ['RS256', 'PS256', 'ES256'] },
  cookies: { keys: ['for these tests alone'] },
  claims: { openid: ['sub'], profile: ['name', 'student_number'], email: ['email', 'email_verified'] },
  conformIdTokenClaims: !claimsInToken,
  pkce: { required: () => true },
  findAccount: (_, id) => people[id] && { accountId: id, claims: () => ({ sub: id, ...people[id] }) },
});
server.on('request', provider.callback());
console.log(`listening on ${issuer}`);
process.stdin.on('end', () => process.exit(0)).resume();

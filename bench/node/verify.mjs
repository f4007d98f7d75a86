// For each line FIRST END on standard input, verify those tokens of a workload: with node:crypto alone, and with
// aws-jwt-verify. Answers with the CPU microseconds that one token took, as JSON.
import { createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { JwtRsaVerifier } from "aws-jwt-verify";

const { issuer, audience, key_set: keySet, tokens } = JSON.parse(readFileSync(process.argv[2], "utf8"));

const key = createPublicKey({ key: keySet.keys[0], format: "jwk" });
const signed = tokens.map((token) => {
  const end = token.lastIndexOf(".");
  return [Buffer.from(token.slice(0, end), "ascii"), Buffer.from(token.slice(end + 1), "base64url")];
});
const verifier = JwtRsaVerifier.create({ issuer, audience, jwksUri: `${issuer}/v1/keys` });
verifier.cacheJwks(keySet);

function raw(first, end) {
  for (const [input, signature] of signed.slice(first, end)) {
    if (!verify("RSA-SHA256", input, key, signature)) throw new Error("a signature is wrong");
  }
}

function awsJwtVerify(first, end) {
  for (const token of tokens.slice(first, end)) verifier.verifySync(token);
}

function microseconds(run, first, end) {
  const before = process.cpuUsage();
  run(first, end);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / (end - first);
}

for await (const line of createInterface({ input: process.stdin })) {
  const [first, end] = line.split(" ").map(Number);
  console.log(JSON.stringify({ raw: microseconds(raw, first, end), awsJwtVerify: microseconds(awsJwtVerify, first, end) }));
}

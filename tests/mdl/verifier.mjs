// A foreign verifier of DeviceResponses: `@auth0/mdl`. One line of JSON for one response on standard input, one line of JSON for
// it on standard output: whether it is accepted, and which of its checks failed.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(import.meta.url);
const { Verifier } = require("@auth0/mdl");

console.log = console.error;

// The package asks the clock; a test has a day of its own.
const Clock = Date;
function on(at) {
  const now = new Clock(at).getTime();
  globalThis.Date = class extends Clock {
    constructor(...parts) {
      super(...(parts.length > 0 ? parts : [now]));
    }
    static now() {
      return now;
    }
  };
}

const pem = (der) =>
  `-----BEGIN CERTIFICATE-----\n${Buffer.from(der, "hex").toString("base64").replace(/.{64}/g, "$&\n")}\n-----END CERTIFICATE-----`;

for await (const line of createInterface({ input: process.stdin })) {
  const { at, roots, response, transcript, readerKey } = JSON.parse(line);
  on(at);
  const failed = [];
  try {
    await new Verifier(roots.map(pem)).verify(Buffer.from(response, "hex"), {
      encodedSessionTranscript: Buffer.from(transcript, "hex"),
      ephemeralReaderKey: readerKey ? Buffer.from(readerKey, "hex") : undefined,
      onCheck: (check) => check.status === "FAILED" && failed.push(check.id ?? check.check),
    });
  } catch (error) {
    failed.push(String(error.message ?? error));
  }
  process.stdout.write(JSON.stringify({ accepted: failed.length === 0, failed }) + "\n");
}

// A foreign issuer and phone: makes documents and the DeviceResponse for a session, by `@auth0/mdl`. One order on standard
// input (JSON), the result on standard output. Keys are drawn, so that no two runs are alike.
import { createRequire } from "node:module";
import { webcrypto } from "node:crypto";

const require = createRequire(import.meta.url);
const x509 = require("@peculiar/x509");
const { Document, MDoc, DeviceResponse } = require("@auth0/mdl");
const { cborEncode } = require("@auth0/mdl/lib/cbor");

x509.cryptoProvider.set(webcrypto);
console.log = console.error;

const DAY = 86_400_000;
const MDL_SIGNER = "1.0.18013.5.1.2";

async function input() {
  let text = "";
  for await (const part of process.stdin) text += part;
  return JSON.parse(text);
}

const pair = (curve) => webcrypto.subtle.generateKey({ name: "ECDSA", namedCurve: curve }, true, ["sign", "verify"]);

const extension = (oid, critical, value) => new x509.Extension(oid, critical, Buffer.from(value, "hex"));
// A SEQUENCE with the URI https://example.invalid/ as its only general name.
const alternative = () => extension("2.5.29.18", false, "301a8618" + Buffer.from("https://example.invalid/").toString("hex"));
const points = () => new x509.CRLDistributionPointsExtension(["https://example.invalid/crl"]);

async function certificates(order, now) {
  const { curve, hash } = { P384: { curve: "P-384", hash: "SHA-384" }, P521: { curve: "P-521", hash: "SHA-512" } }[order.curve] ?? { curve: "P-256", hash: "SHA-256" };
  const signingAlgorithm = { name: "ECDSA", hash };
  const [rootKeys, signerKeys] = [await pair(curve), await pair(curve)];
  const name = "C=XU, CN=Foreign Test IACA";
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: "0101",
    name,
    notBefore: new Date(now.getTime() - 365 * DAY),
    notAfter: new Date(now.getTime() + 5 * 365 * DAY),
    signingAlgorithm,
    keys: rootKeys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(rootKeys.publicKey),
      alternative(),
      points(),
    ],
  });
  const signer = await x509.X509CertificateGenerator.create({
    serialNumber: "0202",
    subject: "C=XU, CN=Foreign Test DS",
    issuer: name,
    notBefore: new Date(now.getTime() - 30 * DAY),
    notAfter: new Date(now.getTime() + 300 * DAY),
    signingAlgorithm,
    publicKey: signerKeys.publicKey,
    signingKey: rootKeys.privateKey,
    extensions: [
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([MDL_SIGNER], true),
      await x509.SubjectKeyIdentifierExtension.create(signerKeys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(rootKeys.publicKey),
      alternative(),
      points(),
    ],
  });
  return { root, signer, signerKeys };
}

const order = await input();
const now = new Date(order.at);
const { root, signer, signerKeys } = await certificates(order, now);
const device = await pair("P-256");
const jwk = (key) => webcrypto.subtle.exportKey("jwk", key);
const clean = ({ kty, crv, x, y, d }) => ({ kty, crv, x, y, ...(d ? { d } : {}), kid: "foreign" });
const alg = { P384: "ES384", P521: "ES512" }[order.curve] ?? "ES256";

const document = new Document(order.docType);
for (const [space, elements] of Object.entries(order.nameSpaces)) {
  const values = Object.entries(elements).map(([id, value]) => [id, value?.bytes ? Buffer.from(value.bytes, "hex") : value]);
  document.addIssuerNameSpace(space, Object.fromEntries(values));
}
const issued = await document
  .useDigestAlgorithm(order.digest ?? "SHA-256")
  .addValidityInfo({ signed: now, validFrom: now, validUntil: new Date(now.getTime() + 30 * DAY) })
  .addDeviceKeyInfo({ deviceKey: clean(await jwk(device.publicKey)) })
  .sign({ issuerPrivateKey: clean(await jwk(signerKeys.privateKey)), issuerCertificate: signer.toString("pem"), alg });

const response = DeviceResponse.from(new MDoc([issued]).encode())
  .usingPresentationDefinition({
    id: "all",
    input_descriptors: [
      {
        id: order.docType,
        format: { mso_mdoc: { alg: ["ES256"] } },
        constraints: {
          limit_disclosure: "required",
          fields: Object.entries(order.nameSpaces).flatMap(([space, elements]) =>
            Object.keys(elements).map((id) => ({ path: [`$['${space}']['${id}']`], intent_to_retain: false })),
          ),
        },
      },
    ],
  })
  .usingSessionTranscriptBytes(Buffer.from(order.transcript, "hex"));
const secret = clean(await jwk(device.privateKey));
const shown = order.readerKey
  ? response.authenticateWithMAC(secret, Buffer.from(order.readerKey, "hex"), "HS256")
  : response.authenticateWithSignature(secret, "ES256");
const encoded = (await shown.sign()).encode();
process.stdout.write(JSON.stringify({ root: Buffer.from(root.rawData).toString("hex"), response: Buffer.from(encoded).toString("hex") }));
